"""What people type at the door; callers need not know in which module."""

from intake.forms.adapters import ChangeAdapterForm, NewAdapterForm
from intake.forms.files import FileForm, MappingForm, RunForm
from intake.forms.keeping import KeepingForm
from intake.forms.sites import ChangeForm, FormForm
from intake.forms.visitors import VisitorForm

__all__ = [
    "ChangeAdapterForm",
    "ChangeForm",
    "FileForm",
    "FormForm",
    "KeepingForm",
    "MappingForm",
    "NewAdapterForm",
    "RunForm",
    "VisitorForm",
]
