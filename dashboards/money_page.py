"""What the pages of return and revenue say, with the lists behind their figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import dropwhile
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from dashboards.queries.campaign_return import FIRST, CampaignReturn, total_of
from dashboards.queries.revenue import Revenue, RevenueMonth, Won
from dashboards.returns import Return
from sla.queries.targets import signed_versions, version_of_month


@dataclass(frozen=True)
class ReturnRow:
    """One campaign as the page prints it; without a list behind it where nobody could be shown."""

    campaign_id: UUID | None
    name: str
    channel: str
    owner: str
    figures: Return
    below: bool
    mqls_url: str
    sqls_url: str
    pipeline_url: str
    customers_url: str


def floor_of(month: date, *, zone: str) -> Decimal | None:
    """Return the agreed pipeline for each euro of the version in force in a month."""
    version = version_of_month(signed_versions(), month, zone=zone)
    floor = version.content["floors"].get("pipeline_per_euro") if version else None
    return None if floor is None else Decimal(floor)


def returns_context(
    found: list[CampaignReturn], first: date, last: date, *, touch: str, floor: Decimal | None, slug: str
) -> dict[str, Any]:
    """Return the rows with those below the floor first, their sum, and the floor."""
    rows = [_return_row(row, _period(first, last), touch, floor, slug) for row in found]
    return {
        "rows": sorted(rows, key=lambda row: not row.below),
        "total": total_of(found),
        "floor": floor,
        "touch": touch,
        "below": sum(row.below for row in rows),
    }


def _return_row(
    row: CampaignReturn, period: Mapping[str, str], touch: str, floor: Decimal | None, slug: str
) -> ReturnRow:
    if touch == FIRST:
        query = {**period, "campaign": str(row.id) if row.id else "none"}
    else:
        query = {**period, "last_touch": str(row.id)} if row.id else {}

    def leads(**more: str) -> str:
        return f"{reverse('leads:list', kwargs={'slug': slug})}?{urlencode(query | more)}" if query else ""

    return ReturnRow(
        campaign_id=row.id,
        name=row.name,
        channel=row.channel,
        owner=row.owner,
        figures=row.figures,
        below=row.figures.is_below(floor),
        mqls_url=leads(),
        sqls_url=leads(reached="qualified"),
        pipeline_url=leads(reached="opportunity"),
        customers_url=leads(reached="won"),
    )


def _period(first: date, last: date) -> dict[str, str]:
    return {"month": f"{first:%Y-%m}"} | ({"until": f"{last:%Y-%m}"} if last != first else {})


@dataclass(frozen=True)
class Earned:
    """Purchases of one origin (or of both) in one month against what was agreed."""

    won: Won
    target: Decimal | None
    url: str

    @property
    def share(self) -> Decimal | None:
        """How much of the target was reached, in percent."""
        return self.won.amount * 100 / self.target if self.target else None


@dataclass(frozen=True)
class RevenueRow:
    """One month as the page prints it."""

    found: RevenueMonth
    marketing: Earned
    sales: Earned
    total: Earned


def revenue_context(found: Revenue, *, slug: str) -> dict[str, Any]:
    """Return the months, the newest first, and the period as a whole; those before the first purchase are left out."""
    path = reverse("leads:list", kwargs={"slug": slug})
    begun = list(dropwhile(_is_blank, found.months)) or found.months[-1:]
    rows = [_revenue_row(month, path) for month in reversed(begun)]
    return {
        "rows": rows,
        "took": found.took,
        "whole": _whole(found, path),
        "has_target": any(row.total.target for row in rows),
    }


def _is_blank(month: RevenueMonth) -> bool:
    return not (month.total.customers or month.target.total)


def _revenue_row(month: RevenueMonth, path: str) -> RevenueRow:
    def earned(won: Won, target: Decimal | None, **more: str) -> Earned:
        query = {"month": f"{month.month:%Y-%m}", "dated": "won", **more}
        return Earned(won, target, f"{path}?{urlencode(query)}")

    return RevenueRow(
        found=month,
        marketing=earned(month.marketing, month.target.marketing, origin="marketing"),
        sales=earned(month.sales, month.target.sales, origin="sales"),
        total=earned(month.total, month.target.total),
    )


def _whole(found: Revenue, path: str) -> dict[str, Earned]:
    first, last = found.months[0].month, found.months[-1].month

    def added(name: str) -> Earned:
        parts: list[Won] = [getattr(month, name) for month in found.months]
        won = Won(sum(part.customers for part in parts), sum((part.amount for part in parts), Decimal(0)))
        origin = {} if name == "total" else {"origin": name}
        return Earned(won, None, f"{path}?{urlencode(_period(first, last) | {'dated': 'won'} | origin)}")

    return {name: added(name) for name in ("marketing", "sales", "total")}
