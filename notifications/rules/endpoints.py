"""Who is told about what does not get out: endpoints and mails."""

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


def _mail_failed(_data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A mail could not be delivered. Look at the mail log.")

    # Never by mail: it may be the mail server that fails.
    return [Told("mail.failed", words, "mails", roles=(Role.ADMINISTRATOR,), by_mail=False)]


RULES: Mapping[str, Rule] = {
    "mail.failed": _mail_failed,
    "endpoint.disabled": _endpoint_disabled,
}
