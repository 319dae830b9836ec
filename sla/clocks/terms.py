"""What a clock promises, and the time that is left of it.

# Note [Several promises on one clock]
A later request for a sales talk adds a second, shorter promise to a running clock;
it never extends the first. Each promise counts its own unit on its own hours from
its own beginning, over the same running segments, and the earliest deadline
governs. So a pause keeps what is left of each, whatever their units are.

# Note [Business days and pauses]
Without a pause a promise in business days is due at the same local time some
working days later. Once it was paused, that rule has no meaning any more: what is
kept is the business time that was left, as for a promise in business hours.

# Note [Promises judged by figures]
Marketing's volume, pace, acceptance and completeness are owed in points or in shares by
a fixed moment. No second of passing time breaks them: they run until a task reads their
figures, and the verdict is dated at that moment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sla.business_time import (
    ALWAYS,
    BUSINESS_DAYS,
    ELAPSED_HOURS,
    Hours,
    due_after,
    to_utc,
)
from sla.business_time.units import Amount, duration_of, whole_days
from sla.content import amount_of

POINTS = "points"
SHARE = "share"
# See Note [Promises judged by figures].
FIGURES = (POINTS, SHARE)

# A piece of running time; open-ended while the clock runs.
Run = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Terms:
    """A promise: so much time, in which unit, on which hours, with which warnings."""

    amount: Amount
    unit: str
    hours: Hours = ALWAYS
    warn_shares: tuple[int, ...] = ()
    # When a promise in points or shares is judged; the others follow from their time.
    until: datetime | None = None

    def __post_init__(self) -> None:
        if (self.unit in FIGURES) != (self.until is not None):
            raise ValueError("A promise in points or shares, and only such a one, ends at a fixed moment.")
        if self.unit in FIGURES:
            return
        if self.unit == BUSINESS_DAYS:
            whole_days(self.amount)
        else:
            duration_of(self.amount, self.unit)

    @classmethod
    def of(cls, commitment: Mapping[str, Any], hours: Hours) -> "Terms":
        """The terms of a commitment as it stands in an agreement's content."""
        amount = amount_of(commitment["amount"])
        if amount is None:
            raise ValueError(f"{commitment['amount']!r} is not an amount.")
        return cls(amount, commitment["unit"], hours, tuple(commitment.get("warn_shares", ())))

    @property
    def is_judged(self) -> bool:
        """Kept or broken by its figures. See Note [Promises judged by figures]."""
        return self.unit in FIGURES

    @property
    def measure(self) -> Hours:
        """The hours on which time counts."""
        return ALWAYS if self.unit in (ELAPSED_HOURS, *FIGURES) else self.hours


@dataclass(frozen=True)
class Promise:
    """Terms given at a moment. See Note [Several promises on one clock]."""

    since: datetime
    terms: Terms

    def with_hours(self, hours: Hours, *, told: Collection[int] = ()) -> "Promise":
        """The same promise on an edited calendar, from its beginning on, without the warnings that were given."""
        shares = tuple(share for share in self.terms.warn_shares if share not in told)
        return replace(self, terms=replace(self.terms, hours=hours, warn_shares=shares))

    @cached_property
    def plain_due_at(self) -> datetime:
        """When it is due if nothing ever pauses it."""
        if self.terms.until:
            return to_utc(self.terms.until)
        return due_after(self.since, self.terms.amount, self.terms.unit, self.terms.hours)

    @cached_property
    def target(self) -> timedelta:
        """The promised time as counted on the hours."""
        if self.terms.unit in (BUSINESS_DAYS, *FIGURES):
            return self.terms.measure.worked(self.since, self.plain_due_at)
        return duration_of(self.terms.amount, self.terms.unit)

    def used(self, runs: Sequence[Run], *, until: datetime) -> timedelta:
        """Counted time in the runs up to a moment."""
        total = timedelta()
        for begin, end in runs:
            first, last = max(begin, self.since), min(end or until, until)
            if first < last:
                total += self.terms.measure.worked(first, last)
        return total

    def due_at(self, runs: Sequence[Run]) -> datetime | None:
        """When the promised time is used up; None if the runs end before."""
        return self._reached(self.target, runs)

    def warn_at(self, share: int, runs: Sequence[Run]) -> datetime | None:
        """When this percentage of the promised time is used up."""
        return self._reached(self.target * share / 100, runs)

    def _reached(self, amount: timedelta, runs: Sequence[Run]) -> datetime | None:
        left = amount
        for begin, end in runs:
            first = max(begin, self.since)
            if end is not None and end <= first:
                continue
            used = self.terms.measure.worked(first, end) if end else None
            if used is None or left <= used:
                moment = self._moment(first, left)
                # Paused on the very second it was due: nothing left, not yet late.
                if end is None or moment < end:
                    return moment
            left -= used or timedelta()
        return None

    def _moment(self, first: datetime, left: timedelta) -> datetime:
        # See Note [Business days and pauses].
        if first == self.since and left == self.target:
            return self.plain_due_at
        return self.terms.measure.after(first, left)
