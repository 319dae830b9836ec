"""What leads do when they hear of others' events (smarketing.wiring)."""

from collections.abc import Sequence
from uuid import UUID

from events.models import Event
from leads.actions import cover_absences, deem_accepted, expire_return, find_duplicates_in_turn
from leads.actions.deciding import DECISION, RETURN_ANSWER
from leads.actions.taking_over import pass_on, pass_on_of_gone
from leads.queries.merging import to_compare
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


def pass_on_escalated(event: Event) -> None:
    """Give the handover to the next rep where the escalation step says so."""
    if event.data["reassign"] and event.data["side"] == "sales":
        owner = event.data["owner"]
        pass_on(UUID(event.data["subject"]), owner=UUID(owner) if owner else None, at=event.at)


def follow_leaving(event: Event) -> None:
    """Give what a member had in their hands to others at once; the round does what is more."""
    pass_on_of_gone(event.at)


def look_for_duplicates(event: Event) -> None:
    """Suggest who may be the same person as a lead that was received or changed."""
    look_for_duplicates_of_many([event])


def look_for_duplicates_of_many(events: Sequence[Event]) -> None:
    """Suggest who may be the same persons as these leads, in the order in which they were received or changed."""
    leads = {lead.pk: lead for lead in to_compare({event.subject_id for event in events})}
    found = [(leads[event.subject_id], event.at) for event in events if event.subject_id in leads]
    if found:
        find_duplicates_in_turn(found)


def follow_absence(event: Event) -> None:
    """Let an absence that begins today, or has ended, move what is owed at once; the round does the others."""
    cover_absences(at=event.at)
