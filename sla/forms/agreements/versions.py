"""What the acts on a version ask for: its start, a deputy, other labels."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_lazy as _

from sla.content import labels_of
from smarketing.lib.forms import offer
from tenants.models import Membership


class ProposalForm(forms.Form):
    """The first of the month on which a version starts."""

    starts_on = forms.ChoiceField(label=_("In force from"), help_text=_("A version starts on the first of a month."))

    def __init__(self, data: Mapping[str, Any] | None = None, *, months: list[date]) -> None:
        super().__init__(data)
        offer(self, "starts_on", [(month.isoformat(), format_date(month, "j F Y")) for month in months])

    def clean_starts_on(self) -> date:
        return date.fromisoformat(self.cleaned_data["starts_on"])


class DeputyForm(forms.Form):
    """Who signs in the head's place; nobody ends it."""

    member = forms.ChoiceField(label=_("Signs in your place"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, members: Sequence[Membership], now: str = "") -> None:
        super().__init__(data, initial={"member": now})
        self.members = {str(member.pk): member for member in members}
        named = [(key, member.name) for key, member in self.members.items()]
        offer(self, "member", [("", _("nobody")), *named])

    def chosen(self) -> Membership | None:
        """Return whom the head chose."""
        return self.members.get(self.cleaned_data["member"])


class LabelsForm(forms.Form):
    """A field for every label of a version, called as it was signed; empty where nothing was written over it."""

    def __init__(
        self, content: Mapping[str, Any], labels: Mapping[str, str], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        self.places: dict[str, str] = {}
        self.signed: dict[str, str] = {}
        for number, (place, signed) in enumerate(labels_of(content).items()):
            name = f"label{number}"
            self.places[name] = place
            self.fields[name] = forms.CharField(
                label=signed,
                max_length=200,
                required=False,
                initial=labels.get(place, ""),
            )
            self.signed[place] = signed

    def labels(self) -> dict[str, str]:
        """Return the label of every place; an empty field stands for the label as it was signed."""
        return {place: self.cleaned_data[name] or self.signed[place] for name, place in self.places.items()}
