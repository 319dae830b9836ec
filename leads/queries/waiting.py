"""Handovers of nobody, or of one rep, for giving them to somebody else; and what a bulk would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from leads import words
from leads.models import Handover, Lead, Rejection
from leads.queries.detail import company_of, gate_gaps, initials, waits_because
from leads.queries.inbox import headline
from sla.models import AgreementVersion
from sla.queries.clocks import ClockView, clock_views

SHOWN = 200
IN_HAND = ~Q(progress=Handover.Progress.CLOSED) & ~Q(decision=Handover.Decision.REJECTED)


@dataclass(frozen=True)
class WaitingRow:
    """One open handover that can be given to somebody."""

    handover_id: UUID
    lead_id: UUID
    name: str
    initials: str
    company: str
    number: str
    decision: str
    decision_tone: str
    because: str
    sent_at: datetime
    owner_name: str
    clock: ClockView | None


def open_handovers(owner_id: UUID | None, *, at: datetime, zone: str) -> list[WaitingRow]:
    """Return the open handovers of a rep (None: of nobody), the least time first."""
    rows = Handover.objects.filter(IN_HAND, assigned_to=owner_id).select_related("lead__company", "assigned_to")
    handovers = list(rows.order_by("sent_at", "pk")[:SHOWN])
    return waiting_rows(handovers, at=at, zone=zone)


def waiting_rows(handovers: Sequence[Handover], *, at: datetime, zone: str) -> list[WaitingRow]:
    """Return finished rows of handovers (with lead, company and assignee), the least time first."""
    clocks = clock_views([handover.subject_id for handover in handovers], at=at, zone=zone, whole=())
    rows = [_row(handover, headline(clocks[handover.subject_id])) for handover in handovers]
    return sorted(rows, key=lambda row: (row.clock is None, row.clock.due_at if row.clock else row.sent_at))


def _row(handover: Handover, clock: ClockView | None) -> WaitingRow:
    lead = handover.lead
    return WaitingRow(
        handover_id=handover.pk,
        lead_id=lead.pk,
        name=lead.name,
        initials=initials(lead.name),
        company=company_of(lead),
        number=str(lead),
        decision=words.word(words.DECISIONS, handover.decision),
        decision_tone=words.DECISION_TONES[Handover.Decision(handover.decision)],
        because=waits_because(handover),
        sent_at=handover.sent_at,
        owner_name=handover.assigned_to.name if handover.assigned_to else "",
        clock=clock,
    )


def in_hand_counts() -> dict[UUID | None, int]:
    """Return how many open handovers each rep has; None counts those of nobody."""
    rows = Handover.objects.filter(IN_HAND).values_list("assigned_to").order_by()
    return dict(rows.annotate(n=Count("pk")))


@dataclass(frozen=True)
class SendingRow:
    """One lead of a bulk handover before it is sent: what the gate would say."""

    lead_id: UUID
    name: str
    number: str
    company: str
    tier: str
    gaps: list[str]
    # "", "below_threshold", "with_sales", "gate" or "merged".
    stops: str
    why: str


def sending_rows(leads: Sequence[Lead], version: AgreementVersion | None) -> list[SendingRow]:
    """Return what would become of these leads (with company), in a bounded number of queries."""
    taken = _with_sales([lead.pk for lead in leads])
    return [_sending(lead, version, lead.pk in taken) for lead in leads]


def _with_sales(lead_ids: Sequence[UUID]) -> set[UUID]:
    open_ones = Handover.objects.filter(IN_HAND, lead__in=lead_ids)
    unsettled = (Rejection.State.OPEN, Rejection.State.APPEALED)
    disputed = Rejection.objects.filter(
        handover__lead__in=lead_ids, state__in=unsettled, handover__decision=Handover.Decision.REJECTED
    )
    return {*open_ones.values_list("lead_id", flat=True), *disputed.values_list("handover__lead_id", flat=True)}


def _sending(lead: Lead, version: AgreementVersion | None, taken: bool) -> SendingRow:
    gaps = gate_gaps(lead, version) if version else []
    stops, why = _stop(lead, version, gaps, taken)
    return SendingRow(
        lead_id=lead.pk,
        name=lead.name,
        number=str(lead),
        company=company_of(lead),
        tier=words.word(words.TIERS, lead.tier) if lead.tier else "",
        gaps=gaps,
        stops=stops,
        why=why,
    )


def _stop(lead: Lead, version: AgreementVersion | None, gaps: Sequence[Any], taken: bool) -> tuple[str, str]:
    if version is None:
        return "no_agreement", _("no agreement is in force")
    if lead.merged_into_id is not None:
        return "merged", _("was merged into another lead")
    if taken:
        return "with_sales", _("sales has it already")
    if gaps:
        return "gate", _("the gate stops it: %(what)s") % {"what": ", ".join(str(gap) for gap in gaps)}
    if not lead.tier:
        return "below_threshold", _("not qualified yet; goes only with a reason")
    return "", ""
