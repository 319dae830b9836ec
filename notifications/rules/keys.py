"""Who is told about keys that act for somebody."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told, ids


def _key_created(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A key was made that wants to act for you. It does nothing until you agree.")

    return [Told("key.created", words, "my_keys", members=ids(data.get("asked")))] if data.get("asked") else []


RULES: Mapping[str, Rule] = {
    "key.created": _key_created,
}
