"""What clients are answered about the engine itself."""

from typing import TypedDict

from smarketing.lib.openapi import Moment


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
