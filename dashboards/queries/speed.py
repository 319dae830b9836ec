"""Speed to lead: from sent to first contact, elapsed and in business time."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf, isinf
from typing import Any

from django.db.models import (
    Aggregate,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from dashboards.formulas import Percentile, Speed, speed_to_lead
from dashboards.queries.cut import Cut
from dashboards.rollups.histogram import Histogram
from dashboards.rollups.hours import sales_hours
from leads.models import Handover

Contact = tuple[datetime, datetime | None]
Between = Callable[[datetime, datetime], int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Median(Aggregate):
    """PostgreSQL's nearest-rank median."""

    template = "percentile_disc(0.5) within group (order by %(expressions)s)"
    output_field = FloatField()


class Seconds(Func):
    """The length of an interval in seconds."""

    template = "extract(epoch from %(expressions)s)::float8"
    output_field = FloatField()


@dataclass(frozen=True)
class Speeds:
    """The speed of a cohort by the wall clock and by the sales calendar."""

    elapsed: Speed
    business: Speed


class Ages(Sequence[int]):
    """How long untouched leads have waited, the shortest first; worked out only where somebody looks."""

    def __init__(self, newest_first: Sequence[datetime], *, at: datetime, between: Between) -> None:
        self._moments = newest_first
        self._at = at
        self._between = between

    def __len__(self) -> int:
        return len(self._moments)

    def __getitem__(self, index: Any) -> Any:
        sent_at = self._moments[index]
        return self._between(sent_at, max(self._at, sent_at))


def speeds(cut: Cut, *, at: datetime) -> Speeds:
    """Return how fast the month's leads were contacted, from one query of its handovers."""
    hours = sales_hours()
    contacts: list[Contact] = list(_owing(cut).filter(counted_month=cut.month).values_list("sent_at", "contacted_at"))
    return Speeds(
        elapsed=_speed(contacts, at=at, took=elapsed, waited=elapsed),
        business=_speed(contacts, at=at, took=hours.between, waited=hours.at(at).between),
    )


def medians(cut: Cut, *, months: Collection[date] | None = None) -> dict[date, int]:
    """Return the elapsed median of each month of the small lines; a month whose median is infinite is left out."""
    took = ExpressionWrapper(F("contacted_at") - F("sent_at"), output_field=DurationField())
    seconds = Coalesce(Seconds(took), Value(inf))
    rows = _owing(cut).filter(counted_month__in=cut.months if months is None else months)
    tallies = rows.values_list("counted_month").annotate(median=Median(seconds)).order_by("counted_month")
    return {month: int(median) for month, median in tallies if not isinf(median)}


def newest_first(hours: Mapping[int, int]) -> list[datetime]:
    """Return when untouched leads were sent at the latest: ``hours`` (since 1970) with how many were sent in each.

    An age from the end of the hour is one that the true one exceeds, which is what "more than" needs.
    """
    moments = ((_EPOCH + timedelta(hours=hour + 1), n) for hour, n in sorted(hours.items(), reverse=True))
    return [moment for moment, n in moments for _ in range(n)]


def percentile(took: Histogram, ages: Ages, percent: int) -> Percentile:
    """Return a nearest-rank percentile as formulas.speed_to_lead does, of a histogram and of those who wait."""
    everybody = took.count + len(ages)
    if not everybody:
        return Percentile(None)
    rank = -(-everybody * percent // 100) - 1
    return Percentile(took.at_rank(rank)) if rank < took.count else Percentile(None, over=_at_rank(took, ages, rank))


def _at_rank(took: Histogram, ages: Ages, rank: int) -> int:
    """Return the value of a rank in both together."""
    age = bisect_left(range(len(ages)), rank + 1, key=lambda i: i + 1 + took.up_to(ages[i]))
    time = bisect_left(
        range(len(took.values)), rank + 1, key=lambda i: took.cumulative[i] + bisect_right(ages, took.values[i])
    )
    candidates: list[int] = [ages[age]] if age < len(ages) else []
    candidates += [took.values[time]] if time < len(took.values) else []
    return min(candidates)


def _owing(cut: Cut) -> "QuerySet[Handover]":
    """See formulas, Note [Untouched]: what was rejected without contact owes none."""
    rejected = Q(decision=Handover.Decision.REJECTED, contacted_at=None)
    return Handover.objects.filter(cut.on_handovers(), merged_into=None).exclude(rejected)


def elapsed(begin: datetime, end: datetime) -> int:
    """Return the whole seconds by the wall clock; none for a contact before the handover."""
    return max(int((end - begin).total_seconds()), 0)


def _speed(contacts: Iterable[Contact], *, at: datetime, took: Between, waited: Between) -> Speed:
    contacts = list(contacts)
    return speed_to_lead(_took(contacts, took), _waits(contacts, at, waited))


def _took(contacts: Iterable[Contact], between: Between) -> Iterator[int]:
    return (between(sent, contacted) for sent, contacted in contacts if contacted is not None)


def _waits(contacts: Iterable[Contact], at: datetime, between: Between) -> Iterator[int]:
    return (between(sent, max(at, sent)) for sent, contacted in contacts if contacted is None)
