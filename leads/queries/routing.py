"""The routing plan in force, and what it asks of a lead."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from leads.facts import fields_of
from leads.models import Lead, RoutingPlan
from leads.queries.attributes import field_labels
from leads.routing import Plan, plan_of
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id

# Names of a person say nothing about who should talk to them; an amount is known after the handover.
NOT_ASKED = frozenset({"given_name", "family_name", "phone", "amount"})
HISTORY_SHOWN = 30


def newest_plan() -> RoutingPlan | None:
    """Return the plan in force; None before anybody made one."""
    return RoutingPlan.objects.order_by("-number").first()


NEWEST = Prepared(
    "routing_plan_newest",
    ["bigint"],
    "select id, number from leads_routingplan where organisation_id = $1 order by number desc limit 1",
)
# Plans never change, so what was read once stays true; the limit only bounds memory.
_KEPT = 1024
_plans: dict[UUID, Plan] = {}


def plan_in_force() -> tuple[int, Plan]:
    """Return the number of the plan in force and what it says; 0 and an empty plan before the first."""
    newest = ask(NEWEST, current_organisation_id())
    if not newest:
        return 0, Plan()
    ((plan_id, number),) = newest
    if plan_id not in _plans:
        if len(_plans) >= _KEPT:
            _plans.clear()
        _plans[plan_id] = plan_of(RoutingPlan.objects.values_list("content", flat=True).get(pk=plan_id))
    return number, _plans[plan_id]


def routing_labels() -> dict[str, str]:
    """Return name → label of every field that a rule can ask."""
    more = {
        "source": _("source"),
        "medium": _("medium"),
        "campaign": _("campaign"),
        "language": _("language"),
        "tier": _("tier"),
        "origin": _("origin"),
        "fit_grade": _("fit grade"),
        "wants_sales_talk": _("asked for a sales talk"),
    }
    return {**{name: label for name, label in field_labels().items() if name not in NOT_ASKED}, **more}


def plan_history() -> list[RoutingPlan]:
    """Return the newest plans with who made them."""
    return list(RoutingPlan.objects.select_related("made_by").order_by("-number")[:HISTORY_SHOWN])


def routing_fields(lead: Lead, *, tier: str, fields: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Return what the rules may ask of a lead (with its company and campaign), custom values beneath.

    Its ``fields`` (leads.facts) may be known already.
    """
    touch = {**lead.first_touch, **{k: v for k, v in lead.last_touch.items() if k not in lead.first_touch}}
    campaign = lead.campaign.utm_norm if lead.campaign else touch.get("campaign", "")
    return {
        "language": lead.custom.get("language", ""),
        **(fields_of(lead) if fields is None else fields),
        "source": touch.get("source", ""),
        "medium": touch.get("medium", ""),
        "campaign": campaign,
        "tier": tier,
        "origin": lead.origin,
        "fit_grade": lead.fit_grade,
        "wants_sales_talk": lead.wants_sales_talk,
    }
