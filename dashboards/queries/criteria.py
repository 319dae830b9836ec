"""What became of handovers that met a criterion and of those that did not, from what was recorded when they were sent.

# Note [Ripe months]
Acceptance is known within days, a purchase counts for 90. Purchases are therefore told of those months alone whose
handovers have had their time: the newest ones would make every criterion look worse than it is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Case, Count, F, Func, When

from dashboards.formulas import Share, is_mature
from dashboards.queries.cut import months_between
from dashboards.rollups import Asked, read_slices
from dashboards.rollups.parts import CRITERIA, JUDGED
from leads.models import Handover
from leads.queries.cohorts import REACHED
from sla.queries import end_of_month

_TAKEN = (Handover.Decision.ACCEPTED, Handover.Decision.DEEMED_ACCEPTED, Handover.Decision.ACCEPTED_BY_RULING)


@dataclass(frozen=True)
class Outcomes:
    """Handovers that were judged alike by a criterion; ``ripe`` ones had their time to buy, of which some did."""

    sent: int = 0
    taken: int = 0
    rejected: int = 0
    ripe: int = 0
    won: int = 0

    @property
    def accepted(self) -> Share:
        """What sales took, rulings included, of what was decided."""
        decided = self.taken + self.rejected
        return Share(self.taken, decided, self.sent - decided)

    @property
    def bought(self) -> Share:
        """Purchases of those that had their time; see Note [Ripe months]."""
        return Share(self.won, self.ripe, self.sent - self.ripe)


class Counted(NamedTuple):
    """Handovers of one month that were judged and ended alike."""

    key: str
    month: date
    state: str
    decision: str
    won: bool
    n: int


# By criterion, then by how it was judged: met, not_met, unknown.
ByCriterion = Mapping[str, Mapping[str, Outcomes]]


@dataclass(frozen=True)
class CriteriaAsked:
    """Criteria of an agreement version, over the handovers of some months that were sent under it."""

    version: int
    keys: Collection[str]
    first: date
    last: date


def criteria_outcomes(asked: CriteriaAsked, *, at: datetime, zone: str) -> ByCriterion:
    """Return what became of the handovers, by criterion."""
    rolled = rolled_criteria(asked, at=at, zone=zone)
    return _added(direct_criteria(asked) if rolled is None else rolled, at=at, zone=zone)


def rolled_criteria(asked: CriteriaAsked, *, at: datetime, zone: str) -> list[Counted] | None:
    """Return the counts from what was added up; None where the rows have to be read."""
    months = frozenset(months_between(asked.first, asked.last))
    read = read_slices([Asked(CRITERIA, str(asked.version), months, measures=(JUDGED,))], at=at, zone=zone)
    if read is None:
        return None
    figures = [(date.fromisoformat(place.month), found.get(JUDGED, {})) for place, found in read.slices[0].items()]
    rows = (_counted(month, detail, sums[0]) for month, found in figures for detail, sums in found.items())
    return [row for row in rows if row.key in asked.keys and row.n]


def _counted(month: date, detail: str, n: int) -> Counted:
    criterion, decision, won = detail.split("|")
    key, _colon, state = criterion.partition(":")
    return Counted(key, month, state, decision, bool(won), n)


class _Each(Func):
    function = "unnest"
    set_returning = True


def direct_criteria(asked: CriteriaAsked) -> list[Counted]:
    """Return the same counts from the handovers themselves."""
    rows = Handover.objects.filter(
        counted_month__range=(asked.first, asked.last), merged_into=None, version__number=asked.version
    )
    # Without a date the comparison is unknown to the database; to us it was not won.
    is_won = Case(When(REACHED["won"], then=True), default=False)
    told = rows.annotate(one=_Each(F("judged")), is_won=is_won)
    tallies = told.values_list("one", "counted_month", "decision", "is_won").annotate(n=Count("pk")).order_by()
    return list(_of_keys(tallies, asked))


def _of_keys(tallies: Iterable[tuple[str, date, str, bool, int]], asked: CriteriaAsked) -> Iterator[Counted]:
    for one, month, decision, won, n in tallies:
        key, _colon, state = one.partition(":")
        if key in asked.keys:
            yield Counted(key, month, state, decision, won, n)


def _added(rows: list[Counted], *, at: datetime, zone: str) -> ByCriterion:
    ripe = {month: is_mature(end_of_month(month, zone=zone), at=at) for month in {row.month for row in rows}}
    found: dict[str, dict[str, Outcomes]] = defaultdict(lambda: defaultdict(Outcomes))
    for row in rows:
        before = found[row.key][row.state]
        found[row.key][row.state] = Outcomes(
            sent=before.sent + row.n,
            taken=before.taken + row.n * (row.decision in _TAKEN),
            rejected=before.rejected + row.n * (row.decision == Handover.Decision.REJECTED),
            ripe=before.ripe + row.n * ripe[row.month],
            won=before.won + row.n * (row.won and ripe[row.month]),
        )
    return found
