"""Where a month's figures come from: what was added up, or the rows themselves."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from dashboards.queries.cut import Cut, narrowed_to
from dashboards.queries.direct import Direct
from dashboards.queries.rolled import Rolled
from dashboards.rollups.parts import BAND, DECISION, ELAPSED, PROMISE, REACHED, UNTOUCHED, Place
from dashboards.rollups.reading import Asked, Counts, Slices, counts_in, read_slices

Source = Direct | Rolled

# A part of a slice by team, segment and tier.
TEAM = 0


def source_of(cut: Cut, *, at: datetime, zone: str) -> Source:
    """Return what answers for a cut; slices know no person's part of a campaign, so that is read from its rows."""
    if cut.owner and cut.campaign:
        told = read_slices([_of_segments(cut)], at=at, zone=zone)
        return Direct(cut, at, zone, in_segments=_segments(told.slices[0]) if told else None)
    found = read_slices(_asked(cut), at=at, zone=zone)
    if found is None:
        return Direct(cut, at, zone)
    mine, whole, teams, campaigns, segments = found.slices
    return Rolled(
        cut, at, zone,
        as_of=found.as_of or at,
        counts=counts_in(mine),
        whole=counts_in(whole),
        by_team=_grouped(teams, lambda place: place.key if place.dimension == "team" else place.part.split("|")[TEAM]),
        by_campaign=_grouped(campaigns, lambda place: place.key),
        in_segments=_segments(segments),
    )  # fmt: skip


def _asked(cut: Cut) -> Sequence[Asked]:
    months, month = frozenset(cut.months), frozenset({cut.month})
    narrowed = narrowed_to(cut)
    owing = (f"{ELAPSED}_{BAND}", UNTOUCHED)
    campaign = str(cut.campaign) if cut.campaign else None
    return (
        _of_cut(cut, months),
        Asked("all", "", months, measures=owing),
        _by_team(cut, month),
        Asked("campaign", campaign, month, narrowed, measures=(DECISION, REACHED)),
        _of_segments(cut),
    )


def _of_segments(cut: Cut) -> Asked:
    return Asked("segment", None, frozenset(cut.months), measures=(DECISION,))


def _segments(slices: Slices) -> list[str]:
    return sorted({place.key for place, figures in slices.items() if place.key and figures})


def _of_cut(cut: Cut, months: frozenset[date]) -> Asked:
    """Return the slices that a cut is made of: one for each month where one dimension says it all."""
    one = {"owner": cut.owner, "campaign": cut.campaign, "team": cut.team, "segment": cut.segment, "tier": cut.tier}
    chosen = [(dimension, str(key)) for dimension, key in one.items() if key]
    if len(chosen) <= 1:
        dimension, key = chosen[0] if chosen else ("all", "")
        return Asked(dimension, key, months)
    return Asked(*_in_parts(cut), months, narrowed_to(cut))


def _in_parts(cut: Cut) -> tuple[str, str]:
    """Return the dimension and key whose parts make up the cut."""
    if cut.campaign:
        return "campaign", str(cut.campaign)
    return ("owner", str(cut.owner)) if cut.owner else ("all", "")


def _by_team(cut: Cut, month: frozenset[date]) -> Asked:
    if cut.campaign or cut.owner or cut.segment or cut.tier:
        return Asked(*_in_parts(cut), month, narrowed_to(cut) or ("", "", ""), measures=(PROMISE,))
    return Asked("team", str(cut.team) if cut.team else None, month, measures=(PROMISE,))


def _grouped(slices: Slices, key_of: Callable[[Place], str]) -> Mapping[str, Counts]:
    grouped: dict[str, Slices] = defaultdict(dict)
    for place, figures in slices.items():
        grouped[key_of(place)][place] = figures
    return {key: counts_in(some) for key, some in grouped.items()}
