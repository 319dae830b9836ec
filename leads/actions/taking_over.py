"""Giving a handover to the next rep: its deadline has passed and the agreement says so, or its rep has left."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from events.actions import record
from leads.actions.changing import change_handover, locked_handover, locked_lead
from leads.actions.routing import choose_rep
from leads.actions.sending import move_to, zone_of_organisation
from leads.models import Handover
from leads.queries.inbox import OPEN
from leads.queries.routing import routing_fields
from tenants.models import Membership

MOST_OF_GONE = 200


@transaction.atomic
def pass_on(subject_id: UUID, *, owner: UUID | None, at: datetime, because: str = "escalated") -> Handover | None:
    """Route a handover again, past ``owner``, whose breach stays theirs; None when it moved on meanwhile.

    What is still open goes to the next rep as any reassignment does; with nobody left it waits in the manager's queue.
    """
    found = Handover.objects.filter(subject_id=subject_id).first()
    if found is None:
        return None
    handover = locked_handover(found)
    ended = handover.decision == Handover.Decision.REJECTED or handover.progress == Handover.Progress.CLOSED
    if ended or handover.assigned_to_id != owner:
        return None
    # The lead before the turns: see Note [The lock on turns].
    lead = locked_lead(handover.lead_id)
    day = at.astimezone(ZoneInfo(zone_of_organisation())).date()
    fields = routing_fields(lead, tier=handover.tier)
    choice = choose_rep(fields, day=day, at=at, without={owner} if owner else set())
    change_handover(handover, at=at, routed=choice.routed)
    move_to(handover, choice.rep, at=at, by=None)
    data = {"assigned_to": str(choice.rep.pk) if choice.rep else None, "because": because}
    record("handover.assigned", handover, by=None, at=at, data=data, thread=handover.lead_id)
    return handover


def pass_on_of_gone(at: datetime) -> int:
    """Route again what is open in the hands of members without access; return how many moved. A round.

    So many at a time; the next round goes on.
    """
    gone = list(Membership.objects.filter(is_active=False).values_list("pk", flat=True))
    held = Handover.objects.filter(OPEN, assigned_to__in=gone).order_by("pk").values_list("subject_id", "assigned_to")
    moved = [pass_on(subject_id, owner=owner, at=at, because="left") for subject_id, owner in held[:MOST_OF_GONE]]
    return sum(handover is not None for handover in moved)
