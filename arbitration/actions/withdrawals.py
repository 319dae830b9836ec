"""Taking an appeal back before it is ruled on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from arbitration.actions.appeals import NotYourAppeal
from arbitration.actions.locking import lock_open
from arbitration.models import Case
from arbitration.rules import WITHDRAWN
from events.actions import record
from leads.actions import settle_rejection
from sla.actions import cancel_clocks
from tenants.models import Membership
from tenants.roles import Role


@transaction.atomic
def withdraw_case(case: Case, *, by: Membership, at: datetime) -> None:
    """Take the appeal back: the rejection is final, the board owes nothing any more.

    Raises NotYourAppeal, AlreadyRuled, CaseWithdrawn.
    """
    if by.pk != case.filed_by_id and not by.has(Role.MARKETING_MANAGER):
        raise NotYourAppeal(_("Who filed the appeal or the marketing manager can withdraw it."))
    held = lock_open(case)
    cancel_clocks(held.subject, at=at, by=by)
    Case.objects.filter(pk=held.pk).update(stage=WITHDRAWN, updated_at=at)
    settle_rejection(held.rejection, outcome="withdrawn", by=by, at=at)
    told = {"number": held.number, "rejected_by": str(held.rejection.by_id)}
    record("case.withdrawn", held, by=by, at=at, thread=held.handover.lead_id, data=told)
