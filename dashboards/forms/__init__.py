"""What people type on the pages of the dashboards, checked."""

from dashboards.forms.periods import CriteriaForm, PeriodForm, ReturnForm
from dashboards.forms.planning import EraseForm, PlanForm
from dashboards.forms.reviews import ActionForm, CarryForm, ChangeForm, ItemForm, PointForm, ReviewForm

__all__ = [
    "ActionForm",
    "CarryForm",
    "ChangeForm",
    "CriteriaForm",
    "EraseForm",
    "ItemForm",
    "PeriodForm",
    "PlanForm",
    "PointForm",
    "ReturnForm",
    "ReviewForm",
]
