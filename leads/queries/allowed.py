"""What a member can do with a lead at the moment."""

from datetime import datetime, timedelta

from events.actions import UNDO_WINDOW
from leads.access import SEE_ALL
from leads.models import Handover, Rejection
from leads.queries.shapes import ClaimView
from tenants.models import Membership
from tenants.roles import MARKETING, Role

SALES = (Role.SALES_REP, Role.SALES_MANAGER)


def allowed_to(
    handover: Handover | None, rejection: ClaimView | None, membership: Membership, *, at: datetime
) -> frozenset[str]:
    """Return what this member can do with the lead now."""
    marketing = membership.has(*MARKETING)
    if handover is None or not membership.has(*SALES):
        return _marketing_may(handover, rejection) if marketing else frozenset()
    may = set()
    if not membership.has(*SEE_ALL) and handover.assigned_to_id not in (None, membership.pk):
        # Somebody who is away has it: who stands in looks at it, and decides what has come over to them.
        return frozenset()
    if handover.decision == Handover.Decision.PENDING:
        may |= {"accept", "reject", "attempt"}
    elif handover.decision != Handover.Decision.REJECTED and handover.progress != Handover.Progress.CLOSED:
        may |= {"attempt", "progress"}
    if may and membership.has(Role.SALES_MANAGER):
        may.add("reassign")
    if can_undo(handover, membership, at=at):
        may.add("undo")
    return frozenset(may) | (_marketing_may(handover, rejection) if marketing else frozenset())


def can_undo(handover: Handover, membership: Membership, *, at: datetime) -> bool:
    """Tell whether the member's own decision can still be taken back."""
    if handover.decided_by_id != membership.pk or handover.decided_at is None:
        return False
    return at - handover.decided_at <= UNDO_WINDOW


def seconds_left(handover: Handover, *, at: datetime) -> int:
    """Return for how long the decision can be taken back."""
    if handover.decided_at is None:
        return 0
    return max(0, int((handover.decided_at + UNDO_WINDOW - at) / timedelta(seconds=1)))


def _marketing_may(handover: Handover | None, rejection: ClaimView | None) -> frozenset[str]:
    if handover is None or handover.progress == Handover.Progress.CLOSED:
        return frozenset({"handover"})
    if handover.decision != Handover.Decision.REJECTED or rejection is None:
        return frozenset()
    if rejection.state == Rejection.State.OPEN:
        appealable = handover.version.content["arbitration"]["appealable"]
        return frozenset({"appeal"}) if rejection.reason_class in appealable else frozenset()
    return frozenset() if rejection.state == Rejection.State.APPEALED else frozenset({"handover"})
