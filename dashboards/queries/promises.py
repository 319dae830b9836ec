"""Promises due in a period: kept, broken, still running, ended undecided; by side and month, and by commitment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from dashboards.queries.cut import Cut
from sla.models import Clock, Side
from sla.queries import Compliance, due_between, going_on, last_day, past_due
from sla.tallies import Whose

NOTHING_DUE = Compliance(0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Promises:
    """What was due, by month and side, and in the cut's month by commitment and by team ("" is none) of sales."""

    by_month: dict[tuple[date, str], Compliance] = field(default_factory=dict)
    by_commitment: dict[str, Compliance] = field(default_factory=dict)
    by_team: dict[str, Compliance] = field(default_factory=dict)

    def of(self, month: date, side: str) -> Compliance:
        """Return one side's promises of one month."""
        return self.by_month.get((month, side), NOTHING_DUE)

    def add(self, due: "Due", kept: Compliance, *, month: date) -> None:
        """Add what became of promises; ``month`` is the cut's."""
        _add(self.by_month, (due.month, due.side), kept)
        if (due.month, due.side) == (month, Side.SALES):
            _add(self.by_commitment, due.commitment, kept)

    def add_to_team(self, team: str, kept: Compliance) -> None:
        """Add what became of a team's promises."""
        _add(self.by_team, team, kept)


def _add(sums: dict[Any, Compliance], key: object, kept: Compliance) -> None:
    sums[key] = added(sums.get(key, NOTHING_DUE), kept)


class Due(NamedTuple):
    """Which promises: those due in a month, of one side, commitment and team."""

    month: date
    side: str
    commitment: str
    team: str


def promises(cut: Cut, *, at: datetime, zone: str) -> Promises:
    """Return what both sides kept of what was due, in one query."""
    tallies = _by_kind(_due(cut, zone=zone), zone=zone).annotate(**_tally(at))
    found = Promises()
    for moment, side, commitment, team, *counts in tallies:
        due, kept = Due(moment.date(), side, commitment, str(team or "")), Compliance(*counts)
        found.add(due, kept, month=cut.month)
        if (due.month, due.side) == (cut.month, Side.SALES):
            found.add_to_team(due.team, kept)
    return found


def _due(cut: Cut, *, zone: str) -> "QuerySet[Clock]":
    # Naming every side lets the index on side and deadline find the period whatever the history behind it.
    rows = due_between(cut.shown[0], cut.last, zone=zone).filter(cut.on_clocks(), side__in=Side.values)
    if cut.previous in cut.shown:
        return rows
    before = due_between(cut.previous, last_day(cut.previous), zone=zone)
    return rows | before.filter(cut.on_clocks(), side__in=Side.values)


def _by_kind(rows: "QuerySet[Clock]", *, zone: str) -> Any:
    month = TruncMonth("due_at", tzinfo=ZoneInfo(zone))
    return rows.order_by().values_list(month, "side", "commitment", "subject__team")


def _tally(at: datetime) -> dict[str, Count]:
    """Count as sla.queries.compliance does: open past its deadline is breached, before the sweep has been."""
    return {
        "met": Count("pk", filter=Q(state=Clock.State.MET)),
        "breached": Count("pk", filter=Q(state=Clock.State.BREACHED) | past_due(at=at)),
        "running": Count("pk", filter=going_on(at=at)),
        "excused": Count("pk", filter=Q(state=Clock.State.EXCUSED)),
        "cancelled": Count("pk", filter=Q(state=Clock.State.CANCELLED)),
    }


def unswept(cut: Cut, *, at: datetime, zone: str) -> list[tuple[Due, int]]:
    """Return how many running clocks the sweep will find past their deadline."""
    late = _unswept(cut.months[0], cut.last, at=at, zone=zone).filter(cut.on_clocks())
    rows = _by_kind(late, zone=zone).annotate(n=Count("pk"))
    found = [(Due(moment.date(), side, kind, str(team or "")), n) for moment, side, kind, team, n in rows]
    return [(due, n) for due, n in found if due.month in cut.months]


def unswept_by_owner(month: date, *, at: datetime, zone: str) -> list[tuple[Whose, int]]:
    """Return the same of one month, its first day given, by side and owner."""
    rows = _unswept(month, last_day(month), at=at, zone=zone).order_by().values_list("side", "owner")
    return [((side, owner), n) for side, owner, n in rows.annotate(n=Count("pk"))]


def _unswept(first: date, last: date, *, at: datetime, zone: str) -> "QuerySet[Clock]":
    # What the sweep has not found yet waits for it: the index of what comes next knows those few.
    return due_between(first, last, zone=zone).filter(past_due(at=at), next_event_at__lt=at)


def verdict(state: str, n: int) -> Compliance:
    """Return what so many promises in a state of their clock say."""
    return Compliance(*(n * one for one in _VERDICTS.get(state, (0, 0, 0, 0, 0))))


_VERDICTS: Mapping[str, tuple[int, int, int, int, int]] = {
    Clock.State.MET: (1, 0, 0, 0, 0),
    Clock.State.BREACHED: (0, 1, 0, 0, 0),
    Clock.State.RUNNING: (0, 0, 1, 0, 0),
    Clock.State.PAUSED: (0, 0, 1, 0, 0),
    Clock.State.EXCUSED: (0, 0, 0, 1, 0),
    Clock.State.CANCELLED: (0, 0, 0, 0, 1),
}


def added(one: Compliance, other: Compliance) -> Compliance:
    """Return the sum of two tallies."""
    return Compliance(
        one.met + other.met,
        one.breached + other.breached,
        one.running + other.running,
        one.excused + other.excused,
        one.cancelled + other.cancelled,
    )
