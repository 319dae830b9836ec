"""What can happen to a clock; each fact is dated and never changes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sla.business_time import Hours
from sla.clocks.terms import Terms


@dataclass(frozen=True)
class Fact:
    """Something that happened at a moment."""

    at: datetime


@dataclass(frozen=True)
class Started(Fact):
    """The promise begins. A restart is a new clock with the next cycle."""

    cycle: int = 1


@dataclass(frozen=True)
class Paused(Fact):
    """Time stops counting, for instance while a rejection is not final."""

    reason: str = ""


@dataclass(frozen=True)
class Resumed(Fact):
    """Time counts again, with what was left."""


@dataclass(frozen=True)
class Stopped(Fact):
    """What was promised happened."""


@dataclass(frozen=True)
class Cancelled(Fact):
    """The promise fell away: neither met nor breached."""


@dataclass(frozen=True)
class Superseded(Fact):
    """A new cycle takes over."""


@dataclass(frozen=True)
class Waived(Fact):
    """What was promised is no longer needed."""


@dataclass(frozen=True)
class Merged(Fact):
    """Another clock of the same person goes on instead."""


@dataclass(frozen=True)
class Excused(Fact):
    """The other side consented that the breach does not count."""


@dataclass(frozen=True)
class Voided(Fact):
    """Evidence recorded at `at` says that it had happened at `happened_at`.

    With `waives` it had become needless then (the person was reached before the last attempt).
    """

    happened_at: datetime
    waives: bool = False


@dataclass(frozen=True)
class Shortened(Fact):
    """A further promise, given now: the earlier deadline of the two governs."""

    terms: Terms


@dataclass(frozen=True)
class Retargeted(Fact):
    """Both heads have agreed on another figure before the promise was judged."""

    amount: Decimal


@dataclass(frozen=True)
class Judged(Fact):
    """The figures at `at` of a promise in points or shares, read at `found_at`; points are parts of one."""

    found_at: datetime
    numerator: Decimal
    denominator: Decimal = Decimal(1)


@dataclass(frozen=True)
class CalendarChanged(Fact):
    """The calendar was edited; time counts on the new hours from the beginning.

    `told` are the warnings that were given already: nobody hears of them twice.
    """

    hours: Hours
    told: tuple[int, ...] = ()


@dataclass(frozen=True)
class CalendarChangedAfterVerdict(Fact):
    """The calendar of a closed verdict was edited: it stands, and says so."""
