"""Who is told about leads and campaigns."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.rules.telling import Rule, Told, ids, moment
from tenants.roles import Role


def _lead_merged(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A lead of yours turned out to be somebody whom sales has already. It goes on there.")

    return [Told("lead.merged", words, "lead", members=ids(data.get("told")))]


def _campaign_feedback(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Sales said what the leads of your campaign are like.")

    return [Told("campaign.feedback_given", words, "campaign", members=ids(data.get("told")))]


def _lead_woke(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A lead that was kept warm has woken up: look at it again.")

    roles = () if data.get("marketer") else (Role.MARKETING_MANAGER,)
    return [Told("lead.woke", words, "lead", members=ids(data.get("marketer")), roles=roles)]


def _lead_dwelling(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        days = int(data["days"])
        sentence = ngettext(
            "A lead of yours stands still for %(n)d day.", "A lead of yours stands still for %(n)d days.", days
        )
        return sentence % {"n": days}

    return [Told("lead.dwelling", words, "lead", members=ids(data.get("owner")), by_mail=False)]


def _followup_due(data: Mapping[str, Any]) -> list[Told]:
    def words(zone: ZoneInfo) -> str:
        if not data["has_time"]:
            return _("Your next step with lead %(lead)s is due today.") % {"lead": data["number"]}
        when = moment(str(data["due_at"]), zone)
        return _("Your next step with lead %(lead)s is due %(when)s.") % {"lead": data["number"], "when": when}

    return [Told("followup.due", words, "followups", members=ids(data.get("told")))]


RULES: Mapping[str, Rule] = {
    "lead.woke": _lead_woke,
    "lead.merged": _lead_merged,
    "campaign.feedback_given": _campaign_feedback,
    "lead.dwelling": _lead_dwelling,
    "followup.due": _followup_due,
}
