"""The state of a clock at a moment, ready to be stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sla.business_time import ALWAYS, to_utc
from sla.clocks.facts import Fact
from sla.clocks.run import PAUSED, RUNNING, ClockRun, replay
from sla.clocks.terms import Terms

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class ClockState:
    """What the stored row repeats.

    `used_seconds` was used before `running_since`, so both together stay true
    while time passes; `used_now_seconds` is as of the moment asked for. `due_at` is
    always set: a paused clock shows the deadline that stood when it was paused, and
    `next_event_at` is None, since nothing will happen on it.
    """

    state: str
    cycle: int
    started_at: datetime
    target_seconds: int
    used_seconds: int
    used_now_seconds: int
    running_since: datetime | None
    due_at: datetime
    next_event_at: datetime | None
    warn_at: tuple[tuple[int, datetime], ...]
    opens_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    closed_at: datetime | None
    breached_at: datetime | None
    voided_at: datetime | None
    late_seconds: int | None
    delivered: Decimal | None
    calendar_changed_after_verdict: bool

    @property
    def left_seconds(self) -> int:
        """What is left of the promise in its own unit; never below zero."""
        return max(self.target_seconds - self.used_now_seconds, 0)


def derive(facts: Iterable[Fact], terms: Terms, *, at: datetime) -> ClockState:
    """What the facts known at `at` amount to. The only source of verdicts."""
    return state_of(replay(facts, terms, at=at), at=at)


def state_of(run: ClockRun, *, at: datetime) -> ClockState:
    """What the facts that were replayed until `at` amount to."""
    moment = to_utc(at)
    promise = run.governing
    ended_runs = [(begin, end) for begin, end in run.runs if end]
    running_since = run.runs[-1][0] if run.is_counting else None
    warn_at = _warnings(run)
    return ClockState(
        state=run.state,
        cycle=run.cycle,
        started_at=run.started_at,
        target_seconds=promise.target // _SECOND,
        used_seconds=promise.used(ended_runs, until=moment) // _SECOND,
        used_now_seconds=promise.used(run.runs, until=moment) // _SECOND,
        running_since=running_since,
        due_at=run.due_at,
        next_event_at=_next_event_at(run, warn_at, moment),
        warn_at=warn_at,
        opens_at=_opens_at(run, moment),
        paused_at=run.pauses[-1][0] if run.state == PAUSED else None,
        stopped_at=run.stopped_at,
        closed_at=run.closed_at,
        breached_at=run.breached_at,
        voided_at=run.voided_at,
        late_seconds=None if run.late is None else run.late // _SECOND,
        delivered=run.delivered,
        calendar_changed_after_verdict=run.calendar_changed_after_verdict,
    )


def _warnings(run: ClockRun) -> tuple[tuple[int, datetime], ...]:
    """The warnings that were or will be reached, in order."""
    promise = run.governing
    shares = sorted(promise.terms.warn_shares)
    dated = [(share, promise.warn_at(share, run.runs)) for share in shares]
    return tuple((share, when) for share, when in dated if when)


def _next_event_at(run: ClockRun, warn_at: tuple[tuple[int, datetime], ...], at: datetime) -> datetime | None:
    # See Note [Promises judged by figures].
    if run.state != RUNNING or run.governing.terms.is_judged:
        return None
    ahead = [when for _, when in warn_at if at < when < run.due_at]
    return min(ahead, default=run.due_at)


def _opens_at(run: ClockRun, at: datetime) -> datetime | None:
    """When time begins to count again, while it is outside hours."""
    measure = run.governing.terms.measure
    if run.state != RUNNING or measure is ALWAYS or measure.is_open(at):
        return None
    return measure.next_opening(at)
