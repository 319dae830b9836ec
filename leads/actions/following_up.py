"""Next steps: planned, changed, done, cancelled, passed on with the lead, and reminded of once.

# Note [When a next step is due]
One with a time is due at that time, and reminded of then. One with a day alone is due when that day ends where the
person is who planned it, and reminded of when it begins. Either way nobody is told outside their working hours: the
event is dated when it was due, its notice waits for the reader's next opening (sla.queries.ladder.opening_for).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record, withdraw
from leads import normal
from leads.access import visible_leads
from leads.actions.changing import refuse_erased
from leads.models import FollowUp, Lead
from leads.queries.followups import may_change
from leads.queries.ownership import last_handover
from sla.queries.ladder import opening_for
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership
from tenants.queries import covered_by, deputies_on, present_deputy, today_in

LONGEST_STEP = 200
# Further ahead nobody plans a call; it is a slip of the keyboard.
FURTHEST = timedelta(days=3 * 366)
# One round reminds of so many; the next one goes on.
MOST_AT_ONCE = 300


class FollowUpClosed(DomainError):
    """A next step is done or cancelled once."""

    code = "followup_closed"


class FollowUpChanged(DomainError):
    """Somebody changed the next step meanwhile."""

    code = "followup_changed"


class FollowUpNotYours(DomainError):
    """Who has or made a next step, their deputy, manager or head of side changes it."""

    code = "followup_not_yours"


@dataclass(frozen=True)
class When:
    """Until when: a moment, or a day in the zone of who says so."""

    at: datetime | None = None
    on: date | None = None
    zone: str = "UTC"

    def columns(self) -> dict[str, Any]:
        """Return what is stored of it. See Note [When a next step is due]."""
        zone = ZoneInfo(self.zone)
        if self.at is not None:
            day = self.at.astimezone(zone).date()
            return {"due_on": day, "due_at": self.at, "has_time": True, "remind_at": self.at}
        if self.on is None:
            raise ValueError("A next step is due at a time or on a day.")
        begins = datetime.combine(self.on, time(), zone)
        ends = datetime.combine(self.on + timedelta(days=1), time(), zone)
        return {"due_on": self.on, "due_at": ends, "has_time": False, "remind_at": begins}


@dataclass(frozen=True)
class NextStep:
    """What is planned along with something else that was done."""

    what: str
    when: When


@transaction.atomic
def plan_follow_up(
    lead: Lead, *, what: str, when: When, assigned_to: Membership | None = None, by: Membership, at: datetime
) -> FollowUp:
    """Plan the next step on a lead, for oneself or for a colleague who sees the lead. Raises InvalidInput."""
    lead, to = lead.merged_into or lead, assigned_to or by
    refuse_erased(lead)
    due = _checked(lead, what, when, to, at=at)
    step = FollowUp.objects.create(
        lead=lead, handover=last_handover(lead), what=normal.tidy(what), assigned_to=to, made_by=by, made_at=at, **due
    )
    _record("followup.planned", step, by=by, at=at)
    return step


@transaction.atomic
def change_follow_up(
    step: FollowUp,
    *,
    what: str,
    when: When,
    assigned_to: Membership,
    revision: int,
    by: Membership,
    at: datetime,
) -> FollowUp:
    """Put a next step off, reword it or give it to a colleague; ``revision`` is what was read.

    It is reminded of anew when its time changes. Raises FollowUpNotYours, FollowUpClosed, FollowUpChanged,
    InvalidInput.
    """
    _require_theirs(step, by, at=at)
    due = _checked(step.lead, what, when, assigned_to, known=step, at=at)
    seen = FollowUp.objects.filter(pk=step.pk, state=FollowUp.State.OPEN, revision=revision)
    changed = seen.update(what=normal.tidy(what), assigned_to=assigned_to, revision=F("revision") + 1, **due)
    if not changed:
        _refuse_closed(step)
        raise FollowUpChanged(_("Somebody changed this next step meanwhile. Look at it again."))
    withdraw(step, "followup.due", at=at)
    step.refresh_from_db()
    _record("followup.changed", step, by=by, at=at)
    return step


@transaction.atomic
def finish_follow_up(step: FollowUp, *, by: Membership, at: datetime) -> FollowUp:
    """Note that a next step is done. Raises FollowUpNotYours, FollowUpClosed."""
    return _close(step, FollowUp.State.DONE, by=by, at=at)


@transaction.atomic
def cancel_follow_up(step: FollowUp, *, by: Membership, at: datetime) -> FollowUp:
    """Note that a next step will not be done. Raises FollowUpNotYours, FollowUpClosed."""
    return _close(step, FollowUp.State.CANCELLED, by=by, at=at)


def pass_on_steps(lead_id: Any, *, came_from: UUID | None, to: Membership | None, at: datetime) -> int:
    """Give what the former owner of a handover has planned on its lead to the new one; return how many.

    Called in the transaction in which the handover moves; with nobody to take them they stay where they are.
    """
    if came_from is None or to is None or came_from == to.pk:
        return 0
    mine = FollowUp.objects.filter(lead=lead_id, assigned_to=came_from, state=FollowUp.State.OPEN)
    steps = list(mine.select_for_update().order_by("pk"))
    for step in steps:
        FollowUp.objects.filter(pk=step.pk).update(assigned_to=to, revision=F("revision") + 1)
        withdraw(step, "followup.due", at=at)
        step.assigned_to = to
        _record("followup.passed_on", step, by=None, at=at)
    return len(steps)


def remind_of_follow_ups(at: datetime) -> int:
    """Record followup.due, once for each time that a step is due, and tell who has it. A round.

    Who is away is told through their deputy, if they have named one. See Note [When a next step is due].
    """
    due = FollowUp.objects.filter(state=FollowUp.State.OPEN, reminded_at=None, remind_at__lte=at)
    rows = due.select_for_update(skip_locked=True, of=("self",)).select_related("assigned_to", "lead")
    steps = list(rows.order_by("remind_at", "pk")[:MOST_AT_ONCE])
    FollowUp.objects.filter(pk__in=[step.pk for step in steps]).update(reminded_at=at)
    deputies = deputies_on(today_in(at=at)) if steps else {}
    standing_in = Membership.objects.filter(is_active=True).in_bulk([pk for pk in deputies.values() if pk])
    for step in steps:
        reader = standing_in.get(present_deputy(step.assigned_to_id, deputies), step.assigned_to)
        opens_at = opening_for(reader, at=at)
        data = {**_facts(step), "told": str(reader.pk), "number": str(step.lead)}
        record(
            "followup.due", step, by=None, at=step.remind_at, data=data, thread=step.lead_id,
            once=f"followup:{step.pk}:{step.revision}:due", hold_until=opens_at if opens_at > at else None,
        )  # fmt: skip
    return len(steps)


def _checked(
    lead: Lead, what: str, when: When, to: Membership, *, known: FollowUp | None = None, at: datetime
) -> dict[str, Any]:
    """Return the columns of when it is due; none where it stays as it was, which may be past.

    Raises InvalidInput for everything that is wrong.
    """
    stays = known is not None and _is_same(known, when)
    faults = [] if stays else [*_time_faults(when, at=at)]
    if not 0 < len(normal.tidy(what)) <= LONGEST_STEP:
        faults.append(FieldError("/what", "required", _("Say in a few words what is to be done.")))
    if not to.is_active or not visible_leads(to).filter(pk=lead.pk).exists():
        faults.append(FieldError("/assigned_to", "unknown_value", _("Choose somebody who sees this lead.")))
    if faults:
        raise InvalidInput(faults)
    return {} if stays else {**when.columns(), "reminded_at": None}


def _is_same(step: FollowUp, when: When) -> bool:
    return when.at == step.due_at if step.has_time else when.at is None and when.on == step.due_on


def _time_faults(when: When, *, at: datetime) -> Iterator[FieldError]:
    today = at.astimezone(ZoneInfo(when.zone)).date()
    past = when.at <= at if when.at else when.on is not None and when.on < today
    far = when.at > at + FURTHEST if when.at else when.on is not None and when.on > today + FURTHEST
    pointer = "/due_at" if when.at else "/due_on"
    if past:
        yield FieldError(pointer, "in_the_past", _("This is past already."))
    elif far:
        yield FieldError(pointer, "out_of_range", _("This is too far ahead."))


def _close(step: FollowUp, state: str, *, by: Membership, at: datetime) -> FollowUp:
    _require_theirs(step, by, at=at)
    still_open = FollowUp.objects.filter(pk=step.pk, state=FollowUp.State.OPEN)
    if not still_open.update(state=state, closed_at=at, closed_by=by, revision=F("revision") + 1):
        _refuse_closed(step)
    withdraw(step, "followup.due", at=at)
    step.refresh_from_db()
    _record(f"followup.{state}", step, by=by, at=at)
    return step


def _require_theirs(step: FollowUp, by: Membership, *, at: datetime) -> None:
    if not may_change(step, by, covered_by(by, today_in(at=at))):
        raise FollowUpNotYours(_("This is not your next step."))


def _refuse_closed(step: FollowUp) -> None:
    step.refresh_from_db()
    if step.state == FollowUp.State.DONE:
        raise FollowUpClosed(_("This next step is done already."))
    if step.state == FollowUp.State.CANCELLED:
        raise FollowUpClosed(_("This next step was cancelled."))


def _facts(step: FollowUp) -> dict[str, Any]:
    # Not what it says: people write names there.
    return {"assigned_to": str(step.assigned_to_id), "due_at": step.due_at.isoformat(), "has_time": step.has_time}


def _record(kind: str, step: FollowUp, *, by: Membership | None, at: datetime) -> None:
    record(kind, step, by=by, at=at, data=_facts(step), thread=step.lead_id)
