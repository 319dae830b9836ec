"""Campaigns: what they are, what they cost, which names visits bring, what sales says of them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from leads import normal
from leads.models import Campaign, CampaignCost, CampaignFeedback, Lead, UtmName
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership

# What people may say of a campaign.
CAMPAIGN_FIELDS = ("name", "channel", "owner", "first_day", "last_day", "budget")
# What one cost line and one budget may be, in the organisation's currency.
LARGEST_AMOUNT = Decimal(10) ** 10


class UtmTaken(DomainError):
    """Another campaign has this name in its links."""

    code = "utm_taken"


class CampaignChanged(DomainError):
    """Somebody changed the campaign meanwhile."""

    code = "campaign_changed"


class CostWithdrawn(DomainError):
    """A cost line is taken back once."""

    code = "cost_withdrawn"


@transaction.atomic
def create_campaign(*, name: str, utm: str, by: Membership, at: datetime, **facts: Any) -> Campaign:
    """Make a campaign that visits with this utm_campaign belong to, from now on and those that came already.

    ``facts`` are of CAMPAIGN_FIELDS. Raises UtmTaken, InvalidInput.
    """
    norm = normal.fold(utm or name)
    if not norm:
        raise InvalidInput([FieldError("/utm", "required", _("Give the name that its links carry."))])
    _check(facts)
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(name=normal.tidy(name), utm_norm=norm, **facts)
    except IntegrityError as error:
        raise UtmTaken(_("Another campaign has this name in its links.")) from error
    record("campaign.created", campaign, by=by, at=at, data={"utm": norm})
    _claim(campaign, norm, at=at)
    return campaign


@transaction.atomic
def change_campaign(
    campaign: Campaign, *, changes: Mapping[str, Any], revision: int, by: Membership, at: datetime
) -> Campaign:
    """Change facts of CAMPAIGN_FIELDS; ``revision`` is what was read. Raises CampaignChanged, InvalidInput."""
    news = {name: value for name, value in changes.items() if name in CAMPAIGN_FIELDS}
    _check({"first_day": campaign.first_day, "last_day": campaign.last_day} | news)
    changed = Campaign.objects.filter(pk=campaign.pk, revision=revision).update(revision=F("revision") + 1, **news)
    if not changed:
        raise CampaignChanged(_("Somebody changed this campaign meanwhile. Look at it again."))
    record("campaign.changed", campaign, by=by, at=at, data={"fields": sorted(news)})
    campaign.refresh_from_db()
    return campaign


def _check(facts: Mapping[str, Any]) -> None:
    first, last, budget = facts.get("first_day"), facts.get("last_day"), facts.get("budget")
    if first and last and last < first:
        raise InvalidInput([FieldError("/last_day", "ends_before_start", _("It ends before it begins."))])
    if budget is not None and not 0 <= budget < LARGEST_AMOUNT:
        raise InvalidInput([FieldError("/budget", "out_of_range", _("Give an amount from 0 to ten billion."))])


# Costs


@transaction.atomic
def book_cost(
    campaign: Campaign, *, booked_on: date, amount: Decimal, note: str = "", by: Membership, at: datetime
) -> CampaignCost:
    """Book money on a campaign, in the organisation's currency; a credit note is negative. Raises InvalidInput."""
    if not amount.is_finite() or amount == 0 or abs(amount) >= LARGEST_AMOUNT:
        raise InvalidInput([FieldError("/amount", "out_of_range", _("Give an amount other than 0."))])
    cost = CampaignCost.objects.create(
        campaign=campaign, booked_on=booked_on, amount=round(amount, 2), note=normal.tidy(note), by=by, at=at
    )
    data = {"campaign": str(campaign.pk), "amount": str(cost.amount), "booked_on": booked_on.isoformat()}
    record("campaign.cost_booked", cost, by=by, at=at, data=data)
    return cost


@transaction.atomic
def withdraw_cost(cost: CampaignCost, *, by: Membership, at: datetime) -> None:
    """Take a wrong cost line back; it stays on record. Raises CostWithdrawn."""
    if not CampaignCost.objects.filter(pk=cost.pk, withdrawn_at=None).update(withdrawn_at=at, withdrawn_by=by):
        raise CostWithdrawn(_("This line was taken back already."))
    data = {"campaign": str(cost.campaign_id), "amount": str(cost.amount)}
    record("campaign.cost_withdrawn", cost, by=by, at=at, data=data)


# Names that visits bring


def meet_names(told: Mapping[str, tuple[str, datetime]]) -> dict[str, Campaign]:
    """Return the campaigns that visits' utm_campaign mean, by folded name.

    ``told`` is how each was spelled and when. A name that nobody knows is kept for an administrator.
    """
    found = {row.utm_norm: row for row in Campaign.objects.filter(utm_norm__in=told).select_related("owner")}
    others = told.keys() - found.keys()
    known = {row.norm: row for row in UtmName.objects.filter(norm__in=others).select_related("campaign__owner")}
    UtmName.objects.bulk_create(
        [
            UtmName(norm=norm, example=normal.tidy(told[norm][0])[:200], first_seen_at=told[norm][1])
            for norm in sorted(others - known.keys())
        ],
        ignore_conflicts=True,
    )
    return found | {norm: row.campaign for norm, row in known.items() if row.campaign is not None}


@transaction.atomic
def map_name(name: UtmName, *, to: Campaign | None, by: Membership, at: datetime) -> int:
    """Say which campaign a name means, or (None) that it means none; return how many leads found their campaign."""
    state = UtmName.State.MAPPED if to else UtmName.State.IGNORED
    UtmName.objects.filter(pk=name.pk).update(state=state, campaign=to)
    data = {"norm": name.norm, "campaign": str(to.pk) if to else None}
    record("campaign.name_mapped", name, by=by, at=at, data=data)
    return _give_leads(name.norm, to)


def _claim(campaign: Campaign, norm: str, *, at: datetime) -> None:
    UtmName.objects.filter(norm=norm).update(state=UtmName.State.MAPPED, campaign=campaign)
    _give_leads(norm, campaign)


def _give_leads(norm: str, to: Campaign | None) -> int:
    rows = Lead.objects.filter(utm_unknown=norm)
    if to is None:
        return 0
    # A lead has the campaign of its first visit: one that has one keeps it.
    found = rows.filter(campaign=None).update(campaign=to, revision=F("revision") + 1)
    rows.update(utm_unknown="")
    return found


# What sales says


@transaction.atomic
def give_feedback(
    campaign: Campaign, *, verdict: str, text: str, lead: Lead | None = None, by: Membership, at: datetime
) -> CampaignFeedback:
    """Tell the campaign's owner whether its leads are real buyers, and why. Raises InvalidInput without a reason."""
    if not text.strip():
        raise InvalidInput([FieldError("/text", "required", _("Say why: marketing learns from it."))])
    said = CampaignFeedback.objects.create(
        campaign=campaign, verdict=verdict, text=text.strip(), lead=lead, by=by, at=at
    )
    data = {
        "campaign": str(campaign.pk),
        "verdict": verdict,
        "told": str(campaign.owner_id) if campaign.owner_id else None,
    }
    record("campaign.feedback_given", said, by=by, at=at, data=data, thread=lead.pk if lead else None)
    return said
