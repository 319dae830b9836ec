"""Spaced attempts to reach a person: which count, and when they suffice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.business_time import Hours, due_after, to_utc
from sla.business_time.units import Amount
from sla.clocks.facts import Fact, Stopped, Waived

AUTOMATIC = "automatic"
TOO_SOON = "too_soon"
BEFORE_HANDOVER = "before_handover"
TOO_LATE = "too_late"


@dataclass(frozen=True)
class AttemptTerms:
    """So many attempts, at least so far apart."""

    count: int
    spacing_amount: Amount
    spacing_unit: str
    hours: Hours


@dataclass(frozen=True)
class Attempt:
    """A try to reach the person; only a human's counts."""

    at: datetime
    is_human: bool = True
    reached: bool = False


@dataclass(frozen=True)
class JudgedAttempt:
    """An attempt, whether it counts, and if not, why not."""

    attempt: Attempt
    counted: bool
    not_counted_because: str | None = None


@dataclass(frozen=True)
class AttemptVerdict:
    """All attempts judged; `fact` is what they mean for the clock, if anything."""

    judged: tuple[JudgedAttempt, ...]
    missing: int
    fact: Fact | None

    @property
    def counted(self) -> tuple[datetime, ...]:
        return tuple(item.attempt.at for item in self.judged if item.counted)


def count_attempts(
    attempts: Sequence[Attempt],
    terms: AttemptTerms,
    *,
    started_at: datetime,
    due_at: datetime,
) -> AttemptVerdict:
    """Judge the attempts in the order of their time.

    Enough of them stop the clock; a person reached before that waives the rest.
    """
    judged: list[JudgedAttempt] = []
    last: datetime | None = None
    fact: Fact | None = None
    counted = 0
    for attempt in sorted(attempts, key=lambda item: to_utc(item.at)):
        because = _not_counted(attempt, terms, started_at, due_at, last)
        judged.append(JudgedAttempt(attempt, because is None, because))
        if because is None:
            counted, last = counted + 1, attempt.at
        if fact is None:
            fact = _meaning(attempt, because, counted, terms)
    return AttemptVerdict(tuple(judged), max(terms.count - counted, 0), fact)


def _not_counted(
    attempt: Attempt,
    terms: AttemptTerms,
    started_at: datetime,
    due_at: datetime,
    last: datetime | None,
) -> str | None:
    if not attempt.is_human:
        return AUTOMATIC
    if to_utc(attempt.at) < to_utc(started_at):
        return BEFORE_HANDOVER
    if to_utc(attempt.at) > to_utc(due_at):
        return TOO_LATE
    if last is not None and to_utc(attempt.at) < due_after(last, terms.spacing_amount, terms.spacing_unit, terms.hours):
        return TOO_SOON
    return None


def _meaning(attempt: Attempt, because: str | None, counted: int, terms: AttemptTerms) -> Fact | None:
    if because is None and counted >= terms.count:
        return Stopped(to_utc(attempt.at))
    # Somebody reached too soon after the last call was reached all the same.
    if attempt.reached and because in (None, TOO_SOON):
        return Waived(to_utc(attempt.at))
    return None
