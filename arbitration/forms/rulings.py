"""The decision and its correction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration.forms.cases import LONGEST
from arbitration.forms.conditions import ConditionsForm
from arbitration.models import Precedent, Ruling
from arbitration.words import outcome_word
from smarketing.lib.forms import offer

_STANCES = [
    (Ruling.Stance.FOLLOWS, gettext_lazy("Follow it")),
    (Ruling.Stance.DEPARTS, gettext_lazy("Depart from it")),
    (Ruling.Stance.NONE, gettext_lazy("It is about something else")),
]
_FINAL = [
    (Ruling.Outcome.UPHELD, gettext_lazy("Uphold the rejection")),
    (Ruling.Outcome.OVERTURNED, gettext_lazy("Overturn the rejection")),
]


class RulingForm(ConditionsForm):
    """The decision with its reasons and what it does with each precedent; a remand asks a question instead."""

    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    question = forms.CharField(label=gettext_lazy("Question"), max_length=1000, required=False)
    answer_by = forms.DateTimeField(
        label=gettext_lazy("Answer by"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reasons = forms.CharField(
        label=gettext_lazy("Reasons"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5})
    )
    holding = forms.CharField(
        label=gettext_lazy("Holding"),
        help_text=gettext_lazy("One sentence that others can follow. With it the ruling becomes a precedent."),
        max_length=500,
        required=False,
    )
    # A box with the case numbers of the warning: what was not read then is asked about again.
    despite = forms.CharField(max_length=2000, required=False)

    may_remand = True
    against: Sequence[str] = ()

    def __init__(
        self, data: Any = None, *, at: datetime, precedents: Sequence[Precedent], fields: Mapping[str, str]
    ) -> None:
        super().__init__(data)
        self.at = at
        self.precedents = precedents
        remand = [(Ruling.Outcome.REMANDED, _("Ask the sides a question first"))] if self.may_remand else []
        offer(self, "outcome", [*_FINAL, *remand])
        for precedent in precedents:
            self.fields[f"stance_{precedent.pk}"] = forms.ChoiceField(
                label=_("%(number)s (%(outcome)s): %(holding)s")
                % {
                    "number": precedent.ruling.case.number,
                    "outcome": outcome_word(precedent.ruling.outcome),
                    "holding": precedent.holding,
                },
                choices=_STANCES,
                widget=forms.RadioSelect,
                required=False,
            )
        self.add_conditions(fields)

    def stance_fields(self) -> list[Any]:
        """Return the field of each precedent, for the template."""
        return [self[f"stance_{precedent.pk}"] for precedent in self.precedents]

    def warn(self, sentence: str, against: Sequence[str]) -> None:
        """Say which valid precedents the holding contradicts; the box to confirm stands beside it."""
        self.against = against
        self.add_error("despite", sentence)

    def clean(self) -> dict[str, Any]:
        """A remand needs its question and a time in the future; a decision a stance on each precedent."""
        given = super().clean() or {}
        if given.get("outcome") == Ruling.Outcome.REMANDED:
            if not given.get("question"):
                self.add_error("question", _("Ask the sides what you need to know."))
            if not given.get("answer_by") or given["answer_by"] <= self.at:
                self.add_error("answer_by", _("Give a time in the future."))
            return given
        for precedent in self.precedents:
            if not given.get(f"stance_{precedent.pk}"):
                self.add_error(f"stance_{precedent.pk}", _("Say what the ruling does with this precedent."))
        return given

    def decision(self) -> dict[str, Any]:
        """Return what the action takes."""
        told = self.cleaned_data
        stances: dict[UUID, str] = {row.pk: told[f"stance_{row.pk}"] for row in self.precedents}
        found = {
            "outcome": told["outcome"],
            "reasons": told["reasons"],
            "holding": told["holding"],
            "conditions": self.conditions() if told["holding"] else [],
            "stances": {pk: stance for pk, stance in stances.items() if stance},
            "despite": told["despite"].split(),
        }
        if self.may_remand:
            found |= {"question": told["question"], "answer_by": told["answer_by"]}
        return found


class CorrectionForm(RulingForm):
    """The decision that holds instead of the one before."""

    may_remand = False

    def __init__(
        self, data: Any = None, *, at: datetime, precedents: Sequence[Precedent], fields: Mapping[str, str]
    ) -> None:
        super().__init__(data, at=at, precedents=precedents, fields=fields)
        del self.fields["question"], self.fields["answer_by"]
        self.fields["reasons"].label = _("What was wrong, and why")
