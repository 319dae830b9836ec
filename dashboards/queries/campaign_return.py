"""What campaigns cost in some months and what the handovers of those months that are theirs came to.

# Note [First and last touch]
By the first touch a handover belongs to the campaign of its lead: that of the first visit that somebody knows. By the
last touch it belongs to the campaign that the last visit before the handover named; visits without a name change
nothing. The name is kept, so that whoever maps an unknown name later finds its handovers at their campaign.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Sum

from dashboards.queries.cut import months_between
from dashboards.returns import Return
from dashboards.rollups import Asked, read_slices
from dashboards.rollups.parts import DECISION, HUNDREDTHS, LAST_TOUCH, OF_LAST_TOUCH, REACHED, Figures
from dashboards.rollups.reading import NONE
from leads.models import Campaign, CampaignCost, Handover, UtmName
from leads.queries import cohorts
from sla.queries import last_day

FIRST, LAST = "first", "last"


@dataclass(frozen=True)
class ReturnAsked:
    """Handovers and costs of some months, attributed by the first or the last touch."""

    first: date
    last: date
    touch: str = FIRST


@dataclass(frozen=True)
class CampaignReturn:
    """One campaign, or (``id`` is None) what belongs to none."""

    id: UUID | None
    name: str
    channel: str
    owner: str
    figures: Return


def campaign_returns(asked: ReturnAsked, *, at: datetime, zone: str) -> list[CampaignReturn]:
    """Return every campaign that cost or brought something in the period, the dearest first."""
    campaigns = list(Campaign.objects.select_related("owner").order_by("name", "pk"))
    names = _names(asked.touch, campaigns)
    brought = rolled_returns(asked, names, at=at, zone=zone)
    brought = direct_returns(asked, names) if brought is None else brought
    costs = _costs(asked)
    rows = [
        CampaignReturn(c.pk, c.name, c.channel, c.owner.name if c.owner else "", _with(brought, costs, c.pk))
        for c in campaigns
    ]
    rows.append(CampaignReturn(None, "", "", "", _with(brought, costs, None)))
    told = [row for row in rows if row.figures != Return()]
    return sorted(told, key=lambda row: (row.id is None, -row.figures.cost, -row.figures.mqls, row.name))


Brought = Mapping[UUID | None, Return]
# The keys under which a campaign is counted, with whose they are.
Names = Mapping[str, UUID | None]


def _names(touch: str, campaigns: list[Campaign]) -> Names:
    """See Note [First and last touch]."""
    names: dict[str, UUID | None] = {"": None}
    if touch == FIRST:
        return names | {str(campaign.pk): campaign.pk for campaign in campaigns}
    names |= dict(UtmName.objects.values_list("norm", "campaign"))
    return names | {campaign.utm_norm: campaign.pk for campaign in campaigns}


def names_of_touch(touch: str) -> Names:
    """Return the keys of all campaigns by a touch."""
    return _names(touch, list(Campaign.objects.only("pk", "utm_norm")))


def rolled_returns(asked: ReturnAsked, names: Names, *, at: datetime, zone: str) -> Brought | None:
    """Return what campaigns brought from what was added up; None where the rows have to be read."""
    dimension = "campaign" if asked.touch == FIRST else LAST_TOUCH
    months = frozenset(months_between(asked.first, asked.last))
    read = read_slices([Asked(dimension, None, months, measures=OF_LAST_TOUCH)], at=at, zone=zone)
    if read is None:
        return None
    found: dict[UUID | None, Return] = defaultdict(Return)
    for place, figures in read.slices[0].items():
        found[names.get(place.key)] += _return_in(figures)
    return found


def _return_in(figures: Figures) -> Return:
    reached = figures.get(REACHED, {})
    return Return(
        mqls=sum(n for n, _points in figures.get(DECISION, {}).values()),
        sqls=reached.get("qualified", NONE)[0],
        customers=reached.get("won", NONE)[0],
        pipeline=Decimal(reached.get("opportunity", NONE)[1]) / HUNDREDTHS,
        won=Decimal(reached.get("won", NONE)[1]) / HUNDREDTHS,
    )


def direct_returns(asked: ReturnAsked, names: Names) -> Brought:
    """Return the same from the handovers themselves."""
    by = "lead__campaign" if asked.touch == FIRST else "last_utm"
    reached = cohorts.REACHED
    rows = Handover.objects.filter(counted_month__range=(asked.first, asked.last), merged_into=None)
    tallies = rows.values_list(by).annotate(
        mqls=Count("pk"),
        sqls=Count("pk", filter=reached["qualified"]),
        customers=Count("pk", filter=reached["won"]),
        pipeline=Sum("amount", filter=reached["opportunity"]),
        won=Sum("amount", filter=reached["won"]),
    )
    found: dict[UUID | None, Return] = defaultdict(Return)
    for key, mqls, sqls, customers, pipeline, won in tallies.order_by():
        nothing = Decimal(0)
        told = Return(nothing, mqls, sqls, customers, pipeline or nothing, won or nothing)
        found[names.get("" if key is None else str(key))] += told
    return found


def _costs(asked: ReturnAsked) -> Mapping[UUID, Decimal]:
    rows = CampaignCost.objects.filter(booked_on__range=(asked.first, last_day(asked.last)), withdrawn_at=None)
    return dict(rows.values_list("campaign").annotate(cost=Sum("amount")).order_by())


def _with(brought: Brought, costs: Mapping[UUID, Decimal], campaign_id: UUID | None) -> Return:
    cost = costs.get(campaign_id, Decimal(0)) if campaign_id else Decimal(0)
    return replace(brought.get(campaign_id, Return()), cost=cost)


def total_of(rows: list[CampaignReturn]) -> Return:
    """Return all campaigns together, what belongs to none left out."""
    return sum(_figures(rows), Return())


def _figures(rows: list[CampaignReturn]) -> Iterator[Return]:
    return (row.figures for row in rows if row.id is not None)
