"""Whether sales owns a lead."""

from leads.models import Handover, Lead, Rejection


def handover_with_sales(lead: Lead) -> Handover | None:
    """Return the handover by which sales owns the lead now, or None: undecided, open, or rejected and not final."""
    last = Handover.objects.filter(lead=lead).select_related("subject", "version").order_by("-number").first()
    if last is None:
        return None
    if last.decision == Handover.Decision.REJECTED:
        unsettled = Rejection.objects.filter(
            handover=last, state__in=[Rejection.State.OPEN, Rejection.State.APPEALED]
        ).exists()
        return last if unsettled else None
    return None if last.progress == Handover.Progress.CLOSED else last
