"""What becomes of a handover when the board corrects its ruling.

# Note [After a correction]
Upheld instead of overturned: as if it had been upheld at first, from now on. Overturned instead of upheld: the
handover is accepted and its credit restored where no other handover has it; what the wrong ruling cancelled is owed
anew from now, with its full time, unless the lead has meanwhile been handed over again.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead
from leads.actions.sending import zone_of_organisation
from leads.actions.status import begin_status
from leads.models import Handover, Lead, Rejection
from sla import actions as sla
from sla.models import Clock
from smarketing.lib.errors import DomainError
from tenants.models import Membership

# What sales owes again after a correction.
_OWED_ANEW = ("first_contact", "attempts")


class LeadWentOn(DomainError):
    """Sales has gone on with the lead so far that its acceptance cannot be taken back."""

    code = "lead_went_on"


@transaction.atomic
def resettle_rejection(rejection: Rejection, *, outcome: str, by: Membership, at: datetime) -> Handover:
    """Let a corrected ruling take effect. See Note [After a correction]. Raises LeadWentOn."""
    handover = locked_handover(rejection.handover)
    Rejection.objects.filter(pk=rejection.pk).update(state=Rejection.State(outcome))
    if outcome == Rejection.State.OVERTURNED:
        _accept(handover, by=by, at=at)
    else:
        _reject(handover, rejection, by=by, at=at)
    data = {"rejection": str(rejection.pk), "outcome": outcome, "correction": True}
    record("handover.settled", handover, by=by, at=at, data=data, thread=handover.lead_id)
    return handover


def _reject(handover: Handover, rejection: Rejection, *, by: Membership, at: datetime) -> None:
    if handover.progress not in (Handover.Progress.NEW, Handover.Progress.CONTACTED):
        raise LeadWentOn(_("Sales has gone on with this lead meanwhile; its acceptance stands."))
    # It is the rejection of sales that stands again.
    decided = {"decided_at": rejection.at, "decided_by": rejection.by}
    change_handover(handover, at=at, decision=Handover.Decision.REJECTED, **decided)
    sla.cancel_clocks(handover.subject, at=at, by=by)
    sla.reverse_credit(handover.subject, at=at, zone=zone_of_organisation())
    if not _was_sent_again(handover):
        change_lead(locked_lead(handover.lead_id), at=at, by=by, stage=Lead.Stage.NURTURE, sales_owner=None)


def _accept(handover: Handover, *, by: Membership, at: datetime) -> None:
    change_handover(handover, at=at, decision=Handover.Decision.ACCEPTED_BY_RULING, decided_at=at, decided_by=by)
    sla.restore_credit(handover.subject, at=at)
    if _was_sent_again(handover):
        return
    cancelled = Clock.objects.filter(
        subject=handover.subject_id, state=Clock.State.CANCELLED, commitment__in=_OWED_ANEW
    ).values_list("commitment", flat=True)
    for commitment in sorted(set(cancelled)):
        sla.start_clock(handover.subject, commitment, owner=handover.assigned_to, at=at, by=by)
    begin_status(handover, by=by, at=at)
    change_lead(locked_lead(handover.lead_id), at=at, by=by, stage=Lead.Stage.SAL, sales_owner=handover.assigned_to)


def _was_sent_again(handover: Handover) -> bool:
    return Handover.objects.filter(lead=handover.lead_id, number__gt=handover.number, merged_into=None).exists()
