"""What clients are answered about calendars."""

from typing import TypedDict
from uuid import UUID

from sla.answers.clocks import Day
from smarketing.lib.openapi import FreeForm, Moment


class _Calendar(TypedDict):
    id: UUID
    key: str
    version: int
    content_hash: str
    name: str
    zone: str
    weekly: dict[str, list[list[str]]]


class Calendar(_Calendar, total=False):
    """A calendar as it stands: the week, closed days, exceptions; what it does not have is left out."""

    closed: list[str]
    exceptions: dict[str, list[list[str]]]
    holiday_cuts_night_shift: bool
    holidays: dict[str, str]
    sources: dict[str, str]
    # The weeks that held before, each until a day.
    earlier: list[FreeForm]
    retired_at: Moment
    # After a change: how many open deadlines follow it.
    open_deadlines: int


class CalendarVersion(TypedDict):
    """One version of a calendar and what it changed, in words."""

    version: int
    at: Moment
    changes: list[str]
    open_deadlines: int


class Holidays(TypedDict):
    """What taking over a list of holidays would do."""

    source: str
    added: list[Day]
    already_there: list[Day]
    removed: list[Day]


class FileDays(TypedDict):
    """The days of a calendar file, how many of its events were left out by reason, and the calendar's version."""

    days: list[Day]
    left_out: dict[str, int]
    version: int


class Trial(TypedDict):
    """When a promise would be due, and the segments that count."""

    due_at: Moment
    segments: list[tuple[Moment, Moment]]
