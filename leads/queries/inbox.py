"""The queue that sales works through, by time left."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Extract, JSONObject
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from leads.access import SEE_ALL, visible_handovers
from leads.models import FollowUp, Handover, Rejection
from leads.queries.shapes import OnTime, QueueRow, ScoreView
from sla.models import Clock
from sla.queries.clocks import ClockView, clock_views, still_owed
from tenants.models import Membership

# A row costs about a millisecond and a half; forty are more than a screen and leave room under 150 ms.
PAGE = 40
SOON = timedelta(hours=2)
# Rows move between groups by time alone; a version older than this is not the same any more.
FRESH_FOR_SECONDS = 300
VIEWS = ("todo", "to_decide", "needs_contact", "accepted", "rejected")
GROUPS = ("breached", "under_2h", "today", "tomorrow", "later", "paused", "nothing")
PENDING = Q(decision=Handover.Decision.PENDING)
REJECTED = Q(decision=Handover.Decision.REJECTED)
# In the words of the index handover_in_hand: what is open, however much was closed.
OPEN = ~Q(progress=Handover.Progress.CLOSED) & ~Q(decision=Handover.Decision.REJECTED)
TAKEN = OPEN & ~PENDING
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
    """Rows by time left, and all clocks of the one shown beside them, so that it needs no second look."""

    rows: list[QueueRow]
    clocks: dict[UUID, list[ClockView]]


@dataclass(frozen=True)
class Overview:
    """Counts per view, a version that changes with every handover and clock in them, the member's own compliance."""

    counts: dict[str, int]
    version: str
    on_time: OnTime | None = None


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    key: str
    label: str
    rows: list[Any] = field(default_factory=list)
    # The page ends within this group: there are more rows of it.
    goes_on: bool = False


def view_of(name: str) -> Q:
    """Return what a saved view shows."""
    in_dispute = Rejection.objects.filter(state__in=[Rejection.State.OPEN, Rejection.State.APPEALED])
    views = {
        # Where the day starts: everything that sales owes a decision or a first contact.
        "todo": OPEN & (PENDING | UNTOUCHED),
        "to_decide": OPEN & PENDING,
        "needs_contact": OPEN & UNTOUCHED,
        "accepted": TAKEN,
        # With marketing or the board; what is final is history.
        "rejected": REJECTED & Q(pk__in=in_dispute.values("handover")),
    }
    return views[name]


def overview_of(membership: Membership, *, at: datetime, zone: str = "") -> Overview:
    """Count the views and digest them and their clocks, in one query whose cost depends on what is open.

    With a zone also the member's own compliance in the running month.
    """
    mine = visible_handovers(membership)
    views = {name: Count("pk", filter=view_of(name)) for name in VIEWS if name != "rejected"}
    changes = {"changes": Sum("revision"), "newest": Max("updated_at")}
    parts = {
        "opened": _told(mine.filter(OPEN), **changes, **views),
        "returned": _told(mine.filter(view_of("rejected")), **changes, rejected=Count("pk")),
        "clocks": _told(_owed_to_see(membership), **_state_of_clocks(at)),
        "steps": _told(_late_steps(membership, at=at), count=Count("pk")),
    }
    if zone:
        parts["month"] = _told(_due_this_month(membership, at=at, zone=zone), **_compliance(at))
    found: Any = Membership.objects.filter(pk=membership.pk).values(**parts).get()
    facts: dict[str, dict[str, int]] = {name: told or {} for name, told in found.items()}
    counts = {name: int((facts["opened"] | facts["returned"]).get(name, 0)) for name in VIEWS}
    moment = int(at.timestamp()) // FRESH_FOR_SECONDS
    digested = (membership.pk, moment, facts["opened"], facts["returned"], facts["clocks"], facts["steps"])
    version = hashlib.sha256(repr(digested).encode()).hexdigest()[:24]
    return Overview(counts, version, _on_time(facts["month"], at=at, zone=zone) if zone else None)


def _told(rows: "QuerySet[Any]", **aggregates: Any) -> Subquery:
    """Return aggregates over rows as one value, so that several make one query; None over no rows."""
    whole = rows.order_by().values("organisation_id").annotate(told=JSONObject(**aggregates))
    return Subquery(whole.values("told"))


def _owed_to_see(membership: Membership) -> "QuerySet[Clock]":
    owed = Clock.objects.filter(still_owed(), side="sales")
    return owed if membership.has(*SEE_ALL) else owed.filter(Q(owner=membership) | Q(owner=None))


def _late_steps(membership: Membership, *, at: datetime) -> "QuerySet[FollowUp]":
    """Return the overdue next steps whose rows the member sees; of a rep those that are theirs to do."""
    late = FollowUp.objects.filter(state=FollowUp.State.OPEN, due_at__lte=at)
    return late if membership.has(*SEE_ALL) else late.filter(assigned_to=membership)


