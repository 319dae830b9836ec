"""What campaigns cost: booked amounts by month and campaign, those taken back left out."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from dashboards.queries.cut import Cut
from leads.models import CampaignCost
from sla.queries import last_day

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Costs:
    """Booked cost by month and campaign; None where the part that is asked for has none of its own."""

    by_month: Mapping[date, Mapping[str, Decimal]] | None

    def total(self, month: date) -> Decimal | None:
        """Return what was booked in a month."""
        return None if self.by_month is None else sum(self.by_month.get(month, {}).values(), NOTHING)

    def of(self, month: date, campaign: str) -> Decimal | None:
        """Return what was booked for a campaign in a month."""
        return None if self.by_month is None else self.by_month.get(month, {}).get(campaign, NOTHING)


def costs(cut: Cut) -> Costs:
    """Return what was booked in the months shown; nobody books costs for a team, a tier, a segment or a person."""
    if cut.tier or cut.owner or cut.team or cut.segment:
        return Costs(None)
    days = Q(booked_on__range=(cut.shown[0], cut.last)) | Q(booked_on__range=(cut.previous, last_day(cut.previous)))
    rows = CampaignCost.objects.filter(days, withdrawn_at=None).order_by()
    if cut.campaign:
        rows = rows.filter(campaign=cut.campaign)
    found: dict[date, dict[str, Decimal]] = defaultdict(dict)
    for month, campaign, amount in rows.values_list(TruncMonth("booked_on"), "campaign").annotate(Sum("amount")):
        found[month][str(campaign)] = amount
    return Costs(found)
