"""Holidays run out: a year before the last one, administrators are asked to take over the next year's."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from events.actions import record
from events.models import Event
from sla.business_time import CalendarSpec, parse_calendar
from sla.business_time.dated import compare_holidays
from sla.models import Calendar, CalendarVersion
from sla.queries.calendars import newest_version
from sla.queries.holidays import public_holidays, split_source

# So many months of holidays a calendar should know.
AHEAD = timedelta(days=365)


def look_ahead_for_holidays(at: datetime) -> None:
    """Announce, once per calendar and year, that the next year's holidays are to be taken over (a round).

    Nothing is changed by itself: the announcement leads to the preview.
    """
    for calendar in Calendar.objects.filter(retired_at=None).order_by("pk"):
        version = newest_version(calendar)
        spec = parse_calendar(version.content)
        today = at.astimezone(ZoneInfo(spec.zone)).date()
        source, year = next_year_of(spec, today)
        if source:
            _announce(version, source, year, _missing(spec, source, year), at=at)


def next_year_of(spec: CalendarSpec, today: date) -> tuple[str, int]:
    """Return from which list the next year's rows would come, and the year; no list while there are enough."""
    listed = [(day, source) for day, source in spec.sources if split_source(source) is not None]
    if not listed or listed[-1][0] >= today + AHEAD:
        return "", 0
    last, source = listed[-1]
    return source, max(last.year + 1, today.year)


def _missing(spec: CalendarSpec, source: str, year: int) -> int:
    country, subdivision = split_source(source) or ("", "")
    offered = public_holidays(country, subdivision=subdivision, first_year=year, last_year=year)
    return len(compare_holidays(spec, offered, source=source, first_year=year, last_year=year).added)


def _announce(version: CalendarVersion, source: str, year: int, missing: int, *, at: datetime) -> None:
    once = f"calendar:{version.calendar_id}:holidays:{year}"
    if not missing or Event.objects.filter(once_key=once).exists():
        return
    data = {"calendar": str(version.calendar_id), "year": year, "source": source, "rows": missing}
    record("calendar.holidays_due", version, by=None, at=at, data=data, once=once)
