"""Reading what was added up, with what has happened since: fresh to the second.

# Note [One revision]
Slices, and what each changed subject brought to them, are read by several statements. A worker may move the mark
between, and the difference would be told twice or not at all. So the slices tell their revision, and where it is
not the one that was read before, everything is read again.

# Note [As of the mark]
Adding what changed since the mark costs by the subject. While hundreds of leads arrive in a second a page would spend
all its time on the last two seconds; it tells the figures as of the mark instead and says of when they are. Where the
mark is older than a worker at work leaves it, the rows answer.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from dashboards.models import Rollup
from dashboards.rollups.changed import changed_subjects
from dashboards.rollups.counting import differing
from dashboards.rollups.parts import FORM, Delta, Figures, Found, Place, merge
from smarketing.lib.scope import current_organisation_id

# Of more subjects that changed since the mark a page does not add what they bring. See Note [As of the mark].
MOST_CHANGED = 100
OLDEST_MARK = timedelta(seconds=30)
TRIES = 3

NONE: Found = (0, 0)

READ = "select r.revision, f.* from dashboards_rollup r left join ({parts}) f on true where r.organisation_id = %s"
# ``part`` is "" for the whole; else its team, segment and tier are compared where they are asked for.
ASKED = """
select %s::int as asked, s.dimension, s.month::text, s.key, s.part, {figures}::text
from dashboards_slice s
where s.organisation_id = %s and s.dimension = %s and s.month = any(%s::date[]) and {narrowed}
"""


@dataclass(frozen=True)
class Asked:
    """Slices of some months: of one key or of every one (None), whole or narrowed to team, segment and tier."""

    dimension: str
    key: str | None
    months: frozenset[date]
    # Team, segment and tier, "" for any; None for the whole, without parts.
    narrowed: tuple[str, str, str] | None = None
    # Only these measures are needed; none named are all.
    measures: tuple[str, ...] = ()

    def wants(self, place: Place) -> bool:
        """Tell whether a slice is asked for."""
        if place.dimension != self.dimension or self.key not in (None, place.key):
            return False
        return date.fromisoformat(place.month) in self.months and self._fits(place.part)

    def _fits(self, part: str) -> bool:
        if self.narrowed is None or not part:
            return part == "" and self.narrowed is None
        return all(want in ("", has) for want, has in zip(self.narrowed, part.split("|"), strict=True))

    def statement(self, number: int) -> tuple[str, list[Any]]:
        """Return the query, with its number in each row, and its values."""
        values = [number, current_organisation_id(), self.dimension, sorted(self.months)]
        where = ["s.part = ''" if self.narrowed is None else "s.part <> ''"]
        if self.key is not None:
            where.append("s.key = %s")
            values.append(self.key)
        for position, wanted in enumerate(self.narrowed or (), start=1):
            if wanted:
                where.append(f"split_part(s.part, '|', {position}) = %s")
                values.append(wanted)
        return ASKED.format(figures=self._figures(), narrowed=" and ".join(where)), values

    def _figures(self) -> str:
        if not self.measures:
            return "s.figures"
        # Names of measures are our own, see parts.
        pairs = ", ".join(f"'{name}', s.figures -> '{name}'" for name in self.measures)
        return f"jsonb_strip_nulls(jsonb_build_object({pairs}))"


@dataclass
class Counts:
    """Counts and amounts (in hundredths) by month, measure and detail."""

    by_month: dict[date, Figures] = field(default_factory=lambda: defaultdict(dict))

    def add(self, month: date, figures: Figures) -> None:
        """Add figures of a month."""
        merge(self.by_month[month], figures)

    def of(self, month: date, measure: str, detail: str = "") -> Found:
        """Return one figure of a month."""
        n, amount = self.by_detail(month, measure).get(detail, NONE)
        return n, amount

    def by_detail(self, month: date, measure: str) -> Mapping[str, Sequence[int]]:
        """Return a measure of a month by its details, without those of which nothing is left."""
        return self.by_month[month].get(measure, {}) if month in self.by_month else {}


# What was found for each of what was asked, slice by slice.
Slices = dict[Place, Figures]


@dataclass(frozen=True)
class Read:
    """What was asked, one for one; ``as_of`` where it is not fresh. See Note [As of the mark]."""

    slices: list[Slices]
    as_of: datetime | None = None


def read_slices(asked: Sequence[Asked], *, at: datetime, zone: str) -> Read | None:
    """Return the slices as they are now; None where figures have to be read from the rows themselves."""
    for _ in range(TRIES):
        row = Rollup.objects.exclude(built_at=None).filter(zone=zone, form=FORM).first()
        if row is None:
            return None
        ids, as_of = changed_subjects(since=row.horizon, limit=MOST_CHANGED + 1), None
        if len(ids) > MOST_CHANGED:
            if row.folded_at is None or at - row.folded_at > OLDEST_MARK:
                return None
            ids, as_of = [], row.folded_at
        found = _read(asked, revision=row.revision)
        if found is not None:
            return Read(_with(found, _since_mark(ids, asked, zone=zone), asked), as_of)
    return None


def _since_mark(ids: Sequence[UUID], asked: Sequence[Asked], *, zone: str) -> Delta:
    """Return what subjects bring otherwise than was counted, in the slices that are asked for."""
    delta = Delta(wanted=lambda place: any(one.wants(place) for one in asked))
    for before, now in (differing(ids, zone=zone) if ids else {}).values():
        delta.replace(before, now)
    return delta


def counts_in(slices: Slices) -> Counts:
    """Return the sum of slices by month."""
    counts = Counts()
    for place, figures in slices.items():
        counts.add(date.fromisoformat(place.month), figures)
    return counts


def _read(asked: Sequence[Asked], *, revision: int) -> list[Slices] | None:
    """See Note [One revision]."""
    found: list[Slices] = [{} for _ in asked]
    for seen, number, *place, figures in _rows(asked):
        if seen != revision:
            return None
        if number is not None:
            found[number][Place(*place)] = json.loads(figures)
    return found


def _rows(asked: Sequence[Asked]) -> Iterator[tuple[Any, ...]]:
    statements = [one.statement(number) for number, one in enumerate(asked)]
    sql = READ.format(parts=" union all ".join(text for text, _values in statements))
    values = [value for _text, some in statements for value in some]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, current_organisation_id()])
        yield from cursor.fetchall()


def _with(found: list[Slices], delta: Delta, asked: Sequence[Asked]) -> list[Slices]:
    for place, figures in delta.figures.items():
        for one, slices in zip(asked, found, strict=True):
            if one.wants(place):
                # The same difference may be asked for twice, and sums are changed where they stand.
                slices[place] = merge(slices.get(place, {}), figures)
    return found
