"""What was won in each month, by who had found the lead, and how long customers took to become one.

Purchases are dated by when they were made, not by the handover: revenue is what a month earned. Medians are those of
the nearest rank, over elapsed time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from dashboards.queries.cut import months_between
from sla.content import with_defaults
from sla.models import AgreementVersion
from sla.queries import end_of_month, start_of_month
from sla.queries.targets import signed_versions, version_of_month
from smarketing.lib.scope import current_organisation_id

# A lead that no visit is known of was first met when it was made.
READ = """
with won as (
  select date_trunc('month', h.closed_at at time zone %(zone)s)::date as month, l.origin, h.amount,
    extract(epoch from h.closed_at - h.sent_at) as from_handover,
    extract(epoch from h.closed_at - coalesce((l.first_touch ->> 'at')::timestamptz, l.created_at)) as from_touch
  from leads_handover h
  join leads_lead l on l.organisation_id = h.organisation_id and l.id = h.lead_id
  where h.organisation_id = %(organisation)s and h.outcome = 'won' and h.merged_into_id is null
    and h.closed_at >= %(begin)s and h.closed_at < %(end)s
)
select month, origin, count(*), sum(amount),
  percentile_disc(0.5) within group (order by from_touch), percentile_disc(0.5) within group (order by from_handover)
from won group by grouping sets ((month, origin), (month), ())
"""


@dataclass(frozen=True)
class Won:
    """Purchases: how many, worth what."""

    customers: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Took:
    """Median seconds from the first touch and from the handover to the purchase; None of nothing."""

    from_touch: int | None = None
    from_handover: int | None = None


@dataclass(frozen=True)
class RevenueTarget:
    """What a month should earn; None where nothing was agreed."""

    marketing: Decimal | None = None
    sales: Decimal | None = None

    @property
    def total(self) -> Decimal | None:
        """Both together, as far as they were agreed."""
        given = [amount for amount in (self.marketing, self.sales) if amount is not None]
        return sum(given, Decimal(0)) if given else None


@dataclass(frozen=True)
class RevenueMonth:
    """One month's purchases by the origin of their leads."""

    month: date
    marketing: Won = field(default_factory=Won)
    sales: Won = field(default_factory=Won)
    took: Took = field(default_factory=Took)
    target: RevenueTarget = field(default_factory=RevenueTarget)

    @property
    def total(self) -> Won:
        """Both origins together."""
        return Won(self.marketing.customers + self.sales.customers, self.marketing.amount + self.sales.amount)


@dataclass(frozen=True)
class Revenue:
    """Some months one after the other, and how long customers took over all of them."""

    months: list[RevenueMonth]
    took: Took


def revenue(first: date, last: date, *, zone: str) -> Revenue:
    """Return the months from ``first`` to ``last``, those without a purchase included."""
    won: dict[tuple[date, str], Won] = {}
    took: dict[date | None, Took] = {}
    for month, origin, customers, amount, from_touch, from_handover in _rows(first, last, zone=zone):
        if origin is not None:
            won[month, origin] = Won(customers, amount)
        elif customers:
            took[month] = Took(_seconds(from_touch), _seconds(from_handover))
    versions = signed_versions()
    return Revenue(
        [_month(month, won, took, versions, zone=zone) for month in months_between(first, last)], took.get(None, Took())
    )


def _month(
    month: date,
    won: Mapping[tuple[date, str], Won],
    took: Mapping[date | None, Took],
    versions: Sequence[AgreementVersion],
    *,
    zone: str,
) -> RevenueMonth:
    return RevenueMonth(
        month,
        won.get((month, "marketing"), Won()),
        won.get((month, "sales"), Won()),
        took.get(month, Took()),
        _target(version_of_month(versions, month, zone=zone)),
    )


def _target(version: AgreementVersion | None) -> RevenueTarget:
    given = with_defaults(version.content)["revenue"] if version else {}
    return RevenueTarget(**{origin: Decimal(amount) for origin, amount in given.items()})


def _rows(first: date, last: date, *, zone: str) -> Iterator[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "zone": zone,
        "begin": start_of_month(first, zone=zone),
        "end": end_of_month(last, zone=zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        yield from cursor.fetchall()


def _seconds(value: Any) -> int | None:
    return None if value is None else int(value)
