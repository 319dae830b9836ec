"""What marketing does with a rejected lead, and how a dispute about it ends.

A rejection ends once: corrected and resent, nurtured, upheld, overturned, withdrawn or not answered in time.
Each end settles the handover's sales clocks and its credit.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions import evidence
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead
from leads.actions.deciding import RETURN_ANSWER
from leads.actions.editing import correct
from leads.actions.judging import rescore
from leads.actions.nurturing import require_day_to_come
from leads.actions.sending import hand_over, zone_of_organisation
from leads.actions.status import begin_status
from leads.models import Handover, Lead, Rejection
from sla import actions as sla
from sla.models import Clock, Side
from sla.queries import agreement_in_force
from smarketing.lib.errors import DomainError
from tenants.files import Upload
from tenants.models import Membership


class RejectionAnswered(DomainError):
    """The return was answered already; ``state`` says how."""

    code = "rejection_answered"


class ReturnOver(DomainError):
    """The time to answer is over; the rejection has become final."""

    code = "return_over"


class NotAppealable(DomainError):
    """The agreement lets only definitional and clerical rejections be appealed."""

    code = "not_appealable"


class RejectionNotAppealed(DomainError):
    """There is no dispute about it to settle."""

    code = "rejection_not_appealed"


@transaction.atomic
def resend_lead(
    rejection: Rejection,
    *,
    changes: Mapping[str, Any],
    note: str = "",
    uploads: Sequence[Upload] = (),
    by: Membership,
    at: datetime,
) -> Handover:
    """Correct the lead and hand it over again: a new handover with new clocks and the cycle's credit.

    ``changes`` may hold CORRECTABLE fields; files are evidence of the answer. Raises RejectionAnswered, ReturnOver,
    InvalidInput, and what hand_over raises; a lead below the threshold goes with the note as the reason, so it
    needs one.
    """
    handover, rejection = _locked_open(rejection, at=at)
    evidence.attach(handover, rejection, uploads, side=Side.MARKETING, by=by, at=at)
    _answer(handover, rejection, Rejection.State.RESENT, by=by, at=at)
    _make_final(handover, by=by, at=at)
    lead = locked_lead(handover.lead_id)
    correct(lead, changes, at=at)
    version = agreement_in_force(at=at)
    if version is not None:
        rescore(lead, version, by=by, at=at)
    return hand_over(lead, by=by, at=at, note=note, override_reason="" if lead.tier else note)


@transaction.atomic
def nurture_lead(
    rejection: Rejection,
    *,
    wake_on: date,
    note: str = "",
    uploads: Sequence[Upload] = (),
    by: Membership,
    at: datetime,
) -> Rejection:
    """Keep the lead warm until a day to come; the rejection becomes final. Raises as resend_lead does."""
    require_day_to_come(wake_on, at=at)
    handover, rejection = _locked_open(rejection, at=at)
    evidence.attach(handover, rejection, uploads, side=Side.MARKETING, by=by, at=at)
    _answer(handover, rejection, Rejection.State.NURTURED, by=by, at=at, wake_on=wake_on.isoformat())
    _make_final(handover, by=by, at=at)
    lead = locked_lead(handover.lead_id)
    # The note is personal text of marketing; it stays with the lead, not in the event.
    custom = {**lead.custom, "nurture_note": note.strip()} if note.strip() else lead.custom
    change_lead(lead, at=at, by=by, stage=Lead.Stage.NURTURE, wake_on=wake_on, sales_owner=None, custom=custom)
    return rejection


@transaction.atomic
def mark_appealed(rejection: Rejection, *, by: Membership, at: datetime) -> Rejection:
    """Note that marketing disputes the rejection; sales clocks stay paused, the answer is given in time.

    Raises NotAppealable, RejectionAnswered, ReturnOver.
    """
    handover, rejection = _locked_open(rejection, at=at)
    if rejection.reason_class not in handover.version.content["arbitration"]["appealable"]:
        raise NotAppealable(_("A rejection of this kind cannot be appealed."))
    _answer(handover, rejection, Rejection.State.APPEALED, by=by, at=at)
    return rejection


@transaction.atomic
def settle_rejection(rejection: Rejection, *, outcome: str, by: Membership | None, at: datetime) -> Handover:
    """End a dispute: "overturned" makes the handover accepted by ruling, "upheld" and "withdrawn" the rejection final.

    Overturned: paused clocks go on with the time left, the credit stays. Raises RejectionNotAppealed.
    """
    handover = locked_handover(rejection.handover)
    state = Rejection.State(outcome)
    appealed = Rejection.objects.filter(pk=rejection.pk, state=Rejection.State.APPEALED)
    if not appealed.update(state=state):
        raise RejectionNotAppealed(_("This rejection is not in dispute any more."))
    if state == Rejection.State.OVERTURNED:
        _accept_by_ruling(handover, by=by, at=at)
    else:
        _make_final(handover, by=by, at=at)
        change_lead(locked_lead(handover.lead_id), at=at, by=by, stage=Lead.Stage.NURTURE, sales_owner=None)
    data = {"rejection": str(rejection.pk), "outcome": str(state)}
    record("handover.settled", handover, by=by, at=at, data=data, thread=handover.lead_id)
    return handover


def _accept_by_ruling(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    change_handover(handover, at=at, decision=Handover.Decision.ACCEPTED_BY_RULING, decided_at=at, decided_by=by)
    sla.resume_clocks(handover.subject, side="sales", at=at, by=by)
    begin_status(handover, by=by, at=at)
    sla.restore_credit(handover.subject, at=at)
    change_lead(locked_lead(handover.lead_id), at=at, by=by, stage=Lead.Stage.SAL)


@transaction.atomic
def expire_return(subject_id: UUID, *, at: datetime) -> Rejection | None:
    """Make a rejection final that nobody answered until the deadline ``at``; None when it was answered."""
    found = Rejection.objects.filter(handover__subject_id=subject_id, state=Rejection.State.OPEN).first()
    if found is None:
        return None
    handover = locked_handover(found.handover)
    open_ones = Rejection.objects.filter(pk=found.pk, state=Rejection.State.OPEN)
    if not open_ones.update(state=Rejection.State.EXPIRED, answered_at=at):
        return None
    # What falls away falls away after the deadline: on the very moment it would take the breach with it.
    _make_final(handover, by=None, at=at + timedelta.resolution)
    change_lead(locked_lead(handover.lead_id), at=at, stage=Lead.Stage.NURTURE, sales_owner=None)
    data = {"rejection": str(found.pk), "answer": str(Rejection.State.EXPIRED)}
    record("handover.returned", handover, by=None, at=at, data=data, thread=handover.lead_id)
    return found


def _locked_open(rejection: Rejection, *, at: datetime) -> tuple[Handover, Rejection]:
    """Return handover and rejection, locked and still to be answered at ``at``."""
    handover = locked_handover(rejection.handover)
    rejection = Rejection.objects.select_for_update().get(pk=rejection.pk)
    if rejection.state == Rejection.State.EXPIRED:
        raise ReturnOver(_("The time to answer is over; the rejection is final."))
    if rejection.state != Rejection.State.OPEN:
        raise RejectionAnswered(_("This return was answered already."), state=rejection.state)
    clock = Clock.objects.filter(subject=handover.subject_id, commitment=RETURN_ANSWER).order_by("-cycle").first()
    if clock is not None and clock.stopped_at is None and clock.due_at < at:
        raise ReturnOver(_("The time to answer is over; the rejection is final."))
    return handover, rejection


def _answer(handover: Handover, rejection: Rejection, state: str, *, by: Membership, at: datetime, **data: Any) -> None:
    Rejection.objects.filter(pk=rejection.pk).update(state=state, answered_at=at, answered_by=by)
    rejection.state, rejection.answered_at, rejection.answered_by = state, at, by
    sla.stop_clock(handover.subject, RETURN_ANSWER, at=at, by=by)
    change_handover(handover, at=at)
    facts = {"rejection": str(rejection.pk), "answer": str(state), **data}
    record("handover.returned", handover, by=by, at=at, data=facts, thread=handover.lead_id)


def _make_final(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    """Let what sales owed fall away and take the credit back: the rejection stands."""
    sla.cancel_clocks(handover.subject, at=at, by=by)
    sla.reverse_credit(handover.subject, at=at, zone=zone_of_organisation())
    change_handover(handover, at=at)
