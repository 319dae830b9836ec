"""What an organisation says of a stage, and moving a lead by hand."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.actions.moving import LONGEST_REASON
from leads.actions.staging import LONGEST_DWELL, LONGEST_LABEL
from leads.criteria import OPERATORS, value_of, value_text
from leads.queries.stages import StageRow
from smarketing.lib.forms import offer

# Rows for demands that are still empty; saved ones come on top.
SPARE = 2


class StageForm(forms.Form):
    """A stage's word, its alarm and its demands, each in a row of three fields."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("Name here"), required=False, max_length=LONGEST_LABEL)
    dwell_days = forms.IntegerField(
        label=gettext_lazy("Tell the owner after days in this stage"), required=False, min_value=1,
        max_value=LONGEST_DWELL, help_text=gettext_lazy("Elapsed days. Empty: never."),
    )  # fmt: skip

    def __init__(self, row: StageRow, fields: Mapping[str, str], data: Mapping[str, Any] | None = None) -> None:
        self.rows = len(row.entry) + SPARE if row.takes_entry else 0
        initial = {"revision": row.revision, "label": row.own_label, "dwell_days": row.dwell_days}
        for place, demand in enumerate(row.entry):
            initial |= {f"field_{place}": demand["field"], f"operator_{place}": demand["operator"]}
            initial[f"value_{place}"] = value_text(demand["value"])
        super().__init__(data, initial=initial)
        self.fields["label"].help_text = _("Empty: %(usual)s.") % {"usual": row.usual}
        for place in range(self.rows):
            self._add_row(place, fields)

    def _add_row(self, place: int, fields: Mapping[str, str]) -> None:
        number = {"n": place + 1}
        self.fields[f"field_{place}"] = forms.ChoiceField(
            label=_("Demand %(n)d: the field") % number,
            required=False,
            choices=[("", _("no demand")), *fields.items()],
        )
        self.fields[f"operator_{place}"] = forms.ChoiceField(
            label=_("Demand %(n)d: must") % number,
            required=False,
            choices=list(OPERATORS.items()),
            initial="is_present",
        )
        self.fields[f"value_{place}"] = forms.CharField(
            label=_("Demand %(n)d: value") % number, required=False, max_length=500
        )

    def plain_fields(self) -> list[forms.BoundField]:
        """Return what stands above the demands."""
        return [self[name] for name in ("revision", "label", "dwell_days")]

    def condition_rows(self) -> list[tuple[forms.BoundField, ...]]:
        """Return the demands for the template, each with its three fields."""
        return [tuple(self[f"{part}_{place}"] for part in ("field", "operator", "value")) for place in range(self.rows)]

    def entry(self) -> list[dict[str, Any]]:
        """Return the demands that name a field."""
        given, found = self.cleaned_data, []
        self.places: list[int] = []
        for place in range(self.rows):
            if given.get(f"field_{place}"):
                operator = given.get(f"operator_{place}") or "is_present"
                value = value_of(operator, given.get(f"value_{place}", ""))
                found.append({"field": given[f"field_{place}"], "operator": operator, "value": value})
                self.places.append(place)
        return found

    def place_of(self, pointer: str) -> str:
        """Return the field that a fault's pointer means."""
        parts = pointer.strip("/").split("/")
        if parts[0] == "entry" and len(parts) == 3:
            return f"{parts[2]}_{self.places[int(parts[1])]}"
        return parts[0]


class MoveForm(forms.Form):
    """Where a lead goes, and why it goes back."""

    stage = forms.ChoiceField(label=gettext_lazy("New stage"))
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=LONGEST_REASON,
        help_text=gettext_lazy("Needed when the lead does not move forward."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    wake_on = forms.DateField(
        label=gettext_lazy("Wake up on"), required=False, help_text=gettext_lazy("Only for nurture."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, choices: Mapping[str, str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.offer(choices)

    def offer(self, choices: Mapping[str, str]) -> None:
        """Show only these stages; any other is for the rules to refuse in words."""
        offer(self, "stage", list(choices.items()))
