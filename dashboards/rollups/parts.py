"""What a subject brings to the figures (pure): its facts → counts and amounts by day, part and measure.

# Note [Differences, not increments]
An event only says that a subject changed. What the subject brings now is worked out from its rows, and only the
difference to what it brought when it was counted last is added to the slices. So it does not matter how often an
event is heard, in which order, how late, or whether it took something back: a reversal, a merger or a verdict
that evidence voids is a difference like any other.

# Note [Slices]
A slice holds all figures of one month as one row, so that a page reads a row for each month that it shows, and a
step of the worker rewrites few rows however many subjects it counts. Everything, every campaign and every person is
also cut by team, segment and tier together ("parts"): any choice of these with a campaign or a person is a sum of such
parts. One person's part of one campaign is few enough handovers to be read from their rows. Single days are kept of
everything, to count one of them anew every night.

# Note [Whole lives]
How far a handover came is counted within its days to convert, so that months can be compared. A campaign is told by
everything that came of it, whenever. What the two differ by is a measure of its own, with the names of the steps: what
was reached later, and, taken away, what nobody noted although the lead bought. Mostly there is nothing to keep.

# Note [Criteria in one part]
A handover is judged by a dozen criteria. It keeps one part that names them all, so that what is kept of each
handover stays small; only in the slice of its agreement version does each criterion have a figure of its own.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from dashboards.formulas import BUCKET_ENDS, HOUR
from dashboards.rollups.histogram import bucket_of

# Raised when parts change their meaning: what is kept is then counted anew.
FORM = 6

DECISION, REACHED, UNTOUCHED = "decision", "reached", "untouched"
ELAPSED, BUSINESS = "elapsed", "business"
# Kept exactly beside the histogram of each kind of time: see formulas.
BAND, WITHIN_HOUR = "band", "within_hour"
# What the whole life of a handover has other than its days to convert: see Note [Whole lives].
LIFE = "life"
REJECTION, DISPUTED = "rejection", "disputed"
CREDIT, PENDING, SUSPENDED, POINTS = "credit", "credit_pending", "credit_suspended", "points"
PROMISE = "promise"
CRITERIA, JUDGED = "criteria", "judged"

HUNDREDTHS = 100


class Part(NamedTuple):
    """A count, and an amount in hundredths, of one measure on one day; ``owner`` is "" where it is nobody's."""

    month: str
    day: str
    owner: str
    measure: str
    detail: str
    n: int = 1
    amount: int = 0


class By(NamedTuple):
    """What else a subject's figures are cut by; "" where it has none."""

    campaign: str = ""
    team: str = ""
    source: str = ""
    tier: str = ""
    segment: str = ""
    # The folded name of the last visit's campaign.
    last_touch: str = ""

    @property
    def part(self) -> str:
        """Which part of everything, of its campaign and of its owner it is in."""
        return f"{self.team}|{self.segment}|{self.tier}"


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
    # The steps that were noted at any time; see Note [Whole lives].
    ever: tuple[str, ...]
    amount: Decimal
    sent_at: datetime
    contacted_at: datetime | None
    business: int
    owes_contact: bool
    rejected: Rejected | None
    # The number of its agreement version, and what that said of each criterion, as "industry:met".
    version: int = 0
    judged: tuple[str, ...] = ()


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
    owner: str
    points: Decimal


@dataclass(frozen=True)
class CreditFacts:
    """How a handover's credit stands."""

    month: date
    day: date
    owner: str
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
    sums: dict[tuple[str, str, str, str, str], tuple[int, int]] = {}
    for part in parts:
        n, amount = sums.get(part[:5], (0, 0))
        sums[part[:5]] = (n + part.n, amount + part.amount)
    for (month, day, owner, measure, detail), (n, amount) in sums.items():
        if n or amount:
            yield Part(month, day, owner, measure, detail, n, amount)


