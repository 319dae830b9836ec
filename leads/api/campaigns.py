"""Campaigns and their costs for REST clients."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers, queries
from leads.api.shapes import READ, WRITE
from leads.models import Campaign, CampaignCost
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page, page_together
from tenants.access import get_member, require
from tenants.rest import KeyView, answer

Name = Annotated[str, Meta(min_length=1, max_length=120)]


class CampaignBody(Struct, forbid_unknown_fields=True):
    """A campaign; ``utm`` is the utm_campaign of its links, made from the name where it is empty."""

    name: Name
    utm: Annotated[str, Meta(max_length=120)] = ""
    channel: Annotated[str, Meta(max_length=60)] = ""
    owner: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None
    budget: Decimal | None = None


class CostBody(Struct, forbid_unknown_fields=True):
    """A cost line in the organisation's currency; a credit note is negative."""

    booked_on: date
    amount: Decimal
    note: Annotated[str, Meta(max_length=200)] = ""


class Campaigns(KeyView):
    """What marketing spends money on."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "List campaigns",
        gives=Page[answers.Campaign],
        answers={200: "Campaigns, newest first."},
        problems=READ,
    )
    def get(self, request: Request) -> Response:
        """Answer every campaign with what it cost and brought."""
        return answer(page_together(request, Campaign.objects.select_related("owner"), partial(_rows, at=self.at)))

    @operation(
        "Make a campaign",
        gives=answers.Campaign,
        tagged=True,
        body=CampaignBody,
        answers={201: "The campaign."},
        problems=WRITE,
    )
    def post(self, request: Request) -> Response:
        """Make a campaign that visits with this name belong to."""
        require(self.member, *access.KEEPS_CAMPAIGNS)
        told = self.body(CampaignBody)
        owner = get_member(self.member, told.owner) if told.owner else None
        made = actions.create_campaign(
            name=told.name,
            utm=told.utm,
            channel=told.channel,
            owner=owner,
            first_day=told.first_day,
            last_day=told.last_day,
            budget=told.budget,
            by=self.member,
            at=self.at,
        )
        return answer(
            _whole(made, at=self.at), status=201, location=f"/api/v1/campaigns/{made.pk}", revision=made.revision
        )


class OneCampaign(KeyView):
    """One campaign."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read"}

    @operation("Read a campaign", gives=answers.Campaign, tagged=True, answers={200: "The campaign."}, problems=READ)
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """Answer one campaign with what it cost and brought."""
        found = access.get_campaign(self.member, campaign_id)
        return answer(_whole(found, at=self.at), revision=found.revision)


class CampaignCosts(KeyView):
    """Money booked on a campaign."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "List the costs of a campaign",
        gives=Page[answers.Cost],
        answers={200: "Cost lines, newest first."},
        problems=READ,
    )
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """Answer the newest cost lines, those taken back included."""
        found = access.get_campaign(self.member, campaign_id)
        return answer(page(request, CampaignCost.objects.filter(campaign=found), _cost))

    @operation("Book a cost", gives=answers.Cost, body=CostBody, answers={201: "The cost line."}, problems=WRITE)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Book money on a campaign."""
        require(self.member, *access.KEEPS_CAMPAIGNS)
        told = self.body(CostBody)
        found = access.get_campaign(self.member, campaign_id)
        line = actions.book_cost(
            found, booked_on=told.booked_on, amount=told.amount, note=told.note, by=self.member, at=self.at
        )
        return answer(_cost(line), status=201)


def _whole(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    return _row(queries.campaign_rows([campaign], at=at)[0])


def _rows(campaigns: list[Campaign], *, at: datetime) -> list[Mapping[str, Any]]:
    return [_row(row) for row in queries.campaign_rows(campaigns, at=at)]


def _row(row: queries.CampaignRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "utm": row.utm,
        "channel": row.channel,
        "owner": str(row.owner_id) if row.owner_id else None,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "budget": _money(row.budget),
        "cost": _money(row.cost),
        "leads": row.leads,
        "handovers": row.handovers,
        "qualified": row.qualified,
        "pipeline": _money(row.pipeline),
        "won": _money(row.won),
    }


def _cost(line: CampaignCost) -> dict[str, Any]:
    return {
        "id": str(line.pk),
        "booked_on": line.booked_on,
        "amount": _money(line.amount),
        "note": line.note,
        "by": str(line.by_id),
        "at": line.at,
        "withdrawn_at": line.withdrawn_at,
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
