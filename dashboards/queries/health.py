"""How it stands with the figures that are added up in advance, in one organisation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboards.models import Rollup
from events.models import Event

# What moves no clock is found within a minute; a busy machine may be a little late.
LATE_AFTER = timedelta(seconds=90)

NEVER, COUNTING, CURRENT, BEHIND, FAILED = "never", "counting", "current", "behind", "failed"


@dataclass(frozen=True)
class RollupHealth:
    """``lag_seconds`` is how long the oldest event waits to be added up; pages count it in all the same."""

    state: str
    folded_at: datetime | None = None
    lag_seconds: int = 0
    checked_on: date | None = None
    checked_at: datetime | None = None
    differences: int = 0
    error: str = ""
    next_at: datetime | None = None

    @property
    def is_well(self) -> bool:
        """Nothing needs anybody's attention."""
        return self.state in {CURRENT, COUNTING} and not self.differences


def rollup_health(*, at: datetime) -> RollupHealth:
    """Return how far the figures are added up, and what the last check found."""
    row = Rollup.objects.first()
    if row is None:
        return RollupHealth(NEVER)
    lag = _lag(row, at=at)
    return RollupHealth(
        state=_state(row, lag),
        folded_at=row.folded_at,
        lag_seconds=int(lag.total_seconds()),
        checked_on=row.checked_on,
        checked_at=row.checked_at,
        differences=row.differences,
        error=row.error if row.attempts else "",
        next_at=row.next_at if row.attempts else None,
    )


def _lag(row: Rollup, *, at: datetime) -> timedelta:
    waiting = Event.objects.filter(txid__gte=row.horizon).order_by("txid").values_list("recorded_at", flat=True)
    oldest = waiting.first()
    return max(at - oldest, timedelta(0)) if oldest and row.built_at else timedelta(0)


def _state(row: Rollup, lag: timedelta) -> str:
    if row.attempts:
        return FAILED
    if row.built_at is None:
        return COUNTING
    return BEHIND if lag > LATE_AFTER else CURRENT
