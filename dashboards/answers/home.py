"""What waits for a member, and how we stand in the figures of their roles."""

from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Amount, Moment, MonthText


class Need(TypedDict):
    """One thing that waits for the member, or several alike: in words, until when, and the page that acts on it.

    ``id`` is the handover, case, meeting or action that it is about, where it is about one.
    """

    kind: str
    title: str
    detail: str
    act: str
    count: int
    id: UUID | None
    clock: UUID | None
    due_at: Moment | None
    is_late: bool
    url: str


class CardChange(TypedDict):
    """How a figure moved, in words; ``tone`` is good, bad or flat, ``direction`` up, down or flat."""

    text: str
    tone: str
    direction: str
    basis: str


class Card(TypedDict):
    """One figure. ``unit`` is percent, growth (percent), points, money, ratio (times) or duration (seconds)."""

    key: str
    name: str
    owner: str
    unit: str
    value: Amount | None
    target: Amount | None
    pending: int | None
    note: str
    change: CardChange | None
    url: str


class Home(TypedDict):
    """What needs the member now, what has a deadline first; then the figures of their roles, a rep's of own leads."""

    member: UUID
    as_of: Moment
    needs: list[Need]
    late: int
    month: MonthText
    is_own: bool
    figures: list[Card]
