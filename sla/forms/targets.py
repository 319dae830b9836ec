"""What a target form asks for."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.forms.fields import MonthField


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
