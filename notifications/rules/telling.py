"""What one event means for people, and the words that several rules share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from tenants.roles import Role

Rule = Callable[[Mapping[str, Any]], list["Told"]]


@dataclass(frozen=True)
class Told:
    """What one event means for people.

    ``words`` makes the sentence in the reader's language and zone; ``page`` names where it leads.
    """

    kind: str
    words: Callable[[ZoneInfo], str]
    page: str
    members: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    by_mail: bool = True


def moment(text: str, zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(text).astimezone(zone)
    return f"{date_format(local, 'D j M')}, {local:%H:%M}"


def day(text: str) -> str:
    return str(date_format(date.fromisoformat(text), "j F"))


def ids(*values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))
