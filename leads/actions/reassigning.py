"""Giving handovers to other reps, several at once: by hand to one, or to a team or everybody by fair turns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.actions import record
from leads import reasons
from leads.actions.changing import locked_handover, locked_lead
from leads.actions.routing import lock_all_turns, next_in
from leads.actions.sending import move_to, zone_of_organisation
from leads.models import Handover, Rejection
from leads.routing import REP, TEAM, Target
from smarketing.lib.errors import FieldError, InvalidInput
from tenants.models import Membership, Team
from tenants.queries import active_members
from tenants.roles import SALES

# In one transaction: others wait for its turns.
MOST = 200
CLOSED, THEIRS, NOT_THEIRS, NOBODY = "closed", "theirs_already", "said_not_theirs", "nobody_can_take_it"
WHY: dict[str, Promise] = {
    CLOSED: gettext_lazy("is closed or back with marketing"),
    THEIRS: gettext_lazy("is theirs already"),
    NOT_THEIRS: gettext_lazy("they have said that it is not theirs"),
    NOBODY: gettext_lazy("nobody there can take it now"),
}


@dataclass(frozen=True)
class Reassigned:
    """What moved to whom, and what stayed and why (a key of WHY), by the handover's id."""

    moved: dict[UUID, Membership] = field(default_factory=dict)
    left: dict[UUID, str] = field(default_factory=dict)


def stays_because(handover: Handover, target: Target, refusers: Iterable[UUID]) -> str:
    """Return why a handover cannot move to a target, "" when it can as far as anybody can tell before its turn."""
    if handover.progress == Handover.Progress.CLOSED or handover.decision == Handover.Decision.REJECTED:
        return CLOSED
    if target.kind == REP and handover.assigned_to_id == UUID(target.id):
        return THEIRS
    if target.kind == REP and UUID(target.id) in refusers:
        return NOT_THEIRS
    return ""


def refusers_of(handover_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return who has said of each handover that it is not theirs."""
    found: dict[UUID, set[UUID]] = {}
    rows = Rejection.objects.filter(handover__in=list(handover_ids), reason_class=reasons.PROCEDURAL)
    for handover_id, member_id in rows.values_list("handover_id", "by_id"):
        found.setdefault(handover_id, set()).add(member_id)
    return found


def check_target(target: Target) -> Membership | None:
    """Return the member of a target of one; raises InvalidInput for whom or what does not exist in sales."""
    if target.kind == REP:
        for member in active_members(roles=sorted(SALES)):
            if str(member.pk) == target.id:
                return member
    elif (target.kind == TEAM and Team.objects.filter(pk=target.id, side="sales").exists()) or target.kind == "reps":
        return None
    raise InvalidInput([FieldError("/to", "unknown_value", _("There is no such rep or team in sales."))])


@transaction.atomic
def reassign_handovers(handovers: Sequence[Handover], *, target: Target, by: Membership, at: datetime) -> Reassigned:
    """Give open handovers to one rep, or to a team or all reps in turn, whoever has refused one left out of it.

    A manager's choice of one rep asks for neither limits nor absences. Deadlines stay, unless the version restarts
    them. Raises InvalidInput for an unknown target or more than MOST at once.
    """
    if len(handovers) > MOST:
        raise InvalidInput([FieldError("/handovers", "out_of_range", _("Choose fewer at a time."))])
    chosen = check_target(target)
    day = at.astimezone(ZoneInfo(zone_of_organisation())).date()
    # Handovers, leads, turns: see Note [The lock on turns].
    locked = [locked_handover(found) for found in sorted(handovers, key=lambda one: one.pk)]
    for lead_id in sorted({handover.lead_id for handover in locked}):
        locked_lead(lead_id)
    lock_all_turns()
    refusers = refusers_of(handover.pk for handover in locked)
    done = Reassigned()
    for handover in locked:
        mine = refusers.get(handover.pk, set())
        because = stays_because(handover, target, mine)
        to = chosen
        if not because and chosen is None:
            to = next_in(target, day=day, at=at, without=mine | {handover.assigned_to_id})
            because = "" if to else NOBODY
        if because or to is None:
            done.left[handover.pk] = because
            continue
        move_to(handover, to, at=at, by=by)
        data = {"assigned_to": str(to.pk), "in_bulk": len(locked) > 1}
        record("handover.assigned", handover, by=by, at=at, data=data, thread=handover.lead_id)
        done.moved[handover.pk] = to
    return done
