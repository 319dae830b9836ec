"""The formulas of the joint numbers (pure): numerator, denominator and what is still open stay together.

# Note [Untouched]
A lead that nobody has contacted yet took infinitely long, so percentiles can be infinite. They are then told
as "more than": untouched leads enter with their age so far, which the true value can only exceed. A lead that
sales rejected without contact owes none and is left out; it shows up in the acceptance instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import sqrt

from leads.periods import BAND_ENDS, CONVERSION_FOR

HOUR = 3600
BUCKET_ENDS = BAND_ENDS


@dataclass(frozen=True)
class Share:
    """A part of a whole, and how many may still join either."""

    numerator: int
    denominator: int
    pending: int = 0

    @property
    def percent(self) -> float | None:
        """From 0 to 100; None of nothing."""
        return self.numerator * 100 / self.denominator if self.denominator else None


@dataclass(frozen=True)
class Decisions:
    """What became of the handovers of a cohort; overturned ones were rejected first."""

    accepted: int = 0
    deemed: int = 0
    rejected: int = 0
    overturned: int = 0
    pending: int = 0

    @property
    def decided(self) -> int:
        """All but the pending ones."""
        return self.accepted + self.deemed + self.rejected + self.overturned

    @property
    def sent(self) -> int:
        """The whole cohort."""
        return self.decided + self.pending

    @property
    def taken(self) -> int:
        """Those that sales works on, by will, silence or ruling."""
        return self.accepted + self.deemed + self.overturned


def gross_acceptance(decisions: Decisions) -> Share:
    """What sales took by itself of what it decided, before any ruling."""
    return Share(decisions.accepted + decisions.deemed, decisions.decided, decisions.pending)


def net_acceptance(decisions: Decisions) -> Share:
    """What was right to hand over, rulings included."""
    return Share(decisions.taken, decisions.decided, decisions.pending)


def deemed_share(decisions: Decisions) -> Share:
    """How much was accepted by silence."""
    return Share(decisions.deemed, decisions.decided, decisions.pending)


def rejected_share(decisions: Decisions) -> Share:
    """What sales sent back, also where the board took it back to sales."""
    return Share(decisions.rejected + decisions.overturned, decisions.decided, decisions.pending)


def compliance(met: int, breached: int, running: int = 0) -> Share:
    """Promises kept of those whose deadline brought a verdict; excused and cancelled ones are in neither."""
    return Share(met, met + breached, running)


def attainment(points: Decimal, target: Decimal | None) -> float | None:
    """Weighted points of the target, in percent."""
    return float(points * 100 / target) if target else None


def lead_velocity(present: int, before: int, *, is_redefined: bool = False) -> float | None:
    """Growth of qualified leads over the month before, in percent; None from nothing or by another definition."""
    return (present - before) * 100 / before if before and not is_redefined else None


def per_cost(amount: Decimal, cost: Decimal | None) -> float | None:
    """Amount for each unit of booked cost; None where nothing was booked."""
    return float(amount / cost) if cost else None


def is_mature(cohort_ends_at: datetime, *, at: datetime) -> bool:
    """Tell whether the last lead of a cohort has had its whole time to convert."""
    return at >= cohort_ends_at + CONVERSION_FOR


# A rate of one's own is used from this many cases on, and this many that came through.
LEAST_CASES, LEAST_HITS = 30, 5
# 95 % of a normal distribution lie within so many deviations.
_Z = 1.959964


@dataclass(frozen=True)
class Interval:
    """Where a rate lies with 95 % confidence, from 0 to 100."""

    low: float
    high: float


def wilson(numerator: int, denominator: int) -> Interval | None:
    """The score interval of Wilson (1927), which holds for small numbers and rates near 0 and 100 %."""
    if not denominator:
        return None
    share, square = numerator / denominator, _Z**2 / denominator
    middle = share + square / 2
    spread = _Z * sqrt(share * (1 - share) / denominator + square / (4 * denominator))
    low, high = ((middle + sign * spread) / (1 + square) for sign in (-1, 1))
    return Interval(max(low, 0.0) * 100, min(high, 1.0) * 100)


def is_enough(share: Share) -> bool:
    """Tell whether a rate stands on enough cases to plan with."""
    return share.denominator >= LEAST_CASES and share.numerator >= LEAST_HITS


@dataclass(frozen=True)
class Percentile:
    """A nearest-rank percentile; ``seconds`` is None where it is infinite or of nothing, ``over`` its lower bound."""

    seconds: int | None
    over: int | None = None


@dataclass(frozen=True)
class Speed:
    """How fast a cohort was contacted. See Note [Untouched]."""

    contacts: int
    untouched: int
    median: Percentile
    p90: Percentile
    within_hour: Share
    buckets: tuple[int, ...]


def speed_to_lead(contacted: Iterable[int], waiting: Iterable[int] = ()) -> Speed:
    """Return the speed of first contacts, in seconds, with the age so far of those without one."""
    durations, ages = sorted(contacted), list(waiting)
    everybody = sorted([*durations, *ages])
    return Speed(
        contacts=len(durations),
        untouched=len(ages),
        median=_percentile(durations, everybody, 50),
        p90=_percentile(durations, everybody, 90),
        within_hour=Share(sum(seconds <= HOUR for seconds in durations), len(everybody)),
        buckets=_buckets(durations),
    )


def _percentile(durations: Sequence[int], everybody: Sequence[int], percent: int) -> Percentile:
    if not everybody:
        return Percentile(None)
    # In whole numbers, so that no rounding error moves the rank.
    rank = -(-len(everybody) * percent // 100) - 1
    if rank < len(durations):
        return Percentile(durations[rank])
    return Percentile(None, over=everybody[rank])


def _buckets(durations: Sequence[int]) -> tuple[int, ...]:
    counts, before = [], 0
    for end in BUCKET_ENDS:
        until = sum(seconds < end for seconds in durations)
        counts.append(until - before)
        before = until
    return (*counts, len(durations) - before)


@dataclass(frozen=True)
class Change:
    """A figure against another one; ``tone`` is good, bad or flat, ``direction`` up, down or flat."""

    value: float
    tone: str
    direction: str


def change(present: float | None, before: float | None, *, more_is_good: bool, flat_under: float) -> Change | None:
    """Compare two figures; what is smaller than ``flat_under`` says nothing. None without both."""
    if present is None or before is None:
        return None
    value = present - before
    if abs(value) < flat_under:
        return Change(value, "flat", "flat")
    rises = value > 0
    return Change(value, "good" if rises == more_is_good else "bad", "up" if rises else "down")
