"""What the pages of the engine ask for."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Outside of these no calendar and no zone is worth asking.
FIRST_YEAR, LAST_YEAR = 2000, 2190


class MonthField(forms.Field):
    """A month as 2026-03, cleaned to its first day."""

    default_error_messages = {"invalid": _("Give a month such as 2026-03.")}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        try:
            month = date.fromisoformat(f"{value}-01")
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not FIRST_YEAR <= month.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return month


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
