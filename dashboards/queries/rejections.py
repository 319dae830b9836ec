"""Why sales sent leads back."""

from collections import Counter
from dataclasses import dataclass

from dashboards.queries.cut import Cut
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
    rows = Rejection.objects.filter(
        cut.on_handovers("handover__"),
        handover__counted_month=cut.month,
        handover__merged_into=None,
        handover__decision__in=STOOD,
    ).exclude(reason_class=Rejection.Class.PROCEDURAL)
    # The last one of a handover is the one that stood; earlier ones were undone.
    last = rows.order_by("handover_id", "-at", "-pk").distinct("handover_id")
    found = list(last.values_list("reason", "reason_label", "reason_class", "state"))
    counts = Counter((key, label, reason_class) for key, label, reason_class, _ in found)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Rejections(
        total=len(found),
        disputed=sum(state == Rejection.State.APPEALED for *_, state in found),
        reasons=[Reason(*reason, count) for reason, count in ordered],
    )
