"""What a rep says of a handover."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import reasons, words
from leads.actions import LONGEST_STEP, NextStep, When
from leads.actions.evidence import has_waiting
from leads.actions.following_up import FURTHEST
from leads.forms.evidence import files_field
from leads.forms.notes import WORDS_OF_FIELDS, note_field
from leads.models import JUST_NOW, Attempt, Handover
from leads.queries import suggested_moments
from leads.queries.reasons import reason_catalogue
from leads.scoring.operators import NOT_MET
from smarketing.lib.forms import offer
from tenants.queries import active_members
from tenants.roles import Role


class RejectForm(forms.Form):
    """A rejection in the terms of the handover's own agreement version."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    criterion = forms.ChoiceField(label=gettext_lazy("Criterion that is not met"), required=False)
    note = note_field(gettext_lazy("Note"))
    evidence_files = files_field(gettext_lazy("Evidence"))
    evidence_url = forms.URLField(
        label=gettext_lazy("Or the address of the evidence"), required=False, assume_scheme="https"
    )

    def __init__(self, handover: Handover, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handover = handover
        self.content: Mapping[str, Any] = handover.version.labelled_content
        self.catalogue = reason_catalogue()
        known = reasons.rejection_reasons(self.content, self.catalogue)
        offer(self, "reason", [(reason.key, reason.label) for reason in known])
        named = [("", _("Choose …")), *reasons.criteria(self.content).items()]
        offer(self, "criterion", named)
        self.fields["criterion"].initial = _likely_criterion(handover)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "reason" in given and "evidence_url" in given and "criterion" in given:
            has_files = bool(given.get("evidence_files")) or has_waiting(self.handover)
            claim = (given["reason"], given["criterion"], given["evidence_url"])
            for fault in reasons.faults_of(self.content, self.catalogue, *claim, has_files=has_files):
                name = fault.pointer.strip("/")
                self.add_error(name, str(WORDS_OF_FIELDS[name]))
        return given

    def claim(self) -> dict[str, Any]:
        """Return what is said, as the action takes it."""
        said = dict(self.cleaned_data)
        said["uploads"] = said.pop("evidence_files")
        return said


def _likely_criterion(handover: Handover) -> str:
    """Return the criterion that the lead did not meet when it was sent, so that rejecting takes three keys."""
    unmet = [
        reason
        for reason in handover.snapshot["score_reasons"]
        if reason["kind"] == "fit" and reason["state"] == NOT_MET
    ]
    unmet.sort(key=lambda reason: not reason.get("required", False))
    return str(unmet[0]["key"]) if unmet else ""


class AttemptForm(forms.Form):
    """A try to reach the person; without a time it was now."""

    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=[])
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=[])
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        required=False,
        help_text=gettext_lazy("Empty means now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    note = note_field(gettext_lazy("Note"))
    # The next step, if one is planned at once: a moment that was offered, or one of their own.
    next_at = forms.DateTimeField(label=gettext_lazy("Next step"), required=False)
    next_own = forms.DateTimeField(
        label=gettext_lazy("Another time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    next_what = forms.CharField(
        label=gettext_lazy("What then"),
        required=False,
        max_length=LONGEST_STEP,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Call again")}),
    )

    def __init__(self, *args: Any, moment: datetime, sent_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moment, self.sent_at = moment, sent_at
        self.suggestions = suggested_moments(at=moment, zone=timezone.get_current_timezone_name())
        channels = [(key, words.word(words.CHANNELS, key)) for key in Attempt.Channel.values]
        outcomes = [(key, words.word(words.OUTCOMES, key)) for key in Attempt.Outcome.values]
        offer(self, "channel", channels)
        offer(self, "outcome", outcomes)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        moment = given.get("at")
        if moment is not None and not self.sent_at <= moment <= self.moment:
            self.add_error("at", _("The attempt must lie between the handover and now."))
        elif moment is not None and self.moment - moment > JUST_NOW and not given.get("note", "").strip():
            self.add_error("note", _("An earlier time needs a note."))
        following = given.get("next_own") or given.get("next_at")
        if following is not None and not self.moment < following <= self.moment + FURTHEST:
            self.add_error("next_own", _("Choose a time to come."))
        return given

    def next_step(self) -> NextStep | None:
        """Return what is planned at once, if anything."""
        given = self.cleaned_data
        moment = given["next_own"] or given["next_at"]
        if moment is None:
            return None
        zone = timezone.get_current_timezone_name()
        return NextStep(given["next_what"].strip() or _("Call again"), When(at=moment, zone=zone))


class AssignForm(forms.Form):
    """Who works on the lead from now on."""

    to = forms.ChoiceField(label=gettext_lazy("Assign to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = active_members(roles=[Role.SALES_REP, Role.SALES_MANAGER])
        offer(self, "to", [(str(person.pk), person.name) for person in people])


class ProgressForm(forms.Form):
    """The next step of an accepted lead, or how it ended."""

    step = forms.ChoiceField(label=gettext_lazy("What happened"))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), required=False, min_value=Decimal(0), max_digits=14, decimal_places=2,
        help_text=gettext_lazy("For an opportunity, and for a won one."),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), required=False, help_text=gettext_lazy("For lost and disqualified.")
    )

    def __init__(self, handover: Handover, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        content = handover.version.labelled_content
        offer(self, "step", STEPS)
        catalogue = reason_catalogue()
        known = {**reasons.disqualification_reasons(content, catalogue), **reasons.lost_reasons(content, catalogue)}
        offer(self, "reason", [("", _("Choose …")), *known.items()])

    def step_and_end(self) -> tuple[str, str]:
        """Return (progress, outcome), one of them empty."""
        chosen = str(self.cleaned_data["step"])
        return ("", chosen) if chosen in Handover.Outcome.values else (chosen, "")


STEPS = [
    (Handover.Progress.QUALIFIED.value, gettext_lazy("Qualified by sales (SQL)")),
    (Handover.Progress.OPPORTUNITY.value, gettext_lazy("Opportunity")),
    (Handover.Outcome.WON.value, gettext_lazy("Won")),
    (Handover.Outcome.LOST.value, gettext_lazy("Lost")),
    (Handover.Outcome.DISQUALIFIED.value, gettext_lazy("Disqualified")),
    (Handover.Outcome.UNABLE_TO_REACH.value, gettext_lazy("Unable to reach")),
]
