"""Reading what happened."""

from collections.abc import Iterable
from uuid import UUID

from events.models import Event


def timeline_of(thread_id: UUID, *, limit: int = 100) -> list[Event]:
    """Return the newest events of one thread (a lead with its handovers and cases), newest first."""
    return list(Event.objects.filter(thread_id=thread_id).order_by("-at", "-id")[:limit])


def history_of(subject_id: UUID) -> list[Event]:
    """Return all events of one row in the order in which they happened."""
    return list(Event.objects.filter(subject_id=subject_id).order_by("at", "recorded_at", "id"))


def histories_of(subject_ids: Iterable[UUID]) -> dict[UUID, list[Event]]:
    """Return the events of several rows, each in order, in one query."""
    found: dict[UUID, list[Event]] = {subject_id: [] for subject_id in subject_ids}
    rows = Event.objects.filter(subject_id__in=list(found)).order_by("at", "recorded_at", "id")
    for event in rows:
        found[event.subject_id].append(event)
    return found
