"""What clients are answered about clocks, and why they say what they say."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Amount, Moment


class Clock(TypedDict):
    """A deadline as of now. Past it, it reads as breached."""

    id: UUID
    subject: UUID
    lead: UUID | None
    commitment: str
    side: str
    cycle: int
    state: str
    started_at: Moment
    opens_at: Moment | None
    due_at: Moment
    next_event_at: Moment | None
    used_seconds: int
    target_seconds: int
    amount: Amount
    unit: str
    calendar: UUID | None
    agreement_version: int
    owner: UUID | None
    stopped_at: Moment | None
    closed_at: Moment | None
    breached_at: Moment | None
    detected_at: Moment | None
    late_seconds: int | None
    pause_reason: str


class Rule(TypedDict):
    """The promise of the agreement that a clock measures."""

    agreement_version: int
    commitment: str
    text: str
    amount: str
    unit: str
    calendar: str
    calendar_version: UUID | None
    zone: str


class Segment(TypedDict):
    """A stretch of time that counted."""

    begin_at: Moment
    end_at: Moment
    seconds: int


class Pause(TypedDict):
    """A stretch of time that did not count, and why."""

    begin_at: Moment
    end_at: Moment | None
    reason: str


class Day(TypedDict):
    """A day and its name."""

    day: date
    name: str


class OwnedTime(TypedDict):
    """Whose time it was from when to when."""

    owner: UUID | None
    begin_at: Moment
    end_at: Moment
    seconds: int


class UsedTime(TypedDict):
    """How much of the time one owner used."""

    owner: UUID | None
    seconds: int


class ClockEvent(TypedDict):
    """What happened to a clock."""

    at: Moment
    kind: str
    text: str
    old_due_at: Moment | None
    due_at: Moment | None


class Plea(TypedDict):
    """What was asked about a breach, and the answer."""

    id: UUID
    clock: UUID
    kind: str
    state: str
    reason: str
    happened_at: Moment | None
    by_machine: bool
    requested_by: str
    requested_at: Moment
    decided_by: str | None
    decided_at: Moment | None
    note: str


class Sentence(TypedDict):
    """One sentence of an explanation."""

    code: str
    text: str


class Explanation(TypedDict):
    """Why a clock is due when it is, whose time it was, and what was asked about it."""

    clock: Clock
    rule: Rule
    due_at: Moment
    voided_at: Moment | None
    calendar_changed_after_verdict: bool
    segments: list[Segment]
    pauses: list[Pause]
    closed_days: list[Day]
    owners: list[OwnedTime]
    used_by_owner: list[UsedTime]
    events: list[ClockEvent]
    pleas: list[Plea]
    sentences: list[Sentence]
