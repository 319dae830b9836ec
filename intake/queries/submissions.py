"""Reading submissions."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from intake.adapters import read_post
from intake.body import Consent, SubmissionBody
from intake.models import OptIn, Submission
from intake.words import STATES
from smarketing.lib.errors import InvalidInput


@dataclass(frozen=True)
class SubmissionRow:
    """One submission in the list."""

    submission_id: UUID
    received_at: datetime
    form_name: str
    person: str
    company: str
    state: str
    state_label: str
    reasons: list[str]
    lead_id: UUID | None
    source: str


@dataclass(frozen=True)
class Labelled:
    """One value with its name in words."""

    label: str
    value: str

    @property
    def key(self) -> str:
        """The name of a field that only the form knows."""
        return self.label


@dataclass(frozen=True)
class ConsentRow:
    """One consent as it was given."""

    purpose: str
    granted: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class SubmissionDetail(SubmissionRow):
    """One submission, whole."""

    payload: list[Labelled] = field(default_factory=list)
    custom: list[Labelled] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    attribution: list[Labelled] = field(default_factory=list)
    raw: str = ""
    warnings: list[str] = field(default_factory=list)
    ip: str = ""
    user_agent: str = ""
    lead_name: str = ""
    may: frozenset[str] = frozenset()
    release_url: str = ""
    spam_url: str = ""
    opt_in_url: str = ""
    opt_in: OptIn | None = None


def submissions(*, state: str = "") -> "QuerySet[Submission]":
    """Return the submissions, newest first, all or in one state."""
    rows = Submission.objects.select_related("form").order_by("-received_at", "-id")
    return rows.filter(state=state) if state else rows


# Nobody reads whether it is 12,345 or 12,346; counted further, the list would be the slower the longer it is kept.
MOST_COUNTED = 999


def counts_of(states: Sequence[str]) -> dict[str, int]:
    """Return how many submissions are in each of these states ("" for all), at most one more than MOST_COUNTED."""
    return {state: submissions(state=state).order_by().values("pk")[: MOST_COUNTED + 1].count() for state in states}


def row_of(submission: Submission) -> SubmissionRow:
    """Return what the list prints of a submission."""
    return _row(submission, _body(submission))


def _row(submission: Submission, body: SubmissionBody) -> SubmissionRow:
    person, company = body.person, body.company
    last = body.attribution.last if body.attribution else None
    name = f"{person.given_name or ''} {person.family_name or ''}".strip() if person else ""
    return SubmissionRow(
        submission_id=submission.pk,
        received_at=submission.received_at,
        form_name=submission.form.name if submission.form else _("REST interface"),
        person=name or (person.email if person and person.email else ""),
        company=(company.name or "") if company else "",
        state=submission.state,
        state_label=str(STATES[submission.state]),
        reasons=[reason["detail"] for reason in submission.reasons],
        lead_id=submission.lead_id,
        source=(last.source or "") if last else "",
    )


def detail_of(submission: Submission, *, slug: str, may_judge: bool) -> SubmissionDetail:
    """Return everything about one submission."""
    body = _body(submission)
    arguments = {"slug": slug, "submission_id": submission.pk}
    return SubmissionDetail(
        **asdict(_row(submission, body)),
        payload=_payload(body),
        custom=[Labelled(name, _as_text(value)) for name, value in (body.custom or {}).items()],
        consents=[_consent(consent, submission.received_at) for consent in body.consents or []],
        attribution=_attribution(body),
        raw=json.dumps(submission.raw, indent=2, ensure_ascii=False),
        warnings=[warning["detail"] for warning in submission.warnings],
        ip=submission.ip,
        user_agent=submission.user_agent,
        lead_name=submission.lead.name if submission.lead else "",
        may=_may(submission) if may_judge else frozenset(),
        release_url=reverse("intake:submission_release", kwargs=arguments),
        spam_url=reverse("intake:submission_spam", kwargs=arguments),
        opt_in_url=reverse("intake:submission_opt_in", kwargs=arguments),
        opt_in=OptIn.objects.filter(submission=submission).first(),
    )


def _may(submission: Submission) -> frozenset[str]:
    """Return what a marketer can do with the submission now."""
    asks = OptIn.objects.filter(submission=submission, confirmed_at=None).exists()
    if submission.state == Submission.State.AWAITING_OPT_IN:
        return frozenset({"ask_again"})
    if submission.state == Submission.State.QUARANTINED:
        return frozenset({"ask_again", "spam"} if asks else {"release", "spam"})
    return frozenset()


def _body(submission: Submission) -> SubmissionBody:
    try:
        form = submission.form
        return read_post(submission.raw, provider=form.provider if form else "", mapping=form.mapping if form else {})
    except InvalidInput:
        return SubmissionBody()


def _payload(body: SubmissionBody) -> list[Labelled]:
    person, company = body.person, body.company
    told = [
        (_("E-mail"), person and person.email),
        (_("Given name"), person and person.given_name),
        (_("Family name"), person and person.family_name),
        (_("Phone"), person and person.phone),
        (_("Job title"), person and person.job_title),
        (_("Company"), company and company.name),
        (_("Website"), company and company.website),
        (_("Employees"), company and company.employees),
        (_("Industry"), company and company.industry),
        (_("Country"), company and company.country),
        (_("Wants"), body.intent),
        (_("Message"), body.message),
    ]
    return [Labelled(label, str(value)) for label, value in told if value not in (None, "")]


def _attribution(body: SubmissionBody) -> list[Labelled]:
    found = body.attribution
    if found is None:
        return []
    told = []
    for visit, touch in ((_("First visit"), found.first), (_("Last visit"), found.last)):
        parts = (touch.source, touch.medium, touch.campaign, touch.term, touch.content) if touch else ()
        told.append((visit, " / ".join(part for part in parts if part)))
    told += [(_("Landing page"), found.landing_page or ""), (_("Came from"), found.referrer or "")]
    told += list((found.click_ids or {}).items())
    return [Labelled(label, value) for label, value in told if value]


def _consent(consent: Consent, received_at: datetime) -> ConsentRow:
    return ConsentRow(
        consent.purpose.replace("_", " "), consent.granted, consent.text or "", consent.captured_at or received_at
    )


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
