"""Reading campaigns: what they brought and cost, unknown names, what sales says.

# Note [What a campaign brought]
A lead belongs to the campaign of its first visit that somebody knows. Counted are the campaign's
leads, their handovers (the merged ones left out), those that reached SQL, opportunity amounts and won
amounts, over the whole life of the campaign. They come from what was added up, where somebody
can tell; the handovers themselves say the same (``brought_directly``). Booked cost leaves withdrawn
lines out. Pipeline per money is opportunity amount over booked cost (product.md, Numbers), empty
where nothing is booked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, Sum

from leads.brought import Brought, brought_by
from leads.models import Campaign, CampaignCost, CampaignFeedback, Handover, Lead, UtmName
from tenants.models import Membership

RECENT = 50


@dataclass(frozen=True)
class CampaignRow:
    """One campaign with what it brought; amounts in the organisation's currency. See Note [What a campaign brought]."""

    id: UUID
    name: str
    utm: str
    channel: str
    owner_id: UUID | None
    owner: str
    first_day: date | None
    last_day: date | None
    budget: Decimal | None
    revision: int
    cost: Decimal
    leads: int
    handovers: int
    qualified: int
    pipeline: Decimal
    won: Decimal
    # The month in which the first of its leads was sent.
    since: date | None

    @property
    def budget_used(self) -> Decimal | None:
        """Booked cost of the budget in percent, None without a budget."""
        return self.cost * 100 / self.budget if self.budget else None

    @property
    def pipeline_per_money(self) -> Decimal | None:
        """Opportunity amount for each unit of cost, None where nothing is booked."""
        return self.pipeline / self.cost if self.cost > 0 else None

    @property
    def cost_per_handover(self) -> Decimal | None:
        """Booked cost of one handover, None before the first."""
        return self.cost / self.handovers if self.handovers and self.cost > 0 else None


@dataclass(frozen=True)
class NameRow:
    """A name that visits bring and no campaign has."""

    id: UUID
    norm: str
    example: str
    first_seen_at: datetime
    leads: int


def campaign_rows(campaigns: "list[Campaign] | None" = None, *, at: datetime) -> list[CampaignRow]:
    """Return all campaigns (or these), the newest period first."""
    if campaigns is None:
        campaigns = list(Campaign.objects.select_related("owner").order_by("-first_day", "name"))
    ids = [campaign.pk for campaign in campaigns]
    told = brought_by(ids[0] if len(ids) == 1 else None, at=at)
    brought = brought_directly(ids) if told is None else told
    costs = _sums(CampaignCost.objects.filter(campaign__in=ids, withdrawn_at=None), "campaign", cost=Sum("amount"))
    people = _sums(Lead.objects.filter(campaign__in=ids, merged_into=None), "campaign", leads=Count("pk"))
    return [_row(campaign, brought.get(campaign.pk, Brought()), costs, people) for campaign in campaigns]


def brought_directly(campaign_ids: Collection[UUID]) -> dict[UUID, Brought]:
    """Return what campaigns brought, from their handovers. See Note [What a campaign brought]."""
    sent = _sums(
        Handover.objects.filter(lead__campaign__in=campaign_ids, merged_into=None),
        "lead__campaign",
        handovers=Count("pk"),
        qualified=Count("pk", filter=Q(qualified_at__isnull=False)),
        pipeline=Sum("amount", filter=Q(opportunity_at__isnull=False)),
        won=Sum("amount", filter=Q(outcome=Handover.Outcome.WON)),
        since=Min("counted_month"),
    )
    nothing = Decimal(0)
    return {
        key: Brought(
            row["handovers"], row["qualified"], row["pipeline"] or nothing, row["won"] or nothing, row["since"]
        )
        for key, row in sent.items()
    }


def _sums(rows: Any, key: str, **sums: Any) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in rows.order_by().values(key).annotate(**sums)}


def _row(campaign: Campaign, brought: Brought, *found: Mapping[Any, Mapping[str, Any]]) -> CampaignRow:
    told: dict[str, Any] = {}
    for part in found:
        told |= part.get(campaign.pk, {})
    return CampaignRow(
        id=campaign.pk,
        name=campaign.name,
        utm=campaign.utm_norm,
        channel=campaign.channel,
        owner_id=campaign.owner_id,
        owner=campaign.owner.name if campaign.owner else "",
        first_day=campaign.first_day,
        last_day=campaign.last_day,
        budget=campaign.budget,
        revision=campaign.revision,
        cost=told.get("cost") or Decimal(0),
        leads=told.get("leads", 0),
        **vars(brought),
    )


def costs_of(campaign: Campaign) -> list[CampaignCost]:
    """Return the cost lines, newest first, those taken back included."""
    rows = CampaignCost.objects.filter(campaign=campaign).select_related("by", "withdrawn_by")
    return list(rows.order_by("-booked_on", "-at")[:RECENT])


def feedback_on(campaign: Campaign) -> list[CampaignFeedback]:
    """Return what sales said, newest first."""
    rows = CampaignFeedback.objects.filter(campaign=campaign).select_related("by", "lead")
    return list(rows.order_by("-at")[:RECENT])


def unknown_names() -> list[NameRow]:
    """Return the names that wait for somebody to say what they mean, those of most leads first."""
    waiting = UtmName.objects.filter(state=UtmName.State.UNKNOWN)
    known = list(waiting.order_by("-first_seen_at")[:200])
    counts = _sums(Lead.objects.filter(utm_unknown__in=[row.norm for row in known]), "utm_unknown", leads=Count("pk"))
    rows = [
        NameRow(row.pk, row.norm, row.example, row.first_seen_at, counts.get(row.norm, {}).get("leads", 0))
        for row in known
    ]
    return sorted(rows, key=lambda row: -row.leads)


def names_of(campaign: Campaign) -> list[str]:
    """Return the other names that mean this campaign."""
    rows = UtmName.objects.filter(campaign=campaign).exclude(norm=campaign.utm_norm)
    return list(rows.order_by("norm").values_list("example", flat=True))


def owners() -> list[Membership]:
    """Return who may own a campaign: active members of marketing."""
    rows = Membership.objects.filter(is_active=True, roles__overlap=["marketer", "marketing_manager"])
    return list(rows.order_by("name", "pk"))
