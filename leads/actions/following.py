"""What becomes of an accepted lead: qualified, an opportunity, won, lost, disqualified or never reached."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.actions import record
from leads import reasons
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead
from leads.actions.contacting import HandoverNotOpen, judge_attempts
from leads.actions.entering import require_entry
from leads.actions.status import end_status, renew_status
from leads.models import Handover, Lead
from leads.queries.reasons import reason_catalogue
from sla import actions as sla
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership

# What the column holds.
LEAST = Decimal("0.01")
LARGEST = Decimal(10) ** 12 - LEAST
ORDER = [step.value for step in Handover.Progress]
STAGES = {Handover.Progress.QUALIFIED: Lead.Stage.SQL, Handover.Progress.OPPORTUNITY: Lead.Stage.OPPORTUNITY}
ENDS = {
    Handover.Outcome.WON: Lead.Stage.CUSTOMER,
    Handover.Outcome.LOST: Lead.Stage.NURTURE,
    Handover.Outcome.DISQUALIFIED: Lead.Stage.DISQUALIFIED,
    Handover.Outcome.UNABLE_TO_REACH: Lead.Stage.NURTURE,
}


class NotAccepted(DomainError):
    """A lead is moved on only after it was accepted."""

    code = "handover_not_accepted"


class NotContacted(DomainError):
    """A lead is moved on only after somebody was in contact."""

    code = "not_contacted"


class StepBackwards(DomainError):
    """A handover goes forward; what went wrong is an outcome."""

    code = "step_backwards"


class DealTaken(DomainError):
    """One deal of the customer's own system belongs to one handover; ``handover`` says to which, if to another."""

    code = "deal_taken"


class AttemptsMissing(DomainError):
    """ "Unable to reach" is possible only after the agreed attempts; ``missing`` says how many are left."""

    code = "attempts_missing"


@transaction.atomic
def advance_handover(
    handover: Handover,
    *,
    progress: str = "",
    outcome: str = "",
    amount: Decimal | None = None,
    reason: str = "",
    crm_id: str = "",
    by: Membership,
    at: datetime,
) -> Handover:
    """Note a step of progress ("qualified", "opportunity") or the outcome that closes the handover.

    Won carries an amount, lost and disqualified a reason of the agreement; the stage that follows may demand more
    (EntryGaps). ``crm_id`` is the deal in the system that says so: it may say the same as often as it likes, and
    only the first time changes something. Raises NotAccepted, NotContacted, StepBackwards, AttemptsMissing,
    DealTaken, HandoverNotOpen, InvalidInput.
    """
    if amount is not None and not (amount.is_finite() and LEAST <= amount <= LARGEST):
        raise InvalidInput([FieldError("/amount", "out_of_range", "An amount is more than zero, with two decimals.")])
    handover = locked_handover(handover)
    if crm_id and _is_known(handover, crm_id, progress=progress, outcome=outcome, amount=amount, reason=reason):
        return handover
    _check_open(handover)
    if crm_id and not handover.crm_id:
        _take_deal(handover, crm_id, at=at)
    if outcome:
        _close(handover, outcome, amount=amount, reason=reason, by=by, at=at)
    else:
        _step(handover, progress, amount=amount, by=by, at=at)
    return handover


def _is_known(
    handover: Handover, crm_id: str, *, progress: str, outcome: str, amount: Decimal | None, reason: str
) -> bool:
    """Tell whether this deal has said the same before, or less than what happened since. Raises DealTaken."""
    if handover.crm_id not in ("", crm_id):
        raise DealTaken(_("This handover belongs to another deal already."))
    other = Handover.objects.filter(crm_id=crm_id).exclude(pk=handover.pk).first()
    if other is not None:
        raise DealTaken(_("This deal belongs to another handover already."), handover=str(other.pk))
    if not handover.crm_id:
        return False
    if outcome:
        same_amount = amount is None or amount == handover.amount
        return (handover.outcome, handover.outcome_reason) == (outcome, reason) and same_amount
    if progress not in STAGES or ORDER.index(progress) > ORDER.index(handover.progress):
        return False
    # A step that was passed long ago is old news, whatever it was worth then; the present one with its amount.
    return handover.progress != progress or amount is None or amount == handover.amount


