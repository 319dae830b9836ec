"""Reading the whole days of a calendar file (iCalendar, RFC 5545), whoever wrote it.

A file comes from outside: its size, its depth, its events and what repetitions make of them are
bounded, and what is not understood is counted and told, never guessed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import icalendar

from sla.business_time.problem import gettext_noop
from sla.business_time.recurrence import read_recurrence
from smarketing.lib.errors import DomainError

LARGEST_BYTES = 256 * 1024
MOST_EVENTS = 500
MOST_DAYS = 1000
_DEEPEST = 8
_LONGEST_EVENT_DAYS = 366
# A repetition that is counted from its beginning is followed back so far.
_OLDEST_COUNTED = timedelta(days=10 * 366)
_NAME_LENGTH = 100

TIMED = "timed"
NOT_UNDERSTOOD = "not_understood"
CANCELLED = "cancelled"
OUTSIDE = "outside"


class CalendarFileInvalid(DomainError):
    """The file cannot be read as a calendar, or is larger than any calendar is."""

    code = "calendar_file_invalid"
    status = 422


@dataclass(frozen=True)
class FileDays:
    """The days of a file with their names, and how many events were left out, by reason."""

    days: tuple[tuple[date, str], ...]
    left_out: Mapping[str, int]


def read_calendar_file(raw: bytes, *, first: date, last: date) -> FileDays:
    """The whole days from `first` to `last` that the file's events cover; raises CalendarFileInvalid."""
    events = _events(raw)
    moved = {_moved(event) for event in events}
    found: dict[date, str] = {}
    left_out: Counter[str] = Counter()
    for event in events:
        reason, days = _days_of(event, moved, first, last)
        if reason:
            left_out[reason] += 1
        for day in days:
            found.setdefault(day, _name_of(event))
            if len(found) > MOST_DAYS:
                raise CalendarFileInvalid(gettext_noop("This file closes more than 1,000 days."))
    return FileDays(tuple(sorted(found.items())), dict(left_out))


def _events(raw: bytes) -> list[Any]:
    if len(raw) > LARGEST_BYTES:
        raise CalendarFileInvalid(gettext_noop("The file is larger than 256 KB."))
    _refuse_depth(raw)
    try:
        events = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    # The parser raises what the broken line makes it stumble over, of many kinds.
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise CalendarFileInvalid(gettext_noop("This is not a calendar file (iCalendar, .ics).")) from error
    if len(events) > MOST_EVENTS:
        raise CalendarFileInvalid(gettext_noop("The file has more than 500 events."))
    return list(events)


def _refuse_depth(raw: bytes) -> None:
    depth = 0
    for line in raw.upper().splitlines():
        depth += line.startswith(b"BEGIN:") - line.startswith(b"END:")
        if depth > _DEEPEST:
            raise CalendarFileInvalid(gettext_noop("The parts of this file are nested too deeply."))


def _days_of(event: Any, moved: set[tuple[str, date]], first: date, last: date) -> tuple[str, list[date]]:
    """Why an event was left out, or its days."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return CANCELLED, []
    start = _moment(event.get("DTSTART"))
    if not isinstance(start, date):
        return NOT_UNDERSTOOD, []
    if isinstance(start, datetime):
        return TIMED, []
    try:
        length = _length(event, start)
        begins = set(_beginnings(event, start, moved, first - timedelta(days=length), last))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return NOT_UNDERSTOOD, []
    days = {begin + timedelta(days=n) for begin in begins for n in range(length)}
    inside = sorted(day for day in days if first <= day <= last)
    return ("" if inside else OUTSIDE), inside


def _length(event: Any, start: date) -> int:
    if event.get("DTEND"):
        length = int((event["DTEND"].dt - start).days)
    elif event.get("DURATION"):
        length = int(event["DURATION"].dt.days)
    else:
        return 1
    if length > _LONGEST_EVENT_DAYS:
        raise ValueError("Longer than a year.")
    # An event that ends where it begins is that day.
    return max(length, 1)


def _beginnings(event: Any, start: date, moved: set[tuple[str, date]], first: date, last: date) -> Iterator[date]:
    """The days on which the event begins, repetitions expanded, exceptions taken out."""
    taken_out = set(_listed(event.get("EXDATE")))
    if not event.get("RECURRENCE-ID"):
        uid = str(event.get("UID", ""))
        taken_out |= {day for owner, day in moved if owner == uid}
    days = {start, *_listed(event.get("RDATE"))}
    rule = event.get("RRULE")
    if rule is not None:
        days |= set(_repeated(rule, start, first, last))
    yield from days - taken_out


def _repeated(rule: Any, start: date, first: date, last: date) -> Iterator[date]:
    until = rule.get("UNTIL", [None])[0]
    if isinstance(until, datetime):
        until = until.date()
    parts = {name: values for name, values in rule.items() if name.upper() != "UNTIL"}
    repeated = read_recurrence(start, parts, until=until)
    if repeated.count and start < first - _OLDEST_COUNTED:
        raise ValueError("It would have to be counted from too long ago.")
    yield from repeated.days(first, last)


def _listed(value: Any) -> Iterator[date]:
    for entry in value if isinstance(value, list) and not hasattr(value, "dts") else [value]:
        for item in getattr(entry, "dts", ()):
            if isinstance(item.dt, date):
                yield item.dt.date() if isinstance(item.dt, datetime) else item.dt


def _moved(event: Any) -> tuple[str, date]:
    """Of which event this one replaces which day; of none, a day that no event has."""
    day = _moment(event.get("RECURRENCE-ID"))
    if isinstance(day, datetime):
        day = day.date()
    return str(event.get("UID", "")), day if isinstance(day, date) else date.min


def _moment(value: Any) -> date | None:
    """The day, or the moment, of a property; None where it has none or cannot be read."""
    try:
        found = value.dt
    except (AttributeError, ValueError):
        return None
    return found if isinstance(found, date) else None


def _name_of(event: Any) -> str:
    text = " ".join(str(event.get("SUMMARY", "")).split())
    # What no table can hold, and what no line shows.
    return "".join(letter for letter in text if letter.isprintable())[:_NAME_LENGTH]
