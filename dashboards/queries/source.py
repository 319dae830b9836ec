"""Where a month's figures come from: what was added up, or the rows themselves."""

from datetime import datetime

from dashboards.queries.cut import Cut
from dashboards.queries.direct import Direct
from dashboards.queries.rolled import Rolled
from dashboards.rollups.reading import Asked, counts_of

Source = Direct | Rolled


def source_of(cut: Cut, *, at: datetime, zone: str) -> Source:
    """Return what answers for a cut; slices have one dimension, so a person's part of a tier is read from its rows."""
    if cut.tier and cut.owner:
        return Direct(cut, at, zone)
    counts = counts_of(_asked(cut), zone=zone)
    return Direct(cut, at, zone) if counts is None else Rolled(cut, at, zone, counts)


def _asked(cut: Cut) -> Asked:
    if cut.tier:
        return Asked("tier", cut.tier, cut.first_shown, cut.month)
    if cut.owner:
        return Asked("owner", str(cut.owner), cut.first_shown, cut.month)
    return Asked("all", "", cut.first_shown, cut.month)
