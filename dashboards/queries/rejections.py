"""Why sales sent leads back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboards.queries.cut import Cut, narrowed_to
from dashboards.rollups import Asked, read_slices
from dashboards.rollups.parts import REJECTION
from leads.models import Rejection
from leads.queries.cohorts import STOOD


@dataclass(frozen=True)
class Reason:
    """One reason of the agreement and how often it was given."""

    key: str
    label: str
    reason_class: str
    count: int


@dataclass(frozen=True)
class Rejections:
    """The rejections of a cohort by reason, the most frequent first; ``disputed`` ones are before the board."""

    total: int
    disputed: int
    reasons: list[Reason]


def rejections(cut: Cut) -> Rejections:
    """Return the rejections of the month's handovers; what was undone or only sent to another rep is none."""
    found = list(_last(cut).values_list("reason", "reason_label", "reason_class", "state"))
    counts = Counter((key, label, reason_class) for key, label, reason_class, _ in found)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Rejections(
        total=len(found),
        disputed=sum(state == Rejection.State.APPEALED for *_, state in found),
        reasons=[Reason(*reason, count) for reason, count in ordered],
    )


def _last(cut: Cut) -> Any:
    rows = Rejection.objects.filter(
        cut.on_handovers("handover__"),
        handover__counted_month=cut.month,
        handover__merged_into=None,
        handover__decision__in=STOOD,
    ).exclude(reason_class=Rejection.Class.PROCEDURAL)
    # The last one of a handover is the one that stood; earlier ones were undone.
    return rows.order_by("handover_id", "-at", "-pk").distinct("handover_id")


CAMPAIGN, REP = "campaign", "rep"
_COLUMNS = {CAMPAIGN: "handover__lead__campaign", REP: "handover__assigned_to"}


def rejected_by(cut: Cut, by: str, *, at: datetime, zone: str) -> Mapping[str, int]:
    """Return how many rejections of the month's handovers each campaign, or each rep, has; "" is none."""
    found = rolled_rejected(cut, by, at=at, zone=zone)
    return direct_rejected(cut, by) if found is None else found


def rolled_rejected(cut: Cut, by: str, *, at: datetime, zone: str) -> Mapping[str, int] | None:
    """Return the same from what was added up; None where the rows have to be read."""
    narrowed, month = narrowed_to(cut), frozenset({cut.month})
    # One person's part of a campaign is read from its rows; see dashboards.rollups.parts, Note [Slices].
    if by == CAMPAIGN and not cut.owner:
        asked = Asked("campaign", str(cut.campaign) if cut.campaign else None, month, narrowed, measures=(REJECTION,))
    elif by == REP and not cut.campaign:
        asked = Asked("owner", str(cut.owner) if cut.owner else None, month, narrowed, measures=(REJECTION,))
    else:
        return None
    read = read_slices([asked], at=at, zone=zone)
    if read is None:
        return None
    counts: Counter[str] = Counter()
    for place, figures in read.slices[0].items():
        counts[place.key] += sum(n for n, _amount in figures.get(REJECTION, {}).values())
    return +counts


def direct_rejected(cut: Cut, by: str) -> Mapping[str, int]:
    """Return the same from the rejections themselves."""
    return Counter(str(key or "") for key in _last(cut).values_list(_COLUMNS[by], flat=True))
