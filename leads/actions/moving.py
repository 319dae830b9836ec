"""Moving a lead through its stages by hand."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead
from leads.actions.entering import require_entry
from leads.actions.nurturing import require_day_to_come
from leads.models import Handover, Lead
from leads.queries.ownership import handover_with_sales
from leads.stages import BACK_BY_SALES, BY_MARKETING, NURTURE, STAGES, is_forward
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership
from tenants.roles import MARKETING, SALES

LONGEST_REASON = 1000
PROGRESS = {"sal": Handover.Progress.CONTACTED, "sql": Handover.Progress.QUALIFIED}


class StageNotByHand(DomainError):
    """The agreement, sales' decision or an outcome leads to this stage, not a hand."""

    code = "stage_not_by_hand"


class StageAlready(DomainError):
    """The lead is in this stage."""

    code = "stage_already"


class OwnedBySales(DomainError):
    """While sales owns a lead, only sales moves it."""

    code = "owned_by_sales"


@transaction.atomic
def move_lead(
    lead: Lead, *, stage: str, reason: str = "", wake_on: date | None = None, by: Membership, at: datetime
) -> Lead:
    """Move a lead by hand: marketing sorts what sales does not own, sales takes a step back with what it owns.

    A move that is not forward needs a reason; nurture takes a day to wake up on. Raises StageNotByHand,
    StageAlready, OwnedBySales, EntryGaps, WakeUpInThePast, InvalidInput.
    """
    lead, handover = _locked(lead)
    came_from, reason = lead.stage, reason.strip()
    if stage == came_from:
        raise StageAlready(_("The lead is in this stage already."))
    if stage not in STAGES:
        raise InvalidInput([FieldError("/stage", "unknown_value", _("There is no such stage."))])
    _require_reason(came_from, stage, reason)
    if handover is not None:
        _step_back(lead, handover, stage, reason=reason, by=by, at=at)
    else:
        _sort(lead, stage, reason=reason, wake_on=wake_on, by=by, at=at)
    data = {"from": came_from, "to": stage, "cycle": lead.cycle, "by_hand": True}
    record("lead.moved", lead, by=by, at=at, data=data, thread=lead.pk)
    return lead


def _locked(lead: Lead) -> tuple[Lead, Handover | None]:
    """Return the lead and the handover by which sales owns it, locked in the order in which everybody locks them."""
    seen = handover_with_sales(lead)
    if seen is not None:
        locked_handover(seen)
    lead = locked_lead(lead.pk)
    owning = handover_with_sales(lead)
    if owning is not None and seen is None:
        raise OwnedBySales(_("Sales has just got this lead."))
    return lead, owning


def _require_reason(came_from: str, stage: str, reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise InvalidInput([FieldError("/reason", "out_of_range", _("Say it shorter."))])
    if not reason and not is_forward(came_from, stage):
        raise InvalidInput([FieldError("/reason", "missing", _("Say why the lead goes back."))])


def _sort(lead: Lead, stage: str, *, reason: str, wake_on: date | None, by: Membership, at: datetime) -> None:
    if stage not in BY_MARKETING or not by.has(*MARKETING):
        raise StageNotByHand(_("Nobody moves a lead to this stage by hand."))
    if wake_on is not None:
        if stage != NURTURE:
            raise InvalidInput([FieldError("/wake_on", "not_allowed", _("Only a nurtured lead wakes up."))])
        require_day_to_come(wake_on, at=at)
    require_entry(lead, stage)
    change_lead(lead, at=at, by=by, reason=reason, stage=Lead.Stage(stage), wake_on=wake_on)


def _step_back(lead: Lead, handover: Handover, stage: str, *, reason: str, by: Membership, at: datetime) -> None:
    if not by.has(*SALES):
        raise OwnedBySales(_("Sales owns this lead now; only sales moves it."))
    if BACK_BY_SALES.get(lead.stage) != stage:
        raise StageNotByHand(_("Nobody moves a lead to this stage by hand."))
    change_handover(handover, at=at, progress=PROGRESS[stage])
    change_lead(lead, at=at, by=by, reason=reason, stage=Lead.Stage(stage))
