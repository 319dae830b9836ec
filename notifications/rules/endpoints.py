"""Who is told about endpoints."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told
from tenants.roles import Role


def _endpoint_disabled(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        if data.get("kind") == "slack":
            return _("A chat channel was switched off because it does not take messages any more.")
        if data.get("reason") == "gone":
            return _("A webhook was switched off because its receiver answered that it is gone.")
        return _("A webhook was switched off because nothing has arrived there for days.")

    return [Told("endpoint.disabled", words, "endpoint", roles=(Role.ADMINISTRATOR,))]


RULES: Mapping[str, Rule] = {
    "endpoint.disabled": _endpoint_disabled,
}
