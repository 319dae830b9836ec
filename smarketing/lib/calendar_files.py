"""A meeting as a calendar file (pure)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import icalendar


def calendar_file(
    *,
    uid: str,
    title: str,
    starts_at: datetime,
    minutes_for: int,
    place: str,
    lines: Sequence[str],
    url: str,
    revision: int,
    changed_at: datetime,
    cancelled: bool,
) -> bytes:
    """Return the meeting as iCalendar; a later revision replaces the event that an earlier one of its uid made."""
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("sequence", revision)
    event.add("dtstamp", changed_at)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=minutes_for))
    event.add("summary", title)
    event.add("description", "\n".join([*lines, url]).strip())
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if place:
        event.add("location", place)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Smarketing//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    found: bytes = calendar.to_ical()
    return found
