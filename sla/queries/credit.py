"""Marketing's ledger: what was delivered, by day, by tier, and what is not final yet."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from sla.models import CreditEntry, Subject


@dataclass(frozen=True)
class CreditCounts:
    """A month's handovers that count for marketing; points of pending and suspended ones are in `points` too."""

    points: Decimal
    by_tier: dict[str, int]
    pending_points: Decimal
    suspended_points: Decimal


def ledger_by_day(month: date) -> dict[date, Decimal]:
    """Return the points of each day of a month, reversals subtracted where they were written."""
    rows = CreditEntry.objects.filter(month=month).values("day").annotate(total=Sum("points"))
    return {row["day"]: row["total"] for row in rows.order_by("day")}


def delivered_in(first: date, last: date) -> dict[date, Decimal]:
    """Return the points of each month from ``first`` to ``last``, months by their first day."""
    rows = CreditEntry.objects.filter(month__range=(first, last)).values("month").annotate(total=Sum("points"))
    return {row["month"]: row["total"] for row in rows.order_by("month")}


def counted_in(first: date, last: date) -> dict[date, int]:
    """Return the number of credited handovers of each month."""
    rows = credited().filter(counted_month__range=(first, last)).values("counted_month")
    return {row["counted_month"]: row["n"] for row in rows.annotate(n=Count("pk")).order_by("counted_month")}


def credit_counts(month: date) -> CreditCounts:
    """Return a month's credited handovers by tier, and the points that a decision or a ruling may still move."""
    rows = credited().filter(counted_month=month)
    by_tier = dict(rows.values_list("tier").annotate(n=Count("pk")).order_by("tier"))
    suspended = Q(credit=Subject.Credit.SUSPENDED)
    sums = rows.aggregate(
        pending=Sum("weight", filter=~suspended & Q(decided_at=None)),
        suspended=Sum("weight", filter=suspended),
    )
    return CreditCounts(
        points=sum(ledger_by_day(month).values(), Decimal(0)),
        by_tier=by_tier,
        pending_points=sums["pending"] or Decimal(0),
        suspended_points=sums["suspended"] or Decimal(0),
    )


def credited() -> QuerySet[Subject]:
    """Return the handovers that count for marketing, also while a rejection is not final."""
    return Subject.objects.filter(
        kind=Subject.Kind.HANDOVER, credit__in=[Subject.Credit.COUNTED, Subject.Credit.SUSPENDED]
    )
