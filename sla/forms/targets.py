"""What a target form asks for."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sla.forms.fields import MonthField
from smarketing.lib.forms import offer


class TargetForm(forms.Form):
    """The points of one month."""

    month = MonthField(widget=forms.HiddenInput)
    points = forms.DecimalField(
        label=_("Points"),
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text=_("Weighted MQL: a standard-qualified lead counts 1, a hand-raiser more, as the agreement says."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why this target: sales reads it before countersigning."),
    )  # fmt: skip


class FillForm(forms.Form):
    """The targets of all months of a year that are not over, at once."""

    SAME, LAST_YEAR, WORKING_DAYS = "same", "last_year", "working_days"

    method = forms.ChoiceField(
        label=_("How"),
        choices=[
            (SAME, _("The same points for every month")),
            (WORKING_DAYS, _("Spread a sum over the working days")),
            (LAST_YEAR, _("As last year, month by month")),
        ],
        widget=forms.RadioSelect,
    )
    points = forms.DecimalField(
        label=_("Points"),
        required=False,
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text=_("For every month, or the sum to spread; not needed for last year's."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why these targets: sales reads it before countersigning."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for points where the way of filling needs them."""
        given = super().clean() or {}
        if given.get("method") != self.LAST_YEAR and given.get("points") is None and "points" not in self.errors:
            self.add_error("points", ValidationError(gettext("Give the points."), code="required"))
        return given


class CountersignForm(forms.Form):
    """Which proposals were shown when somebody countersigned them all."""

    target = forms.TypedMultipleChoiceField(coerce=UUID)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        # Whether there are such proposals is the action's to say; here only ids are told from other text.
        offer(self, "target", [(text, text) for text in data.getlist("target") if _is_id(text)])


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
