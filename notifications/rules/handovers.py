"""Who is told about handovers and what becomes of them."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told, ids
from tenants.roles import Role


def _handover_sent(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        if not data.get("assigned_to"):
            return _("A lead was handed over and nobody could be given it. Assign it to a rep.")
        if data.get("tier") == "hand_raiser":
            return _("Somebody asked to talk to sales: a new lead is in your inbox.")
        return _("A new lead is in your inbox.")

    roles = () if data.get("assigned_to") else (Role.SALES_MANAGER,)
    return [Told("handover.sent", words, "lead", members=ids(data.get("assigned_to")), roles=roles)]


def _handover_assigned(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A lead was given to you: it is in your inbox.")

    members = ids(data.get("assigned_to"))
    return [Told("handover.assigned", words, "lead", members=members, by_mail=not data.get("in_bulk"))]


def _handover_rejected(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Sales has rejected a lead. Correct it, nurture it or appeal before the time ends.")

    sender = ids(data.get("sent_by"))
    roles = () if sender else (Role.MARKETING_MANAGER,)
    return [Told("handover.rejected", words, "returns", members=sender, roles=roles)]


RULES: Mapping[str, Rule] = {
    "handover.sent": _handover_sent,
    "handover.assigned": _handover_assigned,
    "handover.rejected": _handover_rejected,
}
