"""The board in numbers (pure): shares that always show what they are made of.

People appeal what they hope to win, so a share of overturned rulings says nothing about all rejections; every page
says so. Under FLOOR decided cases a share is not shown: it would name people rather than measure anything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

# From so many decided cases on a share is shown.
FLOOR = 5


@dataclass(frozen=True)
class Share:
    """Part of a whole; ``percent`` is None without a whole, or where the whole is too small to be told."""

    part: int
    whole: int
    floor: int = 1

    @property
    def percent(self) -> float | None:
        """Return the share from 0 to 100."""
        return 100 * self.part / self.whole if self.whole >= max(1, self.floor) else None


@dataclass(frozen=True)
class Decided:
    """Decided cases that are alike: their outcome and what they belong to, by cut."""

    outcome: str
    reason: str
    criterion: str
    campaign: str
    rep: str
    marketer: str
    cases: int = 1


@dataclass(frozen=True)
class CutRow:
    """How often rejections of one kind were overturned."""

    key: str
    share: Share


def overturn_rate(cases: Iterable[Decided], *, floor: int = 1) -> Share:
    """Return overturned ÷ (overturned + upheld)."""
    counted: Counter[str] = Counter()
    for case in cases:
        counted[case.outcome] += case.cases
    return Share(counted["overturned"], counted.total(), floor)


def cut_by(cases: Sequence[Decided], name: str) -> list[CutRow]:
    """Return the overturn rate by one cut, the most cases first; shares under the floor are not told."""
    groups: dict[str, list[Decided]] = {}
    for case in cases:
        groups.setdefault(getattr(case, name), []).append(case)
    rows = [CutRow(key, overturn_rate(group, floor=FLOOR)) for key, group in groups.items() if key]
    return sorted(rows, key=lambda row: (-row.share.whole, row.key))


@dataclass(frozen=True)
class Spread:
    """The middle of some durations in business days, and what nine of ten stay under (nearest rank)."""

    count: int
    median: float | None
    p90: float | None


def spread_of(days: Sequence[float]) -> Spread:
    """Return the spread of durations."""
    if not days:
        return Spread(0, None, None)
    ordered = sorted(days)
    rank = -(-9 * len(ordered) // 10)
    return Spread(len(ordered), float(median(ordered)), float(ordered[rank - 1]))


def acceptance(*, accepted: int, deemed: int, overturned: int, rejected: int) -> tuple[Share, Share]:
    """Return gross and net acceptance: before the board has spoken, and after.

    Gross counts an overturned rejection as the rejection that it was.
    """
    decided = accepted + deemed + overturned + rejected
    return Share(accepted + deemed, decided), Share(accepted + deemed + overturned, decided)
