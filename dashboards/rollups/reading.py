"""Reading what was added up, with what has happened since: fresh to the second.

# Note [One revision]
Slices, and what each changed subject brought to them, are read by several statements. A worker may move the mark
between, and the difference would be told twice or not at all. So the slices tell their revision, and where it is
not the one that was read before, everything is read again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from dashboards.models import Rollup
from dashboards.rollups.changed import changed_subjects
from dashboards.rollups.counting import differing
from dashboards.rollups.parts import CREDIT, FORM, PENDING, POINTS, SUSPENDED, Delta
from smarketing.lib.scope import current_organisation_id

# Where more than this has changed since the mark, reading the rows themselves is cheaper.
MOST_CHANGED = 400
TRIES = 3

# Marketing's points are nobody's: in a person's figures they are those of everybody.
OF_ALL = (POINTS, CREDIT, PENDING, SUSPENDED)

READ = """
select r.revision, s.month, s.day, s.measure, s.detail, s.n, s.amount
from dashboards_rollup r left join (
  select month, case when measure = %(points)s then day end as day, measure, detail, sum(n) as n, sum(amount) as amount
  from dashboards_slice
  where organisation_id = %(organisation)s and month between %(first)s and %(last)s
    and ((dimension = %(dimension)s and key = %(key)s and measure <> all (%(of_all)s))
      or (dimension = 'all' and key = '' and measure = any (%(of_all)s)))
  group by 1, 2, 3, 4
) s on true
where r.organisation_id = %(organisation)s
"""

Found = tuple[int, Decimal]
NONE: Found = (0, Decimal(0))


@dataclass(frozen=True)
class Asked:
    """One part of the work (everything: "all" and "") in the months from ``first`` to ``last``."""

    dimension: str
    key: str
    first: date
    last: date

    @property
    def of_all(self) -> list[str]:
        """Which measures are those of everybody."""
        return list(OF_ALL) if self.dimension == "owner" else []

    def wants(self, dimension: str, key: str, month: str, measure: str) -> bool:
        """Tell whether a place is asked for."""
        meant = ("all", "") if measure in self.of_all else (self.dimension, self.key)
        return (dimension, key) == meant and self.first <= date.fromisoformat(month) <= self.last


@dataclass
class Counts:
    """Counts and amounts by month, measure and detail; points also by day."""

    by_month: dict[date, dict[tuple[str, str], Found]] = field(default_factory=lambda: defaultdict(dict))
    points: dict[date, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, month: date, day: date | None, of: tuple[str, str], n: int, amount: Decimal) -> None:
        """Add to the figure of a measure and detail."""
        measure, detail = of
        if measure == POINTS and day is not None:
            self.points[month][day] = self.points[month].get(day, Decimal(0)) + amount
            return
        before = self.by_month[month].get((measure, detail), NONE)
        self.by_month[month][measure, detail] = (before[0] + n, before[1] + amount)

    def of(self, month: date, measure: str, detail: str = "") -> Found:
        """Return one figure of a month."""
        return self.by_month.get(month, {}).get((measure, detail), NONE)

    def by_detail(self, month: date, measure: str) -> Mapping[str, Found]:
        """Return a measure of a month by its details, without those of which nothing is left."""
        found = self.by_month.get(month, {}).items()
        return {detail: sums for (name, detail), sums in found if name == measure and sums != NONE}


def counts_of(asked: Asked, *, zone: str) -> Counts | None:
    """Return the figures as they are now; None where they have to be read from the rows themselves."""
    for _ in range(TRIES):
        row = Rollup.objects.exclude(built_at=None).filter(zone=zone, form=FORM).first()
        if row is None:
            return None
        ids = changed_subjects(since=row.horizon, limit=MOST_CHANGED + 1)
        if len(ids) > MOST_CHANGED:
            return None
        delta = Delta()
        for before, now in (differing(ids, zone=zone) if ids else {}).values():
            delta.replace(before, now)
        counts = _read(asked, revision=row.revision)
        if counts is not None:
            return _with(counts, delta, asked)
    return None


def _read(asked: Asked, *, revision: int) -> Counts | None:
    """See Note [One revision]."""
    counts = Counts()
    for found, month, *rest in _rows(asked):
        if found != revision:
            return None
        if month is not None:
            day, measure, detail, n, amount = rest
            counts.add(month, day, (measure, detail), int(n), amount)
    return counts


def _rows(asked: Asked) -> Iterator[tuple]:  # type: ignore[type-arg]
    values = vars(asked) | {
        "organisation": current_organisation_id(),
        "of_all": asked.of_all,
        "points": POINTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        yield from cursor.fetchall()


def _with(counts: Counts, delta: Delta, asked: Asked) -> Counts:
    for (dimension, key, month, day, measure, detail), (n, amount) in delta.sums().items():
        if asked.wants(dimension, key, month, measure):
            counts.add(date.fromisoformat(month), date.fromisoformat(day), (measure, detail), n, amount)
    return counts
