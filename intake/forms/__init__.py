"""What people type at the door; callers need not know in which module."""

from intake.forms.adapters import ChangeAdapterForm, NewAdapterForm
from intake.forms.sites import ChangeForm, FileForm, FormForm, KeepingForm, MappingForm, RunForm, VisitorForm

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
