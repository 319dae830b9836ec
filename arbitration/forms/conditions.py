"""Conditions on fields of the lead, each in a row of three form fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from leads.criteria import OPERATORS, value_of, value_text

ROWS = 3


class ConditionsForm(forms.Form):
    """A form that has rows for conditions; a row without a field is none."""

    def add_conditions(self, labels: Mapping[str, str], *, rows: int = ROWS) -> None:
        """Put the rows into the form."""
        self.rows = rows
        for number in range(rows):
            said = {"n": number + 1}
            self.fields[f"field_{number}"] = forms.ChoiceField(
                label=_("Fact %(n)d") % said, choices=[("", "–"), *labels.items()], required=False
            )
            self.fields[f"operator_{number}"] = forms.ChoiceField(
                label=_("Fact %(n)d: comparison") % said, choices=list(OPERATORS.items()), required=False, initial="in"
            )
            self.fields[f"value_{number}"] = forms.CharField(
                label=_("Fact %(n)d: value") % said, required=False, max_length=500
            )

    def condition_rows(self) -> list[tuple[Any, ...]]:
        """Return the fields of each row, for the template."""
        names = ("field", "operator", "value")
        return [tuple(self[f"{name}_{number}"] for name in names) for number in range(self.rows)]

    def conditions(self) -> list[dict[str, Any]]:
        """Return the conditions as they are stored; whether they suit their fields is the action's own check."""
        given, found = self.cleaned_data, []
        self.places: list[int] = []
        for number in range(self.rows):
            if given.get(f"field_{number}"):
                operator = given.get(f"operator_{number}") or "in"
                value = value_of(operator, given.get(f"value_{number}", ""))
                found.append({"field": given[f"field_{number}"], "operator": operator, "value": value})
                self.places.append(number)
        return found

    def place_of(self, pointer: str) -> str:
        """Return the form field that a fault's pointer means."""
        parts = pointer.strip("/").split("/")
        if parts[0] == "conditions" and len(parts) == 3:
            return f"{parts[2]}_{self.places[int(parts[1])]}"
        return f"field_{self.places[0]}" if getattr(self, "places", []) else ""


def typed(conditions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return conditions as the rows' initial values."""
    found: dict[str, Any] = {}
    for number, condition in enumerate(conditions):
        found |= {f"field_{number}": condition["field"], f"operator_{number}": condition["operator"]}
        found[f"value_{number}"] = value_text(condition["value"])
    return found
