"""What clients are answered about agreements, targets, clocks and calendars: the shapes that the document names."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Amount, FreeForm, Moment, MonthText


class Signature(TypedDict):
    """Who signed for which side, and what."""

    side: str
    by: UUID
    in_place_of: UUID | None
    signed_at: Moment
    content_hash: str


class Version(TypedDict):
    """A version of the agreement, without what it says."""

    id: UUID
    version: int
    state: str
    starts_at: Moment | None
    ends_at: Moment | None
    review_on: date | None
    content_hash: str
    revision: int
    signatures: list[Signature]


class WholeVersion(Version):
    """A version with everything that it says."""

    content: FreeForm
    labels: dict[str, str]


class ClauseChange(TypedDict):
    """One clause that differs."""

    clause: str
    label: str
    change: str
    before: str | None
    after: str | None


class SectionChanges(TypedDict):
    """What differs in one section, and how many clauses do not."""

    section: str
    label: str
    changed: list[ClauseChange]
    same: int


# ``with`` is a word of the language, so this one is written otherwise.
Comparison = TypedDict("Comparison", {"version": int, "with": int, "changes": int, "sections": list[SectionChanges]})


class Deputy(TypedDict):
    """Who signs in the head's place."""

    member: UUID | None


class Target(TypedDict):
    """A month's target, proposed or signed."""

    id: UUID
    month: MonthText
    points: Amount
    note: str
    state: str
    proposed_by: UUID
    proposed_at: Moment
    countersigned_by: UUID | None
    countersigned_at: Moment | None


class TargetInForce(TypedDict):
    """What a month is measured against, and where that comes from."""

    points: Amount | None
    source: str


class _TargetList(TypedDict):
    results: list[Target]
    next: str | None


class TargetList(_TargetList, total=False):
    """A page of targets; asked for one month, with what is in force in it."""

    in_force: TargetInForce


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


class Promise(TypedDict):
    """One promise of a month and what came of it."""

    clock: UUID
    commitment: str
    label: str
    state: str
    promised: str
    sentence: str | None
    due_at: Moment


class Month(TypedDict):
    """A month with what it owed and what came of it."""

    id: UUID
    month: MonthText
    state: str
    target_points: Amount | None
    delivered_points: Amount
    closes_after: date | None
    closed_at: Moment | None
    figures_hash: str | None
    corrected_points: Amount
    promises: list[Promise]


class Correction(TypedDict):
    """What came after the close, and the month in which it counts."""

    at: Moment
    points: Amount
    counted_in: MonthText


class MonthProof(TypedDict):
    """Whether a closed month still says what it said: against its hash, the event of the close, and its ledger."""

    hash_holds: bool
    event_holds: bool
    ledger_holds: bool


class WholeMonth(Month):
    """A month with its frozen figures and the corrections to them; figures and proof are null until it is closed."""

    figures: FreeForm | None
    corrections: list[Correction]
    proof: MonthProof | None


class Sweep(TypedDict):
    """How the search for due clocks stands."""

    state: str
    swept_at: Moment | None
    took_ms: float
    held_since: Moment | None
    hold_reason: str | None


class Check(TypedDict):
    """What the last nightly check found."""

    finished_at: Moment | None
    checked: int
    differences: int


class Health(TypedDict):
    """How the engine is doing."""

    is_well: bool
    sweep: Sweep
    running_clocks: int
    overdue_clocks: int
    oldest_overdue_at: Moment | None
    lag_seconds: int
    breaches_last_day: int
    slowest_noticed_after_seconds: int | None
    skipped_warnings_7_days: int
    failing_work: list[str]
    last_check: Check | None
