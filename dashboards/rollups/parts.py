"""What a subject brings to the figures (pure): its facts → counts and amounts by day, part and measure.

# Note [Differences, not increments]
An event only says that a subject changed. What the subject brings now is worked out from its rows, and only the
difference to what it brought when it was counted last is added to the slices. So it does not matter how often an
event is heard, in which order, how late, or whether it took something back: a reversal, a merger or a verdict
that evidence voids is a difference like any other.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from dashboards.formulas import BUCKET_ENDS, HOUR
from dashboards.rollups.histogram import bucket_of

# Raised when parts change their meaning: what is kept is then counted anew.
FORM = 2

DECISION, REACHED, UNTOUCHED = "decision", "reached", "untouched"
ELAPSED, BUSINESS = "elapsed", "business"
# Kept exactly beside the histogram of each kind of time: see formulas.
BAND, WITHIN_HOUR = "band", "within_hour"
REJECTION, DISPUTED = "rejection", "disputed"
CREDIT, PENDING, SUSPENDED, POINTS = "credit", "credit_pending", "credit_suspended", "points"
PROMISE = "promise"

_NOTHING = Decimal(0)


class Part(NamedTuple):
    """A count, and an amount, of one measure on one day; ``owner`` is "" where it is nobody's."""

    month: str
    day: str
    owner: str
    measure: str
    detail: str
    n: int = 1
    amount: Decimal = _NOTHING


class By(NamedTuple):
    """What else a subject's figures are cut by; "" where it has none."""

    campaign: str = ""
    team: str = ""
    source: str = ""
    tier: str = ""


@dataclass(frozen=True)
class Brought:
    """What one subject brings, in a fixed order so that equal is equal."""

    by: By = field(default_factory=By)
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """The rejection that stands, with its reason as it was called then."""

    reason: str
    label: str
    reason_class: str
    is_disputed: bool


@dataclass(frozen=True)
class HandoverFacts:
    """What counts of a handover; ``business`` is the seconds of business time until contact."""

    month: date
    day: date
    owner: str
    weight: Decimal
    decision: str
    reached: tuple[str, ...]
    amount: Decimal
    sent_at: datetime
    contacted_at: datetime | None
    business: int
    owes_contact: bool
    rejected: Rejected | None


class Promise(NamedTuple):
    """One clock: the day on which it is due, whose it is and how it stands."""

    day: str
    owner: str
    side: str
    commitment: str
    state: str


class Line(NamedTuple):
    """One line of marketing's ledger."""

    month: str
    day: str
    points: Decimal


@dataclass(frozen=True)
class CreditFacts:
    """How a handover's credit stands."""

    month: date
    day: date
    tier: str
    weight: Decimal
    is_suspended: bool
    is_decided: bool


@dataclass(frozen=True)
class Facts:
    """Everything about a subject that counts."""

    by: By
    handover: HandoverFacts | None = None
    credit: CreditFacts | None = None
    promises: tuple[Promise, ...] = ()
    lines: tuple[Line, ...] = field(default=())


def brought_by(facts: Facts) -> Brought:
    """Return what a subject brings to the figures."""
    parts = [*_promises(facts.promises), *_lines(facts.lines)]
    if facts.handover is not None:
        parts += _handover(facts.handover)
    if facts.credit is not None:
        parts += _credit(facts.credit)
    return Brought(facts.by, tuple(sorted(_merged(parts))))


def _merged(parts: Iterable[Part]) -> Iterator[Part]:
    """Add up parts of the same place, such as two attempts' clocks due on one day."""
    sums: dict[tuple[str, str, str, str, str], tuple[int, Decimal]] = {}
    for part in parts:
        n, amount = sums.get(part[:5], (0, _NOTHING))
        sums[part[:5]] = (n + part.n, amount + part.amount)
    for (month, day, owner, measure, detail), (n, amount) in sums.items():
        if n or amount:
            yield Part(month, day, owner, measure, detail, n, amount)


