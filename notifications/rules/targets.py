"""Who is told about targets and the pace of the month."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told
from tenants.roles import Role


def _target_proposed(data: Mapping[str, Any]) -> list[Told]:
    # A year that is filled at once is one message, told with its first month.
    months = int(data.get("months", 1))
    if not months:
        return []

    def words(_zone: ZoneInfo) -> str:
        if months > 1:
            return _("Marketing proposes targets for %(n)d months. They count once sales has countersigned.") % {
                "n": months
            }
        return _("Marketing proposes a target. It counts once sales has countersigned.")

    return [Told("target.proposed", words, "targets", roles=(Role.SALES_MANAGER,))]


def _pace_at_risk(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The month is at risk: it ends at about %(forecast)s of %(target)s points.") % _figures(data)

    return [Told("pace.at_risk", words, "targets", roles=(Role.MARKETING_MANAGER, Role.SALES_MANAGER))]


def _pace_on_track(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The month is on track again: it ends at about %(forecast)s of %(target)s points.") % _figures(data)

    roles = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    return [Told("pace.on_track", words, "targets", roles=roles, by_mail=False)]


def _figures(data: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{round(Decimal(data[name])):f}" for name in ("forecast", "target")}


RULES: Mapping[str, Rule] = {
    "target.proposed": _target_proposed,
    "pace.at_risk": _pace_at_risk,
    "pace.on_track": _pace_on_track,
}
