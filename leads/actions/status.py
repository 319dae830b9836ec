"""Keeping the status of an accepted lead current, where the agreement promises it.

# Note [What keeps a status current]
The time begins with the acceptance and anew with everything that sales tells of the lead: an attempt by a human, a
step of progress. Each stretch is a cycle of the commitment, kept or broken on its own, so that one silence is one
breach however long it lasts. Closing the lead is the last news. A change of owner tells nothing of the lead.
"""

from datetime import datetime

from leads.models import Handover
from sla import actions as sla
from sla.queries import commitment_of
from tenants.models import Membership

STATUS = "status_current"

IN_WORK = (Handover.Decision.ACCEPTED, Handover.Decision.DEEMED_ACCEPTED, Handover.Decision.ACCEPTED_BY_RULING)


def begin_status(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    """Start the first stretch of a lead that was just accepted."""
    if _is_promised(handover):
        sla.start_clock(handover.subject, STATUS, owner=handover.assigned_to, by=by, at=at)


def renew_status(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    """End the present stretch and begin the next: something was told of the lead."""
    if handover.decision in IN_WORK and _is_promised(handover) and end_status(handover, by=by, at=at):
        begin_status(handover, by=by, at=at)


def end_status(handover: Handover, *, by: Membership | None, at: datetime) -> bool:
    """End the present stretch with the last news; tell whether one was running."""
    return _is_promised(handover) and sla.stop_clock(handover.subject, STATUS, at=at, by=by) is not None


def forget_status(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    """Let the promise fall away with an acceptance that is taken back."""
    if _is_promised(handover):
        sla.cancel_clocks(handover.subject, commitments=[STATUS], by=by, at=at)


def _is_promised(handover: Handover) -> bool:
    return commitment_of(handover.version, STATUS, tier=handover.tier) is not None