def _take_deal(handover: Handover, crm_id: str, *, at: datetime) -> None:
    try:
        with transaction.atomic():
            change_handover(handover, at=at, crm_id=crm_id)
    except IntegrityError as error:
        # Two pushes at once, for two handovers.
        raise DealTaken(_("This deal belongs to another handover already.")) from error


def _check_open(handover: Handover) -> None:
    if handover.decision in (Handover.Decision.PENDING, Handover.Decision.REJECTED):
        raise NotAccepted(_("Accept the lead first."))
    if handover.progress == Handover.Progress.CLOSED:
        raise HandoverNotOpen(_("This handover is closed."))


def _step(handover: Handover, progress: str, *, amount: Decimal | None, by: Membership, at: datetime) -> None:
    if progress not in STAGES:
        raise InvalidInput([FieldError("/progress", "unknown_value", "Choose qualified or opportunity.")])
    if handover.contacted_at is None:
        raise NotContacted(_("Log the first contact before moving the lead on."))
    if ORDER.index(progress) <= ORDER.index(handover.progress):
        raise StepBackwards(_("The lead has come this far already."))
    step = Handover.Progress(progress)
    changes: dict[str, Any] = {"progress": step, "qualified_at": handover.qualified_at or at}
    if step == Handover.Progress.OPPORTUNITY:
        # Who comes back to an opportunity was there before; the cohort counts the first time.
        changes |= {"opportunity_at": handover.opportunity_at or at, "amount": amount or handover.amount}
    lead = locked_lead(handover.lead_id)
    require_entry(lead, STAGES[step], amount=changes.get("amount", handover.amount))
    change_handover(handover, at=at, **changes)
    change_lead(lead, at=at, by=by, stage=STAGES[step])
    renew_status(handover, by=by, at=at)
    data = {"progress": progress, "amount": str(amount) if amount is not None else None}
    record("handover.progressed", handover, by=by, at=at, data=data, thread=handover.lead_id)


def _close(
    handover: Handover, outcome: str, *, amount: Decimal | None, reason: str, by: Membership, at: datetime
) -> None:
    _check_outcome(handover, outcome, amount=amount or handover.amount, reason=reason)
    end = Handover.Outcome(outcome)
    if end == Handover.Outcome.UNABLE_TO_REACH:
        _require_attempts(handover)
    elif handover.contacted_at is None:
        raise NotContacted(_("Log the first contact before closing the lead."))
    lead = locked_lead(handover.lead_id)
    require_entry(lead, ENDS[end], amount=amount or handover.amount)
    change_handover(
        handover,
        at=at,
        progress=Handover.Progress.CLOSED,
        outcome=end,
        outcome_reason=reason,
        amount=amount or handover.amount,
        closed_at=at,
    )
    sla.record_fact(handover.subject, kind="closed", at=at)
    end_status(handover, by=by, at=at)
    sla.waive_clocks(handover.subject, at=at, by=by)
    change_lead(lead, at=at, by=by, stage=ENDS[end], sales_owner=None)
    data = {"outcome": outcome, "reason": reason, "amount": str(handover.amount) if handover.amount else None}
    record("handover.closed", handover, by=by, at=at, data=data, thread=handover.lead_id)


def _check_outcome(handover: Handover, outcome: str, *, amount: Decimal | None, reason: str) -> None:
    content, catalogue = handover.version.content, reason_catalogue()
    catalogues = {
        Handover.Outcome.LOST: reasons.lost_reasons(content, catalogue),
        Handover.Outcome.DISQUALIFIED: reasons.disqualification_reasons(content, catalogue),
    }
    if outcome not in ENDS:
        raise InvalidInput([FieldError("/outcome", "unknown_value", "Choose an outcome.")])
    end = Handover.Outcome(outcome)
    if end == Handover.Outcome.WON and amount is None:
        raise InvalidInput([FieldError("/amount", "missing", "A won lead carries an amount.")])
    if end in catalogues and reason not in catalogues[end]:
        raise InvalidInput([FieldError("/reason", "unknown_value", "Choose a reason of the agreement.")])


def _require_attempts(handover: Handover) -> None:
    verdict = judge_attempts(handover)
    if verdict is not None and verdict.missing:
        sentence = ngettext(
            "%(n)d more attempt is agreed before giving up.",
            "%(n)d more attempts are agreed before giving up.",
            verdict.missing,
        )
        raise AttemptsMissing(sentence % {"n": verdict.missing}, missing=verdict.missing)
