"""Who is told about the meetings of both sides, and about what they took on there."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told, day, ids, moment
from tenants.roles import Role

_LEADERS = (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE)


def _meeting(kind: str, sentence: Callable[[], str], *, by_mail: bool = True) -> Rule:
    def tell(data: Mapping[str, Any]) -> list[Told]:
        def words(zone: ZoneInfo) -> str:
            return sentence() % {"when": moment(str(data["starts_at"]), zone)}

        return [Told(kind, words, "review", roles=_LEADERS, by_mail=by_mail)]

    return tell


def _action_given(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("You took something on in a review meeting. It is due by %(day)s.") % {"day": day(data["due_on"])}

    return [Told("review.action_given", words, "review_of_action", members=ids(data["owner"]))]


def _action_due(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        told = {"day": day(data["due_on"])}
        if data["is_due"]:
            return _("What you took on in a review meeting was due by %(day)s.") % told
        return _("What you took on in a review meeting is due tomorrow, %(day)s.") % told

    return [Told("review.action_due", words, "review_of_action", members=ids(data["told"]))]


RULES: Mapping[str, Rule] = {
    "review.planned": _meeting("review.planned", lambda: _("Marketing and sales meet on %(when)s for a review.")),
    "review.moved": _meeting("review.moved", lambda: _("A review meeting was changed; it begins on %(when)s.")),
    "review.cancelled": _meeting("review.cancelled", lambda: _("The review meeting of %(when)s was cancelled.")),
    "review.closed": _meeting(
        "review.closed", lambda: _("The minutes of the review meeting of %(when)s are closed."), by_mail=False
    ),
    "review.action_given": _action_given,
    "review.action_due": _action_due,
}
