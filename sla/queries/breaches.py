"""Broken promises as the breaches page cuts them: by month, side, commitment, owner and state, and by the hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from events.models import Event
from sla.models import Clock
from sla.queries.clocks import past_due
from sla.queries.compliance import BreachRow
from sla.queries.explaining import OwnerShare, shared_time
from sla.queries.happenings import name_of
from sla.queries.months import day_begins, last_day
from tenants.models import Membership

# Without a month the table looks back so far.
HEAT_DAYS = 90
# (key of the state filter, what it selects).
STATES: dict[str, Q] = {
    "open": Q(state=Clock.State.BREACHED, stopped_at=None, closed_at=None),
    "late": Q(state=Clock.State.BREACHED, stopped_at__isnull=False),
    "closed": Q(state=Clock.State.BREACHED, stopped_at=None, closed_at__isnull=False),
    "excused": Q(state=Clock.State.EXCUSED),
    "voided": Q(state__in=[Clock.State.MET, Clock.State.WAIVED]),
}


@dataclass(frozen=True)
class BreachCut:
    """Which breaches; empty parts select all."""

    month: date | None = None
    side: str = ""
    commitment: str = ""
    owner: UUID | None = None
    state: str = ""


@dataclass(frozen=True)
class HeatCell:
    """How many promises broke in one hour of the week; level from 0 (none) to 4 (most)."""

    hour: int
    count: int
    level: int


@dataclass(frozen=True)
class HeatRow:
    """One weekday, Monday is 1."""

    weekday: int
    total: int
    cells: list[HeatCell]


@dataclass(frozen=True)
class Rung:
    """A step of the ladder that was taken about a breach."""

    share: int
    at: datetime
    who: str
    skipped: bool


@dataclass(frozen=True)
class BreachLine(BreachRow):
    """A breach with the steps that were taken about it, and whose time it was where it had several owners."""

    rungs: Sequence[Rung] = ()
    shared: Sequence[OwnerShare] = ()


def breach_lines(rows: Sequence[BreachRow], *, at: datetime) -> list[BreachLine]:
    """Return breaches with their steps and owners, in a fixed number of queries."""
    ids = [row.id for row in rows]
    rungs, shared = rungs_of(ids), shared_time(ids, at=at)
    return [BreachLine(**vars(row), rungs=rungs.get(row.id, ()), shared=shared.get(row.id, ())) for row in rows]


def cut_breaches(rows: "QuerySet[Clock]", cut: BreachCut, *, zone: str) -> "QuerySet[Clock]":
    """Return those of the clocks that the cut selects; the month is that of the deadline."""
    if cut.month is not None:
        end = day_begins(last_day(cut.month) + timedelta(days=1), zone=zone)
        rows = rows.filter(due_at__gte=day_begins(cut.month, zone=zone), due_at__lt=end)
    if cut.side:
        rows = rows.filter(side=cut.side)
    if cut.commitment:
        rows = rows.filter(commitment=cut.commitment)
    if cut.owner is not None:
        rows = rows.filter(owner=cut.owner)
    return rows.filter(STATES[cut.state]) if cut.state else rows


def broken(rows: "QuerySet[Clock]", *, at: datetime) -> "QuerySet[Clock]":
    """Return the clocks with a breach on record, or past their deadline where the sweep has not been yet."""
    return rows.filter(Q(breached_at__isnull=False) | past_due(at=at))


def heat_of(rows: "QuerySet[Clock]", *, month: date | None, zone: str, at: datetime) -> list[HeatRow]:
    """Return when promises broke: hour of the day by weekday, in the month or the last 90 days.

    Its cost grows with the breaches of that time, not with the history.
    """
    zone_info = ZoneInfo(zone)
    if month is None:
        begin, end = at - timedelta(days=HEAT_DAYS), at
    else:
        begin, end = day_begins(month, zone=zone), day_begins(last_day(month) + timedelta(days=1), zone=zone)
    found = rows.filter(breached_at__gte=begin, breached_at__lt=end)
    counted = found.annotate(
        weekday=ExtractIsoWeekDay("breached_at", tzinfo=zone_info), hour=ExtractHour("breached_at", tzinfo=zone_info)
    )
    counts = {
        (row["weekday"], row["hour"]): row["n"] for row in counted.values("weekday", "hour").annotate(n=Count("pk"))
    }
    most = max(counts.values(), default=0)
    return [_heat_row(weekday, counts, most) for weekday in range(1, 8)]


def _heat_row(weekday: int, counts: dict[tuple[int, int], int], most: int) -> HeatRow:
    numbers = [counts.get((weekday, hour), 0) for hour in range(24)]
    cells = [HeatCell(hour, number, _level(number, most)) for hour, number in enumerate(numbers)]
    return HeatRow(weekday, sum(numbers), cells)


def _level(number: int, most: int) -> int:
    return 0 if not number else max(1, round(number * 4 / most))


def rungs_of(clock_ids: Sequence[UUID]) -> dict[UUID, list[Rung]]:
    """Return the steps of the ladder that were taken about each clock, in two queries."""
    rows = Event.objects.filter(subject_id__in=list(clock_ids), kind="clock.escalated").order_by("at", "id")
    events = list(rows)
    ids = {UUID(member) for event in events for member in event.data["members"]}
    names = dict(Membership.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    found: dict[UUID, list[Rung]] = {}
    for event in events:
        who = ", ".join(name_of(member, names) for member in event.data["members"])
        rung = Rung(event.data["share"], event.at, who, event.data["skipped"])
        found.setdefault(event.subject_id, []).append(rung)
    return found


def owners_of(rows: "QuerySet[Clock]") -> list[tuple[UUID, str]]:
    """Return who has ever owed one of these clocks, by name."""
    owners = Membership.objects.filter(pk__in=rows.exclude(owner=None).values("owner"))
    return list(owners.order_by("name", "id").values_list("pk", "name"))
