"""What people type about leads, checked; choices are those of the agreement and the organisation."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import reasons, words
from leads.actions import CORRECTABLE
from leads.facts import fields_of
from leads.models import JUST_NOW, Attempt, Handover, Lead
from tenants.queries import active_members
from tenants.roles import Role

LONGEST_NOTE = 4000
WORDS_OF_FIELDS = {
    "reason": gettext_lazy("Choose a reason of the agreement."),
    "criterion": gettext_lazy("Name the criterion that is not met."),
    "evidence_url": gettext_lazy("This reason needs evidence: give its address."),
}


def _note(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )


class RejectForm(forms.Form):
    """A rejection in the terms of the handover's own agreement version."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    criterion = forms.ChoiceField(label=gettext_lazy("Criterion that is not met"), required=False)
    note = _note(gettext_lazy("Note"))
    evidence_url = forms.URLField(label=gettext_lazy("Address of the evidence"), required=False, assume_scheme="https")

    def __init__(self, handover: Handover, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content: Mapping[str, Any] = handover.version.content
        known = reasons.rejection_reasons(self.content)
        self.fields["reason"].choices = [(reason.key, reason.label) for reason in known]  # type: ignore[attr-defined]
        named = [("", _("Choose …")), *reasons.criteria(self.content).items()]
        self.fields["criterion"].choices = named  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "reason" in given and "evidence_url" in given and "criterion" in given:
            for fault in reasons.faults_of(self.content, given["reason"], given["criterion"], given["evidence_url"]):
                name = fault.pointer.strip("/")
                self.add_error(name, str(WORDS_OF_FIELDS[name]))
        return given


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
    note = _note(gettext_lazy("Note"))

    def __init__(self, *args: Any, moment: datetime, sent_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moment, self.sent_at = moment, sent_at
        channels = [(key, words.word(words.CHANNELS, key)) for key in Attempt.Channel.values]
        outcomes = [(key, words.word(words.OUTCOMES, key)) for key in Attempt.Outcome.values]
        self.fields["channel"].choices = channels  # type: ignore[attr-defined]
        self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        moment = given.get("at")
        if moment is not None and not self.sent_at <= moment <= self.moment:
            self.add_error("at", _("The attempt must lie between the handover and now."))
        elif moment is not None and self.moment - moment > JUST_NOW and not given.get("note", "").strip():
            self.add_error("note", _("An earlier time needs a note."))
        return given


class HandoverForm(forms.Form):
    """What marketing tells sales along with a lead."""

    note = _note(gettext_lazy("Note for sales"))
    override_reason = _note(gettext_lazy("Why although it is not qualified"))

    def __init__(self, *args: Any, needs_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_override:
            self.fields["override_reason"].required = True
        else:
            del self.fields["override_reason"]


class ResendForm(forms.Form):
    """Corrections of a returned lead, and a word to sales."""

    given_name = forms.CharField(label=gettext_lazy("Given name"), required=False, max_length=200)
    family_name = forms.CharField(label=gettext_lazy("Family name"), required=False, max_length=200)
    job_title = forms.CharField(label=gettext_lazy("Job title"), required=False, max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=60)
    company_name = forms.CharField(label=gettext_lazy("Company"), required=False, max_length=300)
    employees = forms.IntegerField(
        label=gettext_lazy("Employees"), required=False, min_value=0, max_value=2_000_000_000
    )
    industry = forms.CharField(label=gettext_lazy("Industry"), required=False, max_length=120)
    country = forms.CharField(label=gettext_lazy("Country (two letters)"), required=False, max_length=2)
    note = _note(gettext_lazy("What sales should know now"), required=True)

    def __init__(self, lead: Lead, data: Mapping[str, Any] | None = None) -> None:
        self.known = fields_of(lead)
        super().__init__(data, initial={name: self.known.get(name) for name in CORRECTABLE})

    def changes(self) -> dict[str, Any]:
        """Return what was corrected: fields whose value is another now."""
        given = {name: value for name, value in self.cleaned_data.items() if name in CORRECTABLE}
        return {name: value for name, value in given.items() if (value or "") != (self.known.get(name) or "")}


class NurtureForm(forms.Form):
    """When to look at the lead again."""

    wake_on = forms.DateField(label=gettext_lazy("Wake up on"), widget=forms.DateInput(attrs={"type": "date"}))
    note = _note(gettext_lazy("Note"))


class AssignForm(forms.Form):
    """Who works on the lead from now on."""

    to = forms.ChoiceField(label=gettext_lazy("Assign to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = active_members(roles=[Role.SALES_REP, Role.SALES_MANAGER])
        self.fields["to"].choices = [(str(person.pk), person.name) for person in people]  # type: ignore[attr-defined]


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
        content = handover.version.content
        self.fields["step"].choices = STEPS  # type: ignore[attr-defined]
        known = {**reasons.disqualification_reasons(content), **reasons.lost_reasons(content)}
        self.fields["reason"].choices = [("", _("Choose …")), *known.items()]  # type: ignore[attr-defined]

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