def _state_of_clocks(at: datetime) -> dict[str, Any]:
    """Return what a sweep, a pause, an excuse or a new calendar changes, and which rows regroup as time goes by."""
    return {
        "count": Count("pk"),
        "due": Sum(Extract("due_at", "epoch")),
        "late": Count("pk", filter=Q(due_at__lt=at)),
        "soon": Count("pk", filter=Q(due_at__lt=at + SOON)),
        "running": Count("pk", filter=Q(state=Clock.State.RUNNING)),
        "paused": Count("pk", filter=Q(state=Clock.State.PAUSED)),
    }


def queue_for(
    membership: Membership, picked: Picked, *, at: datetime, zone: str, first: int = 0, lead: str = ""
) -> Queue:
    """Return a page of a view by time left, from the ``first`` on; ``lead`` is the handover shown beside it."""
    page = _queue(membership, picked)[first : first + PAGE]
    # Found among ids only, so that what the page does not show is never read.
    late = FollowUp.objects.filter(lead=OuterRef("lead"), state=FollowUp.State.OPEN, due_at__lte=at)
    found = _by_time_left(Handover.objects.filter(pk__in=page.values("pk"))).annotate(step_overdue=Exists(late))
    handovers = list(found.select_related("lead__company").defer("snapshot", "lead__score_reasons"))
    beside = [handover for handover in handovers if str(handover.pk) == lead] if lead else handovers[:1]
    whole = [handover.subject_id for handover in beside]
    clocks = clock_views([handover.subject_id for handover in handovers], at=at, zone=zone, whole=whole)
    rows = [_row(handover, clocks[handover.subject_id]) for handover in handovers]
    return Queue(rows, {handover.pk: clocks[handover.subject_id] for handover in beside})


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
    return _by_time_left(_filtered(membership, picked))


def _by_time_left(rows: "QuerySet[Handover]") -> "QuerySet[Handover]":
    due = Clock.objects.filter(still_owed(), subject=OuterRef("subject")).order_by("due_at").values("due_at")[:1]
    # Most of what was taken on owes nothing any more: those are told apart at once, not each by a look-up.
    owing = When(subject__in=Clock.objects.filter(still_owed()).values("subject"), then=Subquery(due))
    return rows.annotate(next_due=Case(owing, default=None)).order_by(
        F("next_due").asc(nulls_last=True), "-sent_at", "-pk"
    )


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
        step_overdue=handover.step_overdue,  # type: ignore[attr-defined]  # annotated
    )


def headline(clocks: Iterable[ClockView]) -> ClockView | None:
    """Return the clock that matters most: the open one that is due first."""
    return next((clock for clock in clocks if clock.is_open), None)


def grouped(rows: Sequence[QueueRow], *, at: datetime, zone: str, goes_on: bool = False) -> list[Group]:
    """Return the rows under the headings of the time that is left; ``goes_on`` when the queue has more than these."""
    labels = {
        "breached": _("Breached"),
        "under_2h": _("Under 2 hours"),
        "today": _("Today"),
        "tomorrow": _("Tomorrow"),
        "later": _("Later"),
        "paused": _("Clock paused"),
        "nothing": _("Nothing is due"),
    }
    today = at.astimezone(ZoneInfo(zone)).date()
    found: dict[str, list[QueueRow]] = {key: [] for key in GROUPS}
    for row in rows:
        found[_group(row.clock, at=at, today=today, zone=zone)].append(row)
    last = _group(rows[-1].clock, at=at, today=today, zone=zone) if rows and goes_on else ""
    return [Group(key, labels[key], found[key], key == last) for key in GROUPS if found[key]]


def _group(clock: ClockView | None, *, at: datetime, today: date, zone: str) -> str:
    if clock is None:
        return "nothing"
    if clock.state == Clock.State.PAUSED:
        return "paused"
    if clock.state == Clock.State.BREACHED:
        return "breached"
    if clock.due_at - at < SOON:
        return "under_2h"
    days = (clock.due_at.astimezone(ZoneInfo(zone)).date() - today).days
    return {0: "today", 1: "tomorrow"}.get(days, "later")


def _due_this_month(membership: Membership, *, at: datetime, zone: str) -> "QuerySet[Clock]":
    local = at.astimezone(ZoneInfo(zone))
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (first + timedelta(days=32)).replace(day=1)
    return Clock.objects.filter(owner=membership, side="sales", due_at__gte=first, due_at__lt=after)


def _compliance(at: datetime) -> dict[str, Any]:
    late = Q(state=Clock.State.BREACHED) | Q(state=Clock.State.RUNNING, due_at__lt=at)
    return {
        "met": Count("pk", filter=Q(state=Clock.State.MET)),
        "breached": Count("pk", filter=late),
        "pending": Count("pk", filter=Q(state=Clock.State.RUNNING, due_at__gte=at)),
    }


def _on_time(found: dict[str, int], *, at: datetime, zone: str) -> OnTime | None:
    """Return the person's own compliance over what is due this month; None before the first verdict."""
    decided = found.get("met", 0) + found.get("breached", 0)
    if not decided:
        return None
    label = format_date(at.astimezone(ZoneInfo(zone)), "F")
    return OnTime(found["met"] * 100 / decided, found["met"], decided, found["pending"], label)
