"""Plain makers for the tests of the engine, and the local times of the cases."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from events.models import Event
from sla import actions, queries
from sla.models import Clock, Subject

ZONE = "Europe/Vienna"


def vienna(text: str) -> datetime:
    """Return a local time in Vienna, as 2026-01-12 09:00, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def make_subject(*, at: datetime, **changes: Any) -> Subject:
    """Open a handover of the standard tier under the agreement in force; no clock runs yet."""
    version = changes.pop("version", None) or queries.agreement_in_force(at=at)
    fields: dict[str, Any] = {"kind": "handover", "thread_id": uuid4(), "tier": "standard", "zone": ZONE}
    return actions.open_subject(version=version, opened_at=at, **{**fields, **changes})


def make_clock(commitment: str, *, at: datetime, **changes: Any) -> Clock:
    """Start one clock of a new subject."""
    return actions.start_clock(make_subject(at=at, **changes), commitment, at=at)


def events_of(clock: Clock) -> list[Event]:
    """Return the clock's events as they were recorded."""
    return list(Event.objects.filter(subject_id=clock.pk).order_by("recorded_at", "pk"))


def kinds_of(clock: Clock) -> list[str]:
    """Return what has happened to a clock."""
    return [event.kind.removeprefix("clock.") for event in events_of(clock)]
