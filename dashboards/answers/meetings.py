"""Review meetings, their agenda and what people took on."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Moment, MonthText


class Meeting(TypedDict):
    """A review meeting of both sides; ``month`` and ``since`` are known once it is open."""

    id: UUID
    starts_at: Moment
    minutes_for: int
    place: str
    rhythm: str
    state: str
    month: MonthText | None
    since: Moment | None
    opened_at: Moment | None
    closed_at: Moment | None
    follows: UUID | None


class AgendaLine(TypedDict):
    """One thing that an item names."""

    text: str
    value: str | None
    note: str | None


class AgendaItem(TypedDict):
    """An item of an agenda; without an id while the agenda is not frozen."""

    id: UUID | None
    topic: str
    title: str
    summary: str
    lines: list[AgendaLine]
    open_actions: list[UUID]
    minutes: str
    decision: str
    written_at: Moment | None
    revision: int | None


class MeetingAction(TypedDict):
    """What somebody took on in a meeting, and until when."""

    id: UUID
    review: UUID
    item: UUID | None
    text: str
    owner: UUID
    due_on: date
    state: str
    carried: int
    closed_at: Moment | None
    revision: int


class WholeMeeting(Meeting):
    """A meeting with its agenda and what is to be done."""

    agenda: list[AgendaItem]
    actions: list[MeetingAction]
