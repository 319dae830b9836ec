"""Who is told about disputes."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told, ids
from tenants.roles import Role


def _case_opened(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s was opened: a rejection is disputed.") % {"number": data["number"]}

    return [Told("case.opened", words, "case", members=ids(data.get("rejected_by")), roles=(Role.EXECUTIVE,))]


def _case_ruled(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s was ruled on.") % {"number": data["number"]}

    return [Told("case.ruled", words, "case", members=ids(data.get("filed_by"), data.get("rejected_by")))]


RULES: Mapping[str, Rule] = {
    "case.opened": _case_opened,
    "case.ruled": _case_ruled,
}
