"""Working hours: which calendar version holds, compiled once per process."""

from collections.abc import Iterable
from uuid import UUID

from sla.business_time import ALWAYS, Hours, hours_of
from sla.models import CalendarVersion
from smarketing.lib.scope import current_organisation_id

# Versions never change, so what was read once stays true; the limit only bounds memory.
_KEPT = 1024
_hours: dict[tuple[int, UUID], Hours] = {}


def calendar_in_force(key: str) -> CalendarVersion:
    """Return the newest version of the calendar that commitments call ``key``."""
    rows = CalendarVersion.objects.filter(calendar__key=key).select_related("calendar")
    return rows.order_by("-number")[:1].get()


def calendars_in_force(keys: Iterable[str]) -> dict[str, CalendarVersion]:
    """Return the newest version of each of these calendars, in one query."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = CalendarVersion.objects.filter(calendar__key__in=wanted).select_related("calendar")
    return {row.calendar.key: row for row in rows.order_by("calendar__key", "-number").distinct("calendar__key")}


def hours_for(calendar_version: CalendarVersion) -> Hours:
    """Return the compiled hours of a calendar version."""
    return hours_of(calendar_version.content)


def hours_by_id(calendar_version_id: UUID | None) -> Hours:
    """Return the hours that a clock counts on; a clock without a calendar counts all time."""
    if calendar_version_id is None:
        return ALWAYS
    key = (current_organisation_id(), calendar_version_id)
    if key not in _hours:
        if len(_hours) >= _KEPT:
            _hours.clear()
        _hours[key] = hours_for(CalendarVersion.objects.get(pk=calendar_version_id))
    return _hours[key]
