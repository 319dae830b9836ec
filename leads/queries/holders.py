"""Who has ever held a handover."""

from uuid import UUID

from events.queries import history_of
from leads.models import Handover
from sla.models import Clock


def holders_of(handover: Handover) -> frozenset[UUID]:
    """Return the ids of all to whom a handover was ever given, who took it, or who owed one of its sales clocks."""
    found = {handover.assigned_to_id, handover.subject.owner_id}
    owed = Clock.objects.filter(subject=handover.subject_id, side="sales").values_list("owner", flat=True)
    found.update(owed)
    for event in history_of(handover.pk):
        given = event.data.get("assigned_to")
        found.add(UUID(given) if given else None)
        found.add(event.by_id if event.kind == "handover.accepted" else None)
    return frozenset(pk for pk in found if pk is not None)
