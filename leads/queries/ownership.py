"""Whether sales owns a lead."""

from collections.abc import Collection
from uuid import UUID

from leads.models import Handover, Lead, Rejection


def handover_with_sales(lead: Lead) -> Handover | None:
    """Return the handover by which sales owns the lead now, or None: undecided, open, or rejected and not final."""
    last = last_handover(lead)
    return last if last is not None and is_with_sales(last) else None


def handovers_with_sales(lead_ids: Collection[UUID]) -> dict[UUID, Handover]:
    """Return what handover_with_sales does, for several leads in one query."""
    return {lead_id: last for lead_id, last in last_handovers(lead_ids).items() if is_with_sales(last)}


def last_handovers(lead_ids: Collection[UUID]) -> dict[UUID, Handover]:
    """Return what last_handover does, for several leads in one query."""
    if not lead_ids:
        return {}
    rows = Handover.objects.filter(lead__in=lead_ids, merged_into=None).select_related("subject", "version")
    return {row.lead_id: row for row in rows.order_by("lead_id", "-number").distinct("lead_id")}


def last_handover(lead: Lead) -> Handover | None:
    """Return the lead's newest handover (with subject and version), or None before the first."""
    rows = Handover.objects.filter(lead=lead, merged_into=None).select_related("subject", "version")
    return rows.order_by("-number").first()


def is_with_sales(last: Handover) -> bool:
    """Tell whether sales owns the lead by its newest handover."""
    if last.decision == Handover.Decision.REJECTED:
        unsettled = (Rejection.State.OPEN, Rejection.State.APPEALED)
        return Rejection.objects.filter(handover=last, state__in=unsettled).exists()
    return last.progress != Handover.Progress.CLOSED
