"""What becomes of returns: how fast marketing answers them, and how many sales accepts again (pure)."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import TypeVar

from leads.periods import ACCEPTED_AGAIN_WITHIN

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Returned:
    """One handover that came back and stayed back; overturned ones never really did."""

    reason: str
    label: str
    marketer: str
    rejected_at: datetime
    # When marketing answered; None while it has not, and where it let the deadline pass.
    answered_at: datetime | None
    expired: bool
    # When sales accepted a later handover of the same lead for the first time.
    again_at: datetime | None

    def is_again(self) -> bool:
        """Sales accepted the lead again within the time that counts."""
        return self.again_at is not None and self.again_at - self.rejected_at <= ACCEPTED_AGAIN_WITHIN

    def is_open(self, at: datetime) -> bool:
        """It may still be accepted again in time."""
        return not self.is_again() and at - self.rejected_at < ACCEPTED_AGAIN_WITHIN


@dataclass(frozen=True)
class Yield:
    """Of ``returned``, ``again`` were accepted again; ``pending`` still may be. Times in seconds."""

    returned: int
    again: int
    pending: int
    answered: int
    expired: int
    median_answer_seconds: int | None

    @property
    def share(self) -> float | None:
        """From 0 to 100; None of nothing."""
        return self.again * 100 / self.returned if self.returned else None

    @property
    def is_mature(self) -> bool:
        """Nothing can change the share any more."""
        return self.pending == 0


def yield_of(returns: Iterable[Returned], *, at: datetime) -> Yield:
    """Add up returns as of ``at``."""
    rows = list(returns)
    answered = [(row.rejected_at, row.answered_at) for row in rows if row.answered_at is not None and not row.expired]
    times = [(until - since).total_seconds() for since, until in answered]
    return Yield(
        returned=len(rows),
        again=sum(row.is_again() for row in rows),
        pending=sum(row.is_open(at) for row in rows),
        answered=len(times),
        expired=sum(row.expired for row in rows),
        median_answer_seconds=round(median(times)) if times else None,
    )


def yields_by(returns: Iterable[Returned], key: Callable[[Returned], K], *, at: datetime) -> Mapping[K, Yield]:
    """Add up returns by something, the most frequent first."""
    found: dict[K, list[Returned]] = {}
    for row in returns:
        found.setdefault(key(row), []).append(row)
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1]))
    return {name: yield_of(rows, at=at) for name, rows in ordered}
