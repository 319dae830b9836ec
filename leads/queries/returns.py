"""What came back to marketing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from leads import words
from leads.access import visible_handovers
from leads.models import Rejection
from leads.queries.detail import company_of, score_of
from leads.queries.evidence import EvidenceRow, evidence_of
from leads.queries.shapes import ReturnRow
from sla.queries.clocks import ClockView, clock_views
from tenants.models import Membership
from tenants.roles import MARKETING

ANSWERED_SHOWN = 30


def returns_for(membership: Membership, *, at: datetime, zone: str) -> list[ReturnRow]:
    """Return what waits for marketing's answer, the least time first."""
    rejections = list(_returns(membership).filter(state=Rejection.State.OPEN).order_by("at"))
    clocks = clock_views([rejection.handover.subject_id for rejection in rejections], at=at, zone=zone)
    files = evidence_of([rejection.handover_id for rejection in rejections], membership)
    rows = [
        _return(rejection, clocks[rejection.handover.subject_id], files.get(rejection.handover_id, []), membership)
        for rejection in rejections
    ]
    return sorted(rows, key=lambda row: (row.clock is None, row.clock.due_at if row.clock else row.rejected_at))


def answered_returns(membership: Membership) -> list[ReturnRow]:
    """Return the newest returns that were answered, or not in time."""
    rejections = _returns(membership).exclude(state__in=[Rejection.State.OPEN]).exclude(answered_at=None)
    newest = list(rejections.order_by("-answered_at")[:ANSWERED_SHOWN])
    files = evidence_of([rejection.handover_id for rejection in newest], membership)
    return [_return(rejection, (), files.get(rejection.handover_id, []), membership) for rejection in newest]


def _returns(membership: Membership) -> "QuerySet[Rejection]":
    rows = Rejection.objects.filter(handover__in=visible_handovers(membership))
    # A procedural one went to another rep, a withdrawn one was undone: neither came back.
    rows = rows.exclude(reason_class=Rejection.Class.PROCEDURAL)
    rows = rows.exclude(state=Rejection.State.WITHDRAWN, answered_by=F("by"))
    return rows.select_related("handover__lead__company", "handover__version", "by")


def _return(
    rejection: Rejection, clocks: Iterable[ClockView], files: Iterable[EvidenceRow], membership: Membership
) -> ReturnRow:
    handover, lead = rejection.handover, rejection.handover.lead
    answer = next((clock for clock in clocks if clock.commitment == "return_answer" and clock.is_open), None)
    return ReturnRow(
        handover_id=handover.pk,
        lead_id=lead.pk,
        number=str(lead),
        name=lead.name,
        company=company_of(lead),
        score=score_of(lead, handover),
        reason=rejection.reason_label,
        reason_class=rejection.reason_class,
        criterion=rejection.criterion_label,
        note=rejection.note,
        rejected_by=rejection.by.name,
        rejected_at=rejection.at,
        clock=answer,
        may=answers_open_to(membership, rejection),
        answer=words.word(words.ANSWERS, rejection.state) if rejection.state != Rejection.State.OPEN else "",
        answered_at=rejection.answered_at,
        evidence=[file for file in files if file.rejection_id == rejection.pk],
        evidence_url=rejection.evidence_url,
    )


def answers_open_to(membership: Membership, rejection: Rejection) -> frozenset[str]:
    """Return how this member can answer a return."""
    if rejection.state != Rejection.State.OPEN or not membership.has(*MARKETING):
        return frozenset()
    appealable: Sequence[str] = rejection.handover.version.content["arbitration"]["appealable"]
    appeal = {"appeal"} if rejection.reason_class in appealable else set()
    return frozenset({"resend", "nurture"} | appeal)
