"""What the plan asks for."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.plan import Goal
from sla.forms import MonthField

_HUNDRED = Decimal(100)


class EraseForm(forms.Form):
    """The lead's number, typed: nobody erases a person by a slip of the hand."""

    number = forms.CharField(label=_("The number of this lead"), max_length=20)

    def __init__(self, *args: Any, number: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._number = number
        self.fields["number"].help_text = _("Type %(number)s. There is no way back.") % {"number": number}
        self.fields["number"].widget.attrs["autocomplete"] = "off"

    def clean_number(self) -> str:
        """Return what was typed when it is this lead's number."""
        typed = str(self.cleaned_data["number"])
        if typed.strip().upper() != self._number:
            raise forms.ValidationError(_("This is not the number of this lead."), code="other_number")
        return typed


class PlanForm(forms.Form):
    """A revenue goal and, where wanted, one's own idea of the figures between."""

    month = MonthField(label=_("Month"), widget=forms.TextInput(attrs={"type": "month"}))
    revenue = forms.DecimalField(label=_("Revenue goal"), max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    average_deal = forms.DecimalField(
        label=_("Average deal"), required=False, max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )
    prospect_to_customer = forms.DecimalField(
        label=_("Prospects that buy, %"), required=False, max_digits=7, decimal_places=4,
        min_value=Decimal("0.0001"), max_value=_HUNDRED,
    )  # fmt: skip
    mql_to_prospect = forms.DecimalField(
        label=_("MQL that become prospects, %"), required=False, max_digits=7, decimal_places=4,
        min_value=Decimal("0.0001"), max_value=_HUNDRED,
    )  # fmt: skip
    lead_to_mql = forms.DecimalField(
        label=_("Leads that become MQL, %"), required=False, max_digits=7, decimal_places=4,
        min_value=Decimal("0.0001"), max_value=_HUNDRED,
    )  # fmt: skip
    points_per_mql = forms.DecimalField(
        label=_("Points per MQL"), required=False, max_digits=8, decimal_places=2, min_value=Decimal("0.01")
    )

    def goal(self) -> Goal:
        """Return what was asked for; percentages as shares."""
        given: dict[str, Any] = self.cleaned_data
        rates = {
            name: given[name] / _HUNDRED if given[name] is not None else None
            for name in ("prospect_to_customer", "mql_to_prospect", "lead_to_mql")
        }
        return Goal(
            given["month"], given["revenue"], given["average_deal"], points_per_mql=given["points_per_mql"], **rates
        )