def _handover(facts: HandoverFacts) -> list[Part]:
    parts = [_on(facts, DECISION, facts.decision, amount=hundredths(facts.weight))]
    parts += [_on(facts, REACHED, step, amount=hundredths(facts.amount)) for step in facts.reached]
    parts += _life(facts)
    parts += [_on(facts, CRITERIA, _judged(facts))] if facts.judged else []
    if facts.rejected is not None:
        parts.append(_on(facts, REJECTION, reason_key(facts.rejected)))
        parts += [_on(facts, DISPUTED)] if facts.rejected.is_disputed else []
    if facts.contacted_at is not None:
        elapsed = max(int((facts.contacted_at - facts.sent_at).total_seconds()), 0)
        parts += [*_took(facts, ELAPSED, elapsed), *_took(facts, BUSINESS, facts.business)]
    elif facts.owes_contact:
        parts.append(_on(facts, UNTOUCHED, str(int(facts.sent_at.timestamp()) // HOUR)))
    return parts


def _life(facts: HandoverFacts) -> Iterator[Part]:
    """See Note [Whole lives]."""
    for step in STEPS_OF_LIFE:
        n = (step in facts.ever) - (step in facts.reached)
        if n:
            yield _on(facts, LIFE, step, amount=n * hundredths(facts.amount))._replace(n=n)


def hundredths(value: Decimal) -> int:
    """Return an amount as the whole number that is kept."""
    return int(value * HUNDREDTHS)


def _on(facts: HandoverFacts, measure: str, detail: str = "", *, amount: int = 0) -> Part:
    return Part(facts.month.isoformat(), facts.day.isoformat(), facts.owner, measure, detail, 1, amount)


def _judged(facts: HandoverFacts) -> str:
    """Return the detail that holds all criteria of a handover. See Note [Criteria in one part]."""
    won = "won" if "won" in facts.reached else ""
    return "|".join((str(facts.version), facts.decision, won, " ".join(facts.judged)))


def _took(facts: HandoverFacts, kind: str, seconds: int) -> list[Part]:
    band = sum(seconds >= end for end in BUCKET_ENDS)
    parts = [
        _on(facts, kind, str(bucket_of(seconds)), amount=seconds * HUNDREDTHS),
        _on(facts, f"{kind}_{BAND}", str(band)),
    ]
    return [*parts, _on(facts, f"{kind}_{WITHIN_HOUR}")] if seconds <= HOUR else parts


def reason_key(rejected: Rejected) -> str:
    """Return the detail that names a reason; labels are part of it, as they were when it was given."""
    return json.dumps([rejected.reason, rejected.label, rejected.reason_class])


def _credit(facts: CreditFacts) -> list[Part]:
    place = (facts.month.isoformat(), facts.day.isoformat(), facts.owner)
    detail = f"{facts.tier}|{facts.weight}"
    parts = [Part(*place, CREDIT, detail)]
    if facts.is_suspended:
        parts.append(Part(*place, SUSPENDED, detail, 1, hundredths(facts.weight)))
    elif not facts.is_decided:
        parts.append(Part(*place, PENDING, detail, 1, hundredths(facts.weight)))
    return parts


def _lines(lines: Iterable[Line]) -> Iterator[Part]:
    # The day is the detail: the pace goes day by day.
    return (Part(line.month, line.day, line.owner, POINTS, line.day, 1, hundredths(line.points)) for line in lines)


def _promises(promises: Iterable[Promise]) -> Iterator[Part]:
    for promise in promises:
        detail = f"{promise.side}|{promise.commitment}|{promise.state}"
        yield Part(f"{promise.day[:7]}-01", promise.day, promise.owner, PROMISE, detail)


class Place(NamedTuple):
    """One slice: which of what, in which month."""

    dimension: str
    month: str
    key: str
    part: str = ""


STEPS_OF_LIFE = ("qualified", "opportunity", "won")

Found = tuple[int, int]
Figures = dict[str, dict[str, list[int]]]

# One person's times are read from their rows, where they are exact.
_TIMES = (ELAPSED, BUSINESS, UNTOUCHED)
# Of the last touch only the return of campaigns is told.
LAST_TOUCH, OF_LAST_TOUCH = "last_touch", (DECISION, REACHED)


class Delta:
    """Differences by slice, of those only that are ``wanted``."""

    def __init__(self, wanted: Callable[[Place], bool] = lambda _place: True) -> None:
        self.figures: dict[Place, Figures] = {}
        self._wanted = cache(wanted)

    def add(self, brought: Brought, *, sign: int = 1) -> None:
        """Add what a subject brings, or with the sign -1 take it away."""
        self._add(brought.parts, brought.by, sign)

    def replace(self, before: Brought, after: Brought) -> None:
        """Take away what a subject brought and add what it brings; what has stayed is not touched."""
        stayed = set(before.parts) & set(after.parts) if before.by == after.by else set()
        self._add((part for part in before.parts if part not in stayed), before.by, -1)
        self._add((part for part in after.parts if part not in stayed), after.by, 1)

    def _add(self, parts: Iterable[Part], by: By, sign: int) -> None:
        # Most parts of a subject go to the same slices, which are looked up once.
        known: dict[tuple[str, str, str, bool], list[Figures]] = {}
        for part in parts:
            if part.measure == CRITERIA:
                self._add_criteria(part, sign)
                continue
            is_time = part.measure.startswith(_TIMES)
            where = (part.month, part.day, part.owner, is_time)
            if where not in known:
                known[where] = self._of(places_of(*where, by=by))
            for figures in known[where]:
                found = figures.setdefault(part.measure, {}).setdefault(part.detail, [0, 0])
                found[0] += sign * part.n
                found[1] += sign * part.amount
            if part.measure in OF_LAST_TOUCH:
                self._add_last_touch(part, by, sign)

    def _of(self, places: Iterable[Place]) -> list[Figures]:
        return [self.figures.setdefault(place, {}) for place in places if self._wanted(place)]

    def _add_last_touch(self, part: Part, by: By, sign: int) -> None:
        for figures in self._of([Place(LAST_TOUCH, part.month, by.last_touch)]):
            found = figures.setdefault(part.measure, {}).setdefault(part.detail, [0, 0])
            found[0] += sign * part.n
            found[1] += sign * part.amount

    def _add_criteria(self, part: Part, sign: int) -> None:
        """See Note [Criteria in one part]."""
        version, decision, won, judged = part.detail.split("|")
        for figures in self._of([Place(CRITERIA, part.month, version)]):
            sums = figures.setdefault(JUDGED, {})
            for criterion in judged.split(" "):
                sums.setdefault(f"{criterion}|{decision}|{won}", [0, 0])[0] += sign * part.n


def merge(one: Figures, other: Figures) -> Figures:
    """Add the other figures to the one; what comes to nothing is left out. Neither shares what the other changes."""
    for measure, details in other.items():
        before = one.get(measure)
        # A page of a busy month adds ten thousand figures, most of them to nothing yet.
        told = _sum(before, details) if before else {detail: found for detail, found in details.items() if any(found)}
        if told:
            one[measure] = told
        else:
            one.pop(measure, None)
    return one


def _sum(one: dict[str, list[int]], other: dict[str, list[int]]) -> dict[str, list[int]]:
    for detail, found in other.items():
        before = one.get(detail)
        both = [before[0] + found[0], before[1] + found[1]] if before else found
        if any(both):
            one[detail] = both
        else:
            one.pop(detail, None)
    return one


def without_times(figures: Figures) -> Figures:
    """Return figures without how long things took."""
    return {measure: details for measure, details in figures.items() if not measure.startswith(_TIMES)}


def places_of(month: str, day: str, owner: str, is_time: bool, *, by: By) -> Iterator[Place]:
    """Return the slices that a part of a day and an owner is counted in. See Note [Slices]."""
    yield Place("all", month, "")
    yield Place("all", month, "", by.part)
    yield Place("day", month, day)
    if not is_time:
        yield Place("owner", month, owner)
        yield Place("owner", month, owner, by.part)
    yield Place("campaign", month, by.campaign)
    yield Place("campaign", month, by.campaign, by.part)
    yield Place("team", month, by.team)
    yield Place("segment", month, by.segment)
    yield Place("tier", month, by.tier)
    yield Place("source", month, by.source)
