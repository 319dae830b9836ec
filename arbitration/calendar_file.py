"""A sitting as a calendar file (pure)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import icalendar


def calendar_file(
    *,
    sitting_id: UUID,
    title: str,
    starts_at: datetime,
    minutes_for: int,
    place: str,
    numbers: Sequence[str],
    url: str,
    revision: int,
    changed_at: datetime,
    cancelled: bool,
) -> bytes:
    """Return the sitting as iCalendar; a later revision replaces the event that an earlier one made."""
    event = icalendar.Event()
    event.add("uid", f"sitting-{sitting_id}")
    event.add("sequence", revision)
    event.add("dtstamp", changed_at)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=minutes_for))
    event.add("summary", title)
    event.add("description", "\n".join([", ".join(numbers), url]).strip())
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if place:
        event.add("location", place)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Smarketing//Board//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    found: bytes = calendar.to_ical()
    return found
