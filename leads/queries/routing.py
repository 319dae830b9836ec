"""The routing plan in force, and what it asks of a lead."""

from collections.abc import Mapping
from typing import Any

from leads.facts import FIELDS, fields_of
from leads.models import Lead, RoutingPlan
from leads.routing import Plan, plan_of

# What a plan can ask besides the catalogue; other names are custom values.
MORE_FIELDS = ("source", "medium", "campaign", "language", "tier", "origin", "fit_grade", "wants_sales_talk")
ROUTING_FIELDS = (*FIELDS, *MORE_FIELDS)
HISTORY_SHOWN = 30


def newest_plan() -> RoutingPlan | None:
    """Return the plan in force; None before anybody made one."""
    return RoutingPlan.objects.order_by("-number").first()


def plan_in_force() -> tuple[int, Plan]:
    """Return the number of the plan in force and what it says; 0 and an empty plan before the first."""
    row = newest_plan()
    return (row.number, plan_of(row.content)) if row else (0, Plan())


def plan_history() -> list[RoutingPlan]:
    """Return the newest plans with who made them."""
    return list(RoutingPlan.objects.select_related("made_by").order_by("-number")[:HISTORY_SHOWN])


def routing_fields(lead: Lead, *, tier: str) -> Mapping[str, Any]:
    """Return what the rules may ask of a lead (with its company and campaign), custom values beneath."""
    touch = {**lead.first_touch, **{k: v for k, v in lead.last_touch.items() if k not in lead.first_touch}}
    campaign = lead.campaign.utm_norm if lead.campaign else touch.get("campaign", "")
    return {
        "language": lead.custom.get("language", ""),
        **fields_of(lead),
        "source": touch.get("source", ""),
        "medium": touch.get("medium", ""),
        "campaign": campaign,
        "tier": tier,
        "origin": lead.origin,
        "fit_grade": lead.fit_grade,
        "wants_sales_talk": lead.wants_sales_talk,
    }
