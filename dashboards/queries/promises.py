"""Promises due in a period: kept, broken, still running; by side and month, and by commitment."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from dashboards.queries.cut import Cut
from sla.models import Clock, Side
from sla.queries import Compliance, due_between, going_on, past_due

NOTHING_DUE = Compliance(0, 0, 0, 0)


@dataclass(frozen=True)
class Promises:
    """What was due, by month and side, and in the cut's month by commitment of sales."""

    by_month: dict[tuple[date, str], Compliance]
    by_commitment: dict[str, Compliance]

    def of(self, month: date, side: str) -> Compliance:
        """Return one side's promises of one month."""
        return self.by_month.get((month, side), NOTHING_DUE)


def promises(cut: Cut, *, at: datetime, zone: str) -> Promises:
    """Return what both sides kept of what was due, in one query."""
    month = TruncMonth("due_at", tzinfo=ZoneInfo(zone))
    # Naming every side lets the index on side and deadline find the period whatever the history behind it.
    rows = due_between(cut.first_shown, cut.last, zone=zone).filter(cut.on_clocks(), side__in=Side.values)
    tallies = rows.values_list(month, "side", "commitment").annotate(**_tally(at)).order_by()
    found = Promises({}, {})
    for moment, side, commitment, *counts in tallies:
        kept = Compliance(*counts)
        key = (moment.date(), side)
        found.by_month[key] = added(found.by_month.get(key, NOTHING_DUE), kept)
        if key == (cut.month, Side.SALES):
            found.by_commitment[commitment] = kept
    return found


def _tally(at: datetime) -> dict[str, Count]:
    """Count as sla.queries.compliance does: open past its deadline is breached, before the sweep has been."""
    return {
        "met": Count("pk", filter=Q(state=Clock.State.MET)),
        "breached": Count("pk", filter=Q(state=Clock.State.BREACHED) | past_due(at=at)),
        "running": Count("pk", filter=going_on(at=at)),
        "excused": Count("pk", filter=Q(state=Clock.State.EXCUSED)),
    }


def unswept(cut: Cut, *, at: datetime, zone: str) -> list[tuple[date, str, str, int]]:
    """Return how many running clocks the sweep will find past their deadline: month, side, commitment, number."""
    month = TruncMonth("due_at", tzinfo=ZoneInfo(zone))
    due = due_between(cut.first_shown, cut.last, zone=zone).filter(past_due(at=at), cut.on_clocks())
    # What it has not found yet waits for it: the index of what comes next knows those few.
    rows = due.filter(next_event_at__lt=at).values_list(month, "side", "commitment").annotate(n=Count("pk")).order_by()
    return [(moment.date(), side, commitment, n) for moment, side, commitment, n in rows]


def added(one: Compliance, other: Compliance) -> Compliance:
    """Return the sum of two tallies."""
    return Compliance(
        one.met + other.met,
        one.breached + other.breached,
        one.running + other.running,
        one.excused + other.excused,
    )
