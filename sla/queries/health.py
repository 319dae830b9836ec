"""How the engine is doing: the sweep of the installation, and what it has left to do in one organisation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Min

from events.models import Event
from sla.models import Clock, Sweep, Verification
from sla.queries.calendars import unfinished_clocks
from tenants.models import Job, Round

# A sweep is due every second; a busy machine may be a little late.
LATE_AFTER = timedelta(seconds=15)
SKIPPED_WITHIN = timedelta(days=7)
FOUND_WITHIN = timedelta(days=1)
MOST_TROUBLES = 10

RUNS = "runs"
LATE = "late"
HELD = "held"
NEVER = "never"


@dataclass(frozen=True)
class SweepStanding:
    """How the sweep stands, the same for every organisation of the installation."""

    state: str
    swept_at: datetime | None
    silent_seconds: int | None
    moved: int
    took_ms: float
    moved_at: datetime | None
    held_since: datetime | None
    hold_reason: str
    hold_seconds: float


@dataclass(frozen=True)
class Trouble:
    """Regular or long work that has failed: what it is called, what it said, when it is tried again."""

    name: str
    error: str
    attempts: int
    next_at: datetime | None


@dataclass(frozen=True)
class EngineHealth:
    """What the engine does, and has left undone, in one organisation."""

    sweep: SweepStanding
    running: int
    overdue: int
    oldest_overdue_at: datetime | None
    lag_seconds: int
    found: int
    slowest_found_seconds: int | None
    skipped_warnings: int
    verification: Verification | None
    rounds: int
    troubles: list[Trouble]

    @property
    def differences(self) -> int:
        """How many stored values the last check did not find in the events."""
        return self.verification.difference_count if self.verification else 0

    @property
    def is_waiting(self) -> bool:
        """Something should have been noticed a while ago."""
        return self.lag_seconds > LATE_AFTER.total_seconds()

    @property
    def is_well(self) -> bool:
        """Nothing needs anybody's attention."""
        return self.sweep.state == RUNS and not (self.is_waiting or self.differences or self.troubles)


def sweep_standing(*, at: datetime) -> SweepStanding:
    """Return how the sweep stands; needs no organisation."""
    row = Sweep.objects.first() or Sweep()
    silent = max(at - row.at, timedelta()) if row.at else None
    return SweepStanding(
        state=_state(row, silent),
        swept_at=row.at,
        silent_seconds=None if silent is None else silent // timedelta(seconds=1),
        moved=row.moved,
        took_ms=row.took_ms,
        moved_at=row.moved_at,
        held_since=row.held_since,
        hold_reason=row.hold_reason,
        hold_seconds=row.hold_seconds or 0.0,
    )


def engine_health(*, at: datetime) -> EngineHealth:
    """Return how the engine is doing for the organisation of the open scope."""
    overdue = Clock.objects.filter(state=Clock.State.RUNNING, next_event_at__lt=at)
    late = overdue.aggregate(n=Count("pk"), oldest=Min("next_event_at"))
    found = _found_lately(at)
    return EngineHealth(
        sweep=sweep_standing(at=at),
        running=unfinished_clocks(state=Clock.State.RUNNING, next_event_at__isnull=False).count(),
        overdue=late["n"],
        oldest_overdue_at=late["oldest"],
        lag_seconds=(at - late["oldest"]) // timedelta(seconds=1) if late["oldest"] else 0,
        found=found["n"],
        slowest_found_seconds=found["slowest"] // timedelta(seconds=1) if found["slowest"] is not None else None,
        skipped_warnings=_skipped_warnings(at),
        verification=Verification.objects.filter(finished_at__isnull=False).order_by("-started_at").first(),
        rounds=Round.objects.count(),
        troubles=_troubles(at),
    )


def _state(row: Sweep, silent: timedelta | None) -> str:
    if row.held_since is not None:
        return HELD
    if silent is None:
        return NEVER
    return LATE if silent > LATE_AFTER else RUNS


def _found_lately(at: datetime) -> dict[str, Any]:
    """Count the breaches of the last day, and how long the slowest waited to be noticed."""
    waited = ExpressionWrapper(F("detected_at") - F("breached_at"), output_field=DurationField())
    rows = Clock.objects.filter(breached_at__gte=at - FOUND_WITHIN, breached_at__lt=at)
    return rows.aggregate(n=Count("pk"), slowest=Max(waited))


def _skipped_warnings(at: datetime) -> int:
    """Count the warnings that came too late to be given."""
    warnings = Event.objects.filter(kind="clock.warning", at__gte=at - SKIPPED_WITHIN, at__lt=at)
    return warnings.filter(data__skipped=True).count()


def _troubles(at: datetime) -> list[Trouble]:
    """Return the rounds that fail, and the jobs that have failed lately."""
    rounds = Round.objects.filter(attempts__gt=0).order_by("name")
    jobs = Job.objects.filter(state=Job.State.FAILED, finished_at__gte=at - SKIPPED_WITHIN).order_by("-finished_at")
    return [
        *(Trouble(row.name, row.error, row.attempts, row.next_at) for row in rounds),
        *(Trouble(row.kind, row.error, row.attempts, None) for row in jobs[:MOST_TROUBLES]),
    ]
