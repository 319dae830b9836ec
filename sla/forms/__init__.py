"""What the pages of the engine ask for."""

from sla.forms.fields import FIRST_YEAR, LAST_YEAR, MonthField
from sla.forms.pleas import DecisionForm, EvidenceForm, ExcuseForm
from sla.forms.targets import CountersignForm, FillForm, TargetForm

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "CountersignForm",
    "DecisionForm",
    "EvidenceForm",
    "ExcuseForm",
    "FillForm",
    "MonthField",
    "TargetForm",
]
