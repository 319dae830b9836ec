"""The queue that sales works through, by time left."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from leads.access import visible_handovers
from leads.models import Handover, Rejection
from leads.queries.shapes import OnTime, QueueRow, ScoreView
from sla.models import Clock
from sla.queries.clocks import ClockView, clock_views
from tenants.models import Membership

PAGE = 50
SOON = timedelta(hours=2)
# Rows move between groups by time alone; a version older than this is not the same any more.
FRESH_FOR_SECONDS = 300
VIEWS = ("todo", "to_decide", "needs_contact", "accepted", "rejected")
GROUPS = ("breached", "under_2h", "today", "tomorrow", "later", "paused")
PENDING = Q(decision=Handover.Decision.PENDING)
REJECTED = Q(decision=Handover.Decision.REJECTED)
TAKEN = ~PENDING & ~REJECTED & ~Q(progress=Handover.Progress.CLOSED)
UNTOUCHED = Q(contacted_at=None)


@dataclass(frozen=True)
class Picked:
    """What a member chose to see: a view and filters ("" for all)."""

    view: str = VIEWS[0]
    tier: str = ""
    # A member's id, "none" for the unassigned.
    owner: str = ""


@dataclass(frozen=True)
class Queue:
    """Rows by time left, and all clocks of each handover, so that the selected one needs no second look."""

    rows: list[QueueRow]
    clocks: dict[UUID, list[ClockView]]


@dataclass(frozen=True)
class Overview:
    """Counts per view, and a version that changes with every handover in them."""

    counts: dict[str, int]
    version: str


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    key: str
    label: str
    rows: list[Any] = field(default_factory=list)


def view_of(name: str) -> Q:
    """Return what a saved view shows."""
    in_dispute = Rejection.objects.filter(
        handover=OuterRef("pk"), state__in=[Rejection.State.OPEN, Rejection.State.APPEALED]
    )
    views = {
        # Where the day starts: everything that sales owes a decision or a first contact.
        "todo": PENDING | (TAKEN & UNTOUCHED),
        "to_decide": PENDING,
        "needs_contact": (PENDING | TAKEN) & UNTOUCHED,
        "accepted": TAKEN,
        # With marketing or the board; what is final is history.
        "rejected": REJECTED & Q(Exists(in_dispute)),
    }
    return views[name]


def overview_of(membership: Membership, *, at: datetime) -> Overview:
    """Count the views and digest them, in one query over what is open."""
    open_rows = visible_handovers(membership).filter(PENDING | TAKEN | view_of("rejected"))
    found = open_rows.aggregate(
        changes=Sum("revision"),
        newest=Max("updated_at"),
        **{name: Count("pk", filter=view_of(name)) for name in VIEWS},
    )
    counts = {name: int(found[name]) for name in VIEWS}
    moment = int(at.timestamp()) // FRESH_FOR_SECONDS
    facts = (membership.pk, counts, found["changes"], found["newest"], moment)
    return Overview(counts, hashlib.sha256(repr(facts).encode()).hexdigest()[:24])


def queue_for(
    membership: Membership, picked: Picked, *, at: datetime, zone: str, first: int = 0, count: int = PAGE
) -> Queue:
    """Return the rows of a view by time left, from the ``first`` on."""
    handovers = list(_queue(membership, picked)[first : first + count])
    clocks = clock_views([handover.subject_id for handover in handovers], at=at, zone=zone)
    rows = [_row(handover, clocks[handover.subject_id]) for handover in handovers]
    return Queue(rows, {handover.pk: clocks[handover.subject_id] for handover in handovers})


def queue_ids(membership: Membership, picked: Picked, *, count: int = PAGE) -> list[UUID]:
    """Return the handovers' ids in the queue's order."""
    return list(_queue(membership, picked).values_list("pk", flat=True)[:count])


def _filtered(membership: Membership, picked: Picked) -> "QuerySet[Handover]":
    rows = visible_handovers(membership).filter(view_of(picked.view))
    if picked.tier:
        rows = rows.filter(tier=picked.tier)
    if picked.owner == "none":
        rows = rows.filter(assigned_to=None)
    elif picked.owner:
        rows = rows.filter(assigned_to=UUID(picked.owner))
    return rows


def _queue(membership: Membership, picked: Picked) -> "QuerySet[Handover]":
    owed = Clock.objects.filter(subject=OuterRef("subject"), stopped_at=None, closed_at=None)
    open_states = (Clock.State.RUNNING, Clock.State.BREACHED, Clock.State.PAUSED)
    due = owed.filter(state__in=open_states).order_by("due_at").values("due_at")[:1]
    rows = _filtered(membership, picked).annotate(next_due=Subquery(due))
    return rows.select_related("lead__company").order_by(F("next_due").asc(nulls_last=True), "sent_at", "pk")


def _row(handover: Handover, clocks: Sequence[ClockView]) -> QueueRow:
    lead = handover.lead
    return QueueRow(
        handover_id=handover.pk,
        lead_id=lead.pk,
        name=lead.name,
        job_title=lead.job_title,
        company=lead.company_name or (lead.company.name if lead.company else ""),
        score=ScoreView(lead.fit_grade, lead.readiness_grade, handover.tier, handover.weight),
        clock=headline(clocks),
        unassigned=handover.assigned_to_id is None,
        tag=_("overridden") if handover.override_reason else "",
    )


def headline(clocks: Iterable[ClockView]) -> ClockView | None:
    """Return the clock that matters most: the open one that is due first."""
    return next((clock for clock in clocks if clock.is_open), None)


def grouped(rows: Iterable[QueueRow], *, at: datetime, zone: str) -> list[Group]:
    """Return the rows under the headings of the time that is left."""
    labels = {
        "breached": _("Breached"),
        "under_2h": _("Under 2 hours"),
        "today": _("Today"),
        "tomorrow": _("Tomorrow"),
        "later": _("Later"),
        "paused": _("Clock paused"),
    }
    today = at.astimezone(ZoneInfo(zone)).date()
    found: dict[str, list[QueueRow]] = {key: [] for key in GROUPS}
    for row in rows:
        found[_group(row.clock, at=at, today=today, zone=zone)].append(row)
    return [Group(key, labels[key], found[key]) for key in GROUPS if found[key]]


def _group(clock: ClockView | None, *, at: datetime, today: date, zone: str) -> str:
    if clock is None:
        return "later"
    if clock.state == Clock.State.PAUSED:
        return "paused"
    if clock.state == Clock.State.BREACHED:
        return "breached"
    if clock.due_at - at < SOON:
        return "under_2h"
    days = (clock.due_at.astimezone(ZoneInfo(zone)).date() - today).days
    return {0: "today", 1: "tomorrow"}.get(days, "later")


def on_time_of(membership: Membership, *, at: datetime, zone: str) -> OnTime | None:
    """Return the person's own compliance over what is due this month; None before the first verdict."""
    local = at.astimezone(ZoneInfo(zone))
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (first + timedelta(days=32)).replace(day=1)
    mine = Clock.objects.filter(owner=membership, side="sales", due_at__gte=first, due_at__lt=after)
    late = Q(state=Clock.State.BREACHED) | Q(state=Clock.State.RUNNING, due_at__lt=at)
    found = mine.aggregate(
        met=Count("pk", filter=Q(state=Clock.State.MET)),
        breached=Count("pk", filter=late),
        pending=Count("pk", filter=Q(state=Clock.State.RUNNING, due_at__gte=at)),
    )
    decided = found["met"] + found["breached"]
    if not decided:
        return None
    label = format_date(local, "F")
    return OnTime(found["met"] * 100 / decided, found["met"], decided, found["pending"], label)
