"""What the pages of the engine ask for."""

from sla.forms.fields import FIRST_YEAR, LAST_YEAR, MonthField
from sla.forms.targets import TargetForm

__all__ = ["FIRST_YEAR", "LAST_YEAR", "MonthField", "TargetForm"]
