"""Who is told about the agreement."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told, ids, moment
from tenants.roles import Role


def _agreement(kind: str, sentence: Callable[[Mapping[str, Any], ZoneInfo], str]) -> Rule:
    def tell(data: Mapping[str, Any]) -> list[Told]:
        roles = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
        members = ids(*data.get("deputies", ()))
        return [Told(kind, lambda zone: sentence(data, zone), "agreement", members=members, roles=roles)]

    return tell


def _agreement_proposed(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Version %(number)s of the agreement waits for your signature.") % {"number": data["number"]}


def _agreement_reopened(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _(
        "Version %(number)s of the agreement is being changed again; signatures under it do not count any more."
    ) % {"number": data["number"]}


def _agreement_concluded(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    return _("Both sides have signed version %(number)s of the agreement. It starts %(when)s.") % {
        "number": data["number"],
        "when": moment(str(data["starts_at"]), zone),
    }


def _review_due(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    day = date_format(date.fromisoformat(str(data["review_on"])), "j M Y")
    if not data["days"]:
        return _("The agreement is to be reviewed today (%(day)s).") % {"day": day}
    return _("The agreement is to be reviewed on %(day)s.") % {"day": day}


def _labels_changed(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("An administrator has reworded labels of version %(number)s of the agreement; the terms are the same.") % {
        "number": data["number"]
    }


def _reason_retired(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The reason “%(key)s” is not offered any more. What was decided with it stays.") % {"key": data["key"]}

    heads = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    return [Told("reason.retired", words, "reasons", roles=heads, by_mail=False)]


RULES: Mapping[str, Rule] = {
    "agreement.proposed": _agreement("agreement.proposed", _agreement_proposed),
    "agreement.reopened": _agreement("agreement.reopened", _agreement_reopened),
    "agreement.concluded": _agreement("agreement.concluded", _agreement_concluded),
    "agreement.review_due": _agreement("agreement.review_due", _review_due),
    "reason.retired": _reason_retired,
    "agreement.labels_changed": _agreement("agreement.labels_changed", _labels_changed),
}
