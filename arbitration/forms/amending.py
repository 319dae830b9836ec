"""A criterion worded anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arbitration.models import Precedent
from arbitration.words import outcome_word
from leads.criteria import OPERATORS, value_of, value_text


class AmendmentForm(forms.Form):
    """How the criterion reads in the next version, and which precedents say so."""

    operator = forms.ChoiceField(label=_("Comparison"), choices=list(OPERATORS.items()))
    value = forms.CharField(
        label=_("Value"),
        required=False,
        max_length=2000,
        help_text=_("Several values with commas: AT, DE, CH. Between needs two: 50, 200."),
    )
    points = forms.IntegerField(label=_("Points"), min_value=0, max_value=1000)
    required = forms.BooleanField(label=_("Required: who does not meet it is not qualified"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        criterion: Mapping[str, Any],
        offered: Sequence[Precedent],
        chosen: Sequence[Precedent],
    ) -> None:
        initial = {
            "operator": criterion["operator"],
            "value": value_text(criterion["value"]),
            "points": criterion["points"],
            "required": criterion["required"],
            "precedent": [str(row.pk) for row in chosen],
        }
        super().__init__(data, initial=initial)
        self.criterion = criterion
        self.offered = {str(row.pk): row for row in offered}
        choices = [
            (pk, f"{row.ruling.case.number} ({outcome_word(row.ruling.outcome)}): {row.holding}")
            for pk, row in self.offered.items()
        ]
        self.fields["precedent"] = forms.MultipleChoiceField(
            label=_("Because of these precedents"), choices=choices, widget=forms.CheckboxSelectMultiple
        )

    def chosen(self) -> list[Precedent]:
        """Return the precedents that were chosen."""
        return [self.offered[pk] for pk in self.cleaned_data["precedent"]]

    def becomes(self) -> dict[str, Any]:
        """Return the criterion as it was worded here."""
        told = self.cleaned_data
        return {
            **self.criterion,
            "operator": told["operator"],
            "value": value_of(told["operator"], told["value"]),
            "points": told["points"],
            "required": told["required"],
        }
