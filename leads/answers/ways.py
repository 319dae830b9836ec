"""What clients are answered about stages and the way a lead took."""

from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import FreeForm, Moment


class Stage(TypedDict):
    """What an organisation says of a stage."""

    stage: str
    label: str
    dwell_days: int | None
    entry: list[FreeForm]
    takes_entry: bool


class Stay(TypedDict):
    """One stay of a lead in a stage."""

    stage: str
    cycle: int
    since: Moment
    left_at: Moment | None
    by: UUID | None
    reason: str | None
    backwards: bool


class Milestone(TypedDict):
    """One station of the way to the purchase; ``at`` is null while the person has not come there."""

    key: str
    at: Moment | None


class JourneyLine(TypedDict):
    """One visit, with how much was done in it and on which pages, or one turn of the way by its event's kind."""

    kind: str
    at: Moment
    text: str
    pages: str
    count: int


class Journey(TypedDict):
    """One page of the way, newest first; ``next`` is the address of what came before, null at the beginning."""

    milestones: list[Milestone]
    results: list[JourneyLine]
    next: str | None
