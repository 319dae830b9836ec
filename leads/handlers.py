"""What leads do when they hear of others' events (smarketing.wiring)."""

from events.models import Event
from leads.actions import deem_accepted, expire_return
from leads.actions.deciding import DECISION, RETURN_ANSWER
from sla.models import Clock


def follow_breach(event: Event) -> None:
    """Draw the consequence of a passed deadline, dated at the deadline: silence accepts, or a return is final."""
    clock = Clock.objects.filter(pk=event.subject_id).first()
    # A breach may have been voided, or its cycle ended, before this message arrived.
    if clock is None or clock.breached_at is None or clock.stopped_at is not None:
        return
    if clock.commitment == DECISION:
        deem_accepted(clock.subject_id, at=clock.breached_at)
    elif clock.commitment == RETURN_ANSWER:
        expire_return(clock.subject_id, at=clock.breached_at)
