"""The organisation's own rates from lead to customer, and what a month brought of each step."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q, Sum

from dashboards.formulas import Share
from dashboards.queries.cut import months_before
from leads.models import Handover, Lead
from leads.periods import CONVERSION_FOR
from leads.queries.cohorts import REACHED
from sla.queries import end_of_month, start_of_month

# How many whole months rates are read from: enough to even out the seasons.
MONTHS = 12


@dataclass(frozen=True)
class OwnRates:
    """What the cohorts of the last mature months say; each with its cases."""

    first: date
    last: date
    lead_to_mql: Share
    mql_to_prospect: Share
    prospect_to_customer: Share
    deals: int
    average_deal: Decimal | None
    # Points of one handover on average, by the tiers that were sent.
    points_per_mql: Decimal | None


@dataclass(frozen=True)
class Actual:
    """What one month's leads and handovers came to so far."""

    leads: int
    mqls: int
    prospects: int
    customers: int
    revenue: Decimal


def own_rates(*, at: datetime, zone: str) -> OwnRates:
    """Return the rates of the last twelve months whose leads have had their whole time to convert."""
    last = _last_mature_month(at, zone=zone)
    first = months_before(last, MONTHS - 1)
    sums = Handover.objects.filter(counted_month__range=(first, last), merged_into=None).aggregate(
        mqls=Count("pk"),
        points=Sum("weight"),
        prospects=Count("pk", filter=REACHED["qualified"]),
        customers=Count("pk", filter=REACHED["won"]),
        deal=Avg("amount", filter=REACHED["won"]),
    )
    leads = _leads_between(start_of_month(first, zone=zone), end_of_month(last, zone=zone))
    return OwnRates(
        first=first,
        last=last,
        lead_to_mql=Share(leads["handed_over"], leads["all"]),
        mql_to_prospect=Share(sums["prospects"], sums["mqls"]),
        prospect_to_customer=Share(sums["customers"], sums["prospects"]),
        deals=sums["customers"],
        average_deal=None if sums["deal"] is None else Decimal(sums["deal"]).quantize(Decimal("0.01")),
        points_per_mql=_mean(sums["points"], sums["mqls"]),
    )


def actual_of(month: date, *, zone: str) -> Actual:
    """Return what the leads that came, and those handed over, in a month came to until now."""
    sums = Handover.objects.filter(counted_month=month, merged_into=None).aggregate(
        mqls=Count("pk"),
        prospects=Count("pk", filter=REACHED["qualified"]),
        customers=Count("pk", filter=REACHED["won"]),
        revenue=Sum("amount", filter=REACHED["won"]),
    )
    begin, end = start_of_month(month, zone=zone), end_of_month(month, zone=zone)
    leads = Lead.objects.filter(merged_into=None, created_at__gte=begin, created_at__lt=end).count()
    return Actual(leads, sums["mqls"], sums["prospects"], sums["customers"], sums["revenue"] or Decimal(0))


def _last_mature_month(at: datetime, *, zone: str) -> date:
    month = (at - CONVERSION_FOR).date().replace(day=1)
    while end_of_month(month, zone=zone) + CONVERSION_FOR > at:
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def _leads_between(begin: datetime, end: datetime) -> dict[str, Any]:
    in_time = Handover.objects.filter(
        lead=OuterRef("pk"), number=1, sent_at__lte=OuterRef("created_at") + CONVERSION_FOR
    )
    rows = Lead.objects.filter(merged_into=None, created_at__gte=begin, created_at__lt=end)
    return rows.annotate(sent=Exists(in_time)).aggregate(all=Count("pk"), handed_over=Count("pk", filter=Q(sent=True)))


def _mean(points: Decimal | None, count: int) -> Decimal | None:
    return (points / count).quantize(Decimal("0.01")) if points and count else None
