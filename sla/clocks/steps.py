"""What the sweep has to record when it comes by: warnings and the breach."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.clocks.state import ClockState

WARNING = "warning"
BREACH = "breach"


@dataclass(frozen=True)
class Step:
    """One thing to record, dated when it was due, not when it was found."""

    kind: str
    share: int
    at: datetime
    skipped: bool


def steps_between(state: ClockState, *, after: datetime | None, at: datetime) -> tuple[Step, ...]:
    """The steps dated later than `after` and passed by `at`, in order.

    A warning whose following step has passed too is stale: it is recorded as
    skipped, and nobody is told. The breach is never skipped; a deadline is passed
    only once its second is over.
    """
    dates = [(WARNING, share, when) for share, when in state.warn_at]
    if state.breached_at:
        dates.append((BREACH, 100, state.breached_at + timedelta.resolution))
    passed = [(kind, share, when) for kind, share, when in dates if when <= at]
    last = len(passed) - 1
    return tuple(
        Step(kind, share, state.due_at if kind == BREACH else when, number < last)
        for number, (kind, share, when) in enumerate(passed)
        if after is None or when > after
    )
