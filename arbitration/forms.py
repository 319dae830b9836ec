"""What people write: an appeal, a statement, a ruling."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arbitration.models import Ruling

LONGEST = 10_000


class AppealForm(forms.Form):
    """Why the rejection is wrong."""

    claim = forms.CharField(
        label=_("Why is the rejection wrong?"),
        help_text=_("The board reads this first. Name the criterion and the proof."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class StatementForm(forms.Form):
    """What the board should know."""

    text = forms.CharField(label=_("Your statement"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))


class RulingForm(forms.Form):
    """The decision with its reasons; a remand asks a question instead."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (Ruling.Outcome.UPHELD, _("Uphold the rejection")),
            (Ruling.Outcome.OVERTURNED, _("Overturn the rejection")),
            (Ruling.Outcome.REMANDED, _("Ask the sides a question first")),
        ],
        widget=forms.RadioSelect,
    )
    precedent_stance = forms.ChoiceField(
        label=_("Precedents"),
        choices=[
            (Ruling.Stance.NONE, _("No precedent")),
            (Ruling.Stance.FOLLOWS, _("Follows the precedents shown")),
            (Ruling.Stance.DEPARTS, _("Departs from them")),
        ],
        initial=Ruling.Stance.NONE,
    )
    reasons = forms.CharField(label=_("Reasons"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    holding = forms.CharField(
        label=_("Holding"),
        help_text=_("One sentence that others can follow. With it the ruling becomes a precedent."),
        max_length=500,
        required=False,
    )
    question = forms.CharField(label=_("Question"), max_length=1000, required=False)
    answer_by = forms.DateTimeField(
        label=_("Answer by"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at = at

    def clean(self) -> dict[str, Any]:
        """A remand needs its question and a time in the future."""
        given = super().clean() or {}
        if given.get("outcome") == Ruling.Outcome.REMANDED:
            if not given.get("question"):
                self.add_error("question", _("Ask the sides what you need to know."))
            if not given.get("answer_by") or given["answer_by"] <= self.at:
                self.add_error("answer_by", _("Give a time in the future."))
        return given
