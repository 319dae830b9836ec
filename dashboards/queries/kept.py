"""How a month's promises were kept by side and owner, for pages of an app that does not add up itself."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from datetime import date, datetime
from uuid import UUID

from dashboards.queries.promises import NOTHING_DUE, added, unswept_by_owner, verdict
from dashboards.rollups.parts import PROMISE
from dashboards.rollups.reading import Asked, Slices, read_slices
from sla.queries import Compliance
from sla.tallies import Tally, Whose


def kept_by_owner(month: date, at: datetime, zone: str) -> Mapping[Whose, Tally] | None:
    """Return what was due in a month, its first day given; None where the rows have to be counted."""
    read = read_slices([Asked("owner", None, frozenset({month}), measures=(PROMISE,))], at=at, zone=zone)
    if read is None:
        return None
    sums: dict[Whose, Compliance] = defaultdict(lambda: NOTHING_DUE)
    for whose, kept in _kept(read.slices[0]):
        sums[whose] = added(sums[whose], kept)
    for whose, late in unswept_by_owner(month, at=at, zone=zone):
        sums[whose] = added(sums[whose], Compliance(0, late, -late, 0, 0))
    return {whose: astuple(kept) for whose, kept in sums.items() if any(astuple(kept))}


def _kept(slices: Slices) -> Iterator[tuple[Whose, Compliance]]:
    for place, figures in slices.items():
        for detail, (n, _amount) in figures.get(PROMISE, {}).items():
            side, _commitment, state = detail.split("|")
            yield (side, UUID(place.key) if place.key else None), verdict(state, n)
