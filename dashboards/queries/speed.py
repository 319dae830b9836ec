"""Speed to lead: from sent to first contact, elapsed and in business time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import inf, isinf

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

from dashboards.formulas import Speed, speed_to_lead
from dashboards.queries.cut import Cut
from leads.models import Handover
from sla.business_time import Hours

Contact = tuple[datetime, datetime | None]
Between = Callable[[datetime, datetime], int]


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


def speeds(cut: Cut, *, at: datetime, hours: Hours) -> Speeds:
    """Return how fast the month's leads were contacted, from one query."""
    rows = _owing(cut).filter(counted_month=cut.month).values_list("sent_at", "contacted_at")
    contacts: list[Contact] = list(rows)
    return Speeds(
        elapsed=_speed(contacts, at=at, between=_elapsed),
        business=_speed(contacts, at=at, between=hours.between),
    )


def medians(cut: Cut) -> dict[date, int]:
    """Return the elapsed median of each month of the small lines; a month whose median is infinite is left out."""
    took = ExpressionWrapper(F("contacted_at") - F("sent_at"), output_field=DurationField())
    seconds = Coalesce(Seconds(took), Value(inf))
    rows = _owing(cut).filter(counted_month__range=(cut.first_shown, cut.month))
    tallies = rows.values_list("counted_month").annotate(median=Median(seconds)).order_by("counted_month")
    return {month: int(median) for month, median in tallies if not isinf(median)}


def _owing(cut: Cut) -> "QuerySet[Handover]":
    """See formulas, Note [Untouched]: what was rejected without contact owes none."""
    rejected = Q(decision=Handover.Decision.REJECTED, contacted_at=None)
    return Handover.objects.filter(cut.on_handovers()).exclude(rejected)


def _elapsed(begin: datetime, end: datetime) -> int:
    return int((end - begin).total_seconds())


def _speed(contacts: Iterable[Contact], *, at: datetime, between: Between) -> Speed:
    contacts = list(contacts)
    return speed_to_lead(_took(contacts, between), _waits(contacts, at, between))


def _took(contacts: Iterable[Contact], between: Between) -> Iterator[int]:
    return (between(sent, contacted) for sent, contacted in contacts if contacted is not None)


def _waits(contacts: Iterable[Contact], at: datetime, between: Between) -> Iterator[int]:
    return (between(sent, max(at, sent)) for sent, contacted in contacts if contacted is None)
