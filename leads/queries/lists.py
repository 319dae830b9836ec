"""Leads in a table, and what came back to marketing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from leads import words
from leads.access import visible_handovers, visible_leads
from leads.models import Handover, Lead, Rejection
from leads.queries.cohorts import CohortCut, cohort_handovers
from leads.queries.detail import company_of, initials, score_of, touch_line
from leads.queries.inbox import headline
from leads.queries.shapes import LeadRow, ReturnRow
from sla.queries.clocks import ClockView, clock_views
from tenants.models import Membership
from tenants.roles import MARKETING

VIEWS = ("all", "to_send", "with_sales", "nurture", "mine")
ANSWERED_SHOWN = 30
UNSETTLED = (Rejection.State.OPEN, Rejection.State.APPEALED)


@dataclass(frozen=True)
class Asked:
    """What a member asked the list for; "" is everything."""

    view: str = VIEWS[0]
    stage: str = ""
    tier: str = ""
    text: str = ""
    # Of a month's cohort: what a figure of the dashboards opens.
    cohort: CohortCut | None = None


def leads_in(membership: Membership, asked: Asked) -> "QuerySet[Lead]":
    """Return the leads of a view with its filters, newest change first."""
    rows = visible_leads(membership).filter(merged_into=None).filter(_view(membership)[asked.view])
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    if asked.cohort:
        rows = rows.filter(Exists(cohort_handovers(asked.cohort).filter(lead=OuterRef("pk"))))
    elif asked.tier:
        rows = rows.filter(tier=asked.tier)
    if asked.text:
        rows = rows.filter(_matches(asked.text))
    return rows.select_related("company", "campaign", "sales_owner").order_by("-updated_at", "-pk")


def _view(membership: Membership) -> dict[str, Q]:
    open_handover = Handover.objects.filter(lead=OuterRef("pk")).filter(
        Q(decision=Handover.Decision.PENDING)
        | (~Q(decision=Handover.Decision.REJECTED) & ~Q(progress=Handover.Progress.CLOSED))
        | Exists(Rejection.objects.filter(handover=OuterRef("pk"), state__in=UNSETTLED))
    )
    return {
        "all": Q(),
        "to_send": Q(stage=Lead.Stage.MQL) & ~Q(Exists(open_handover)),
        "with_sales": Q(sales_owner__isnull=False),
        "nurture": Q(stage=Lead.Stage.NURTURE),
        "mine": Q(marketer=membership) | Q(sales_owner=membership),
    }


def _matches(text: str) -> Q:
    number = text.upper().removeprefix("L-")
    if number.isascii() and number.isdigit() and len(number) < 10:
        return Q(number=int(number))
    if "@" in text:
        return Q(email_norm__startswith=text.lower())
    found = Q()
    for part in text.split()[:4]:
        found &= (
            Q(given_name__icontains=part)
            | Q(family_name__icontains=part)
            | Q(company_name__icontains=part)
            | Q(email_norm__startswith=part.lower())
        )
    return found


def lead_rows(leads: Sequence[Lead], *, at: datetime, zone: str) -> list[LeadRow]:
    """Return finished rows, each with the clock of its latest handover that matters most."""
    latest = Handover.objects.filter(lead=OuterRef("lead")).order_by("-number").values("pk")[:1]
    handovers = Handover.objects.filter(lead__in=leads, pk=Subquery(latest))
    subjects = dict(handovers.values_list("lead_id", "subject_id"))
    clocks = clock_views(subjects.values(), at=at, zone=zone)
    return [_row(lead, clocks.get(subjects[lead.pk], []) if lead.pk in subjects else []) for lead in leads]


def _row(lead: Lead, clocks: Iterable[ClockView]) -> LeadRow:
    owner = lead.sales_owner
    return LeadRow(
        lead_id=lead.pk,
        number=str(lead),
        name=lead.name,
        company=company_of(lead),
        stage=words.word(words.STAGES, lead.stage),
        stage_tone=words.STAGE_TONES.get(Lead.Stage(lead.stage), ""),
        score=score_of(lead),
        owner_name=owner.name if owner else "",
        owner_initials=initials(owner.name) if owner else "",
        source=touch_line({k: v for k, v in lead.first_touch.items() if k != "campaign"}),
        campaign=lead.campaign.name if lead.campaign else str(lead.first_touch.get("campaign", "")),
        last_at=lead.updated_at,
        clock=headline(clocks),
    )


def returns_for(membership: Membership, *, at: datetime, zone: str) -> list[ReturnRow]:
    """Return what waits for marketing's answer, the least time first."""
    rejections = list(_returns(membership).filter(state=Rejection.State.OPEN).order_by("at"))
    clocks = clock_views([rejection.handover.subject_id for rejection in rejections], at=at, zone=zone)
    rows = [_return(rejection, clocks[rejection.handover.subject_id], membership) for rejection in rejections]
    return sorted(rows, key=lambda row: (row.clock is None, row.clock.due_at if row.clock else row.rejected_at))


def answered_returns(membership: Membership) -> list[ReturnRow]:
    """Return the newest returns that were answered, or not in time."""
    rejections = _returns(membership).exclude(state__in=[Rejection.State.OPEN]).exclude(answered_at=None)
    return [_return(rejection, (), membership) for rejection in rejections.order_by("-answered_at")[:ANSWERED_SHOWN]]


def _returns(membership: Membership) -> "QuerySet[Rejection]":
    rows = Rejection.objects.filter(handover__in=visible_handovers(membership))
    # A procedural one went to another rep, a withdrawn one was undone: neither came back.
    rows = rows.exclude(reason_class=Rejection.Class.PROCEDURAL)
    rows = rows.exclude(state=Rejection.State.WITHDRAWN, handover__decision=Handover.Decision.PENDING)
    return rows.select_related("handover__lead__company", "handover__version", "by")


def _return(rejection: Rejection, clocks: Iterable[ClockView], membership: Membership) -> ReturnRow:
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
    )


def answers_open_to(membership: Membership, rejection: Rejection) -> frozenset[str]:
    """Return how this member can answer a return."""
    if rejection.state != Rejection.State.OPEN or not membership.has(*MARKETING):
        return frozenset()
    appealable: Sequence[str] = rejection.handover.version.content["arbitration"]["appealable"]
    appeal = {"appeal"} if rejection.reason_class in appealable else set()
    return frozenset({"resend", "nurture"} | appeal)
