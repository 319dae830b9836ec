"""Whether a closed month still says what it said when it was closed.

The database refuses to change a closed month and to write into its ledger. This is the proof that it did: the figures
against their hash, the hash against the event of the close, and what the ledger says today against what was frozen.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from events.models import Event
from sla.content import content_hash
from sla.models import CreditEntry, Month
from sla.queries.month_figures import plain_amount


@dataclass(frozen=True)
class MonthProof:
    """Each check by itself, so that a failure says where to look."""

    hash_holds: bool
    event_holds: bool
    ledger_holds: bool

    @property
    def holds(self) -> bool:
        """Tell whether all of it does."""
        return self.hash_holds and self.event_holds and self.ledger_holds


def proof_of(row: Month) -> MonthProof | None:
    """Return whether a closed month holds; None while it is open."""
    if row.state != Month.State.CLOSED:
        return None
    closing = Event.objects.filter(subject_id=row.pk, kind="month.closed").values_list("data", flat=True).first()
    told: dict[str, Any] = closing or {}
    return MonthProof(
        hash_holds=content_hash(row.figures) == row.figures_hash,
        event_holds=told.get("hash") == row.figures_hash and told.get("delivered") == row.figures["delivered_points"],
        ledger_holds=_ledger_now(row) == row.figures["ledger"],
    )


def _ledger_now(row: Month) -> dict[str, dict[str, Any]]:
    lines = CreditEntry.objects.filter(month=row.month).values_list("kind").annotate(Count("pk"), Sum("points"))
    return {kind: {"lines": count, "points": plain_amount(points)} for kind, count, points in lines.order_by()}
