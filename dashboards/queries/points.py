"""Marketing's points: the ledger by month and day, and the credits of a month by tier."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from dashboards.queries.cut import Cut
from sla.models import CreditEntry, Subject

Ledger = Mapping[date, Mapping[date, Decimal]]


@dataclass(frozen=True)
class Credits:
    """Credited handovers of one tier and weight; pending and suspended points are not final."""

    tier: str
    weight: Decimal
    count: int
    pending_points: Decimal
    suspended_points: Decimal


def ledger(cut: Cut) -> Ledger:
    """Return the points by month and day, for the month and those that it is shown with."""
    rows = CreditEntry.objects.filter(cut.on_subjects("subject__"), month__in=cut.months)
    found: dict[date, dict[date, Decimal]] = defaultdict(dict)
    for month, day, points in rows.values_list("month", "day").annotate(total=Sum("points")).order_by("month", "day"):
        found[month][day] = points
    return found


def total(by_day: Mapping[date, Decimal]) -> Decimal:
    """Return the points of a month."""
    return sum(by_day.values(), Decimal(0))


def credits_of(cut: Cut) -> list[Credits]:
    """Return the month's credited handovers by tier and weight, the most frequent first."""
    rows = Subject.objects.filter(
        cut.on_subjects(),
        kind=Subject.Kind.HANDOVER,
        counted_month=cut.month,
        credit__in=[Subject.Credit.COUNTED, Subject.Credit.SUSPENDED],
    )
    suspended = Q(credit=Subject.Credit.SUSPENDED)
    tallies = rows.values_list("tier", "weight").annotate(
        n=Count("pk"),
        pending=Sum("weight", filter=~suspended & Q(decided_at=None)),
        suspended=Sum("weight", filter=suspended),
    )
    nothing = Decimal(0)
    return [
        Credits(tier, weight, count, pending or nothing, held or nothing)
        for tier, weight, count, pending, held in tallies.order_by("-n", "tier", "weight")
    ]