def _handover(facts: HandoverFacts) -> list[Part]:
    parts = [_on(facts, DECISION, facts.decision, amount=facts.weight)]
    parts += [_on(facts, REACHED, step, amount=facts.amount) for step in facts.reached]
    if facts.rejected is not None:
        parts.append(_on(facts, REJECTION, reason_key(facts.rejected)))
        parts += [_on(facts, DISPUTED)] if facts.rejected.is_disputed else []
    if facts.contacted_at is not None:
        elapsed = max(int((facts.contacted_at - facts.sent_at).total_seconds()), 0)
        parts += [*_took(facts, ELAPSED, elapsed), *_took(facts, BUSINESS, facts.business)]
    elif facts.owes_contact:
        parts.append(_on(facts, UNTOUCHED))
    return parts


def _on(facts: HandoverFacts, measure: str, detail: str = "", *, amount: Decimal = _NOTHING) -> Part:
    return Part(facts.month.isoformat(), facts.day.isoformat(), facts.owner, measure, detail, 1, amount)


def _took(facts: HandoverFacts, kind: str, seconds: int) -> list[Part]:
    band = sum(seconds >= end for end in BUCKET_ENDS)
    parts = [
        _on(facts, kind, str(bucket_of(seconds)), amount=Decimal(seconds)),
        _on(facts, f"{kind}_{BAND}", str(band)),
    ]
    return [*parts, _on(facts, f"{kind}_{WITHIN_HOUR}")] if seconds <= HOUR else parts


def reason_key(rejected: Rejected) -> str:
    """Return the detail that names a reason; labels are part of it, as they were when it was given."""
    return json.dumps([rejected.reason, rejected.label, rejected.reason_class])


def _credit(facts: CreditFacts) -> list[Part]:
    place = (facts.month.isoformat(), facts.day.isoformat(), "")
    detail = f"{facts.tier}|{facts.weight}"
    parts = [Part(*place, CREDIT, detail)]
    if facts.is_suspended:
        parts.append(Part(*place, SUSPENDED, detail, 1, facts.weight))
    elif not facts.is_decided:
        parts.append(Part(*place, PENDING, detail, 1, facts.weight))
    return parts


def _lines(lines: Iterable[Line]) -> Iterator[Part]:
    return (Part(line.month, line.day, "", POINTS, "", 1, line.points) for line in lines)


def _promises(promises: Iterable[Promise]) -> Iterator[Part]:
    for promise in promises:
        detail = f"{promise.side}|{promise.commitment}|{promise.state}"
        yield Part(f"{promise.day[:7]}-01", promise.day, promise.owner, PROMISE, detail)


# How long things took is a matter of sales, so it is not cut by what marketing did; one person's leads are few
# enough to be read from their rows, while their buckets would be as many as they are.
_TIMES = (ELAPSED, BUSINESS)
_WITHOUT_TIMES = ("campaign", "source")

Place = tuple[str, str, str, str, str, str]
Sums = Mapping[Place, tuple[int, Decimal]]


class Delta:
    """Differences by place: dimension, key, month, day, measure, detail."""

    def __init__(self) -> None:
        self._sums: dict[Place, tuple[int, Decimal]] = defaultdict(lambda: (0, _NOTHING))

    def add(self, brought: Brought, *, sign: int = 1) -> None:
        """Add what a subject brings, or with the sign -1 take it away."""
        for part in brought.parts:
            for dimension, key in places_of(part, brought.by):
                place = (dimension, key, part.month, part.day, part.measure, part.detail)
                n, amount = self._sums[place]
                self._sums[place] = (n + sign * part.n, amount + sign * part.amount)

    def replace(self, before: Brought, after: Brought) -> None:
        """Take away what a subject brought and add what it brings."""
        self.add(before, sign=-1)
        self.add(after)

    def sums(self) -> dict[Place, tuple[int, Decimal]]:
        """Return what is left of it."""
        return {place: found for place, found in self._sums.items() if found[0] or found[1]}


def places_of(part: Part, by: By) -> Iterator[tuple[str, str]]:
    """Return the dimensions and keys that a part is counted in."""
    is_time = part.measure.startswith(_TIMES)
    yield "all", ""
    if not is_time:
        yield "owner", part.owner
    for dimension, key in zip(By._fields, by, strict=True):
        if not (is_time and dimension in _WITHOUT_TIMES):
            yield dimension, key
