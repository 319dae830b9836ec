"""Whose hours count: those of both sides, and of further calendars on which a promise is to be counted.

# Note [Further calendars]
An agreement may let a promise count on another calendar of the organisation, a night desk's for one tier for
instance. Its weekly hours are signed like those of the sides, under the calendar's key and with its name, so that
nobody changes afterwards what was promised. On every such calendar some promise counts.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sla.business_time import Hours, hours_of
from sla.business_time.problem import gettext_noop
from sla.business_time.reading import CalendarInvalid, parse_calendar
from sla.content.faults import Faults

AGREED_SIDES = ("marketing", "sales")
_KEY = re.compile(r"[\w-]{1,60}", re.ASCII)


def further_names(hours: Mapping[str, Any]) -> dict[str, str]:
    """The calendars besides those of the sides, by key, with their names. See Note [Further calendars]."""
    return {key: week["name"] for key, week in hours.items() if key not in AGREED_SIDES}


def check_hours(faults: Faults, value: Any, *, known: Mapping[str, str] | None) -> dict[str, Hours]:
    """Return the hours of each calendar whose week can be read; ``known`` are the organisation's, by key."""
    further = [key for key in value if key not in AGREED_SIDES] if isinstance(value, Mapping) else []
    hours = faults.record("/hours", value, required=AGREED_SIDES, optional=further)
    usable = {}
    for key, given in hours.items():
        if key in further and not _check_further(faults, key, given, known):
            continue
        fields = ("zone", "weekly", "name") if key in further else ("zone", "weekly")
        week = faults.record(f"/hours/{key}", given, required=fields)
        if not week:
            continue
        try:
            usable[key] = hours_of(parse_calendar({**week, "name": key}).as_content())
        except CalendarInvalid as invalid:
            faults.found += [p.under(f"/hours/{key}") for p in invalid.problems]
    return usable


def _check_further(faults: Faults, key: str, given: Any, known: Mapping[str, str] | None) -> bool:
    """Tell whether a further calendar is one of the organisation's, under its name."""
    pointer = f"/hours/{key}"
    if not _KEY.fullmatch(str(key)) or (known is not None and key not in known):
        faults.add(pointer, "calendar_unknown", gettext_noop("There is no such calendar."))
        return False
    name = given.get("name") if isinstance(given, Mapping) else None
    if isinstance(given, Mapping) and "name" in given and faults.text(f"{pointer}/name", name) is None:
        return False
    if known is not None and name is not None and name != known[key]:
        text = gettext_noop("This calendar is called “%(name)s”.")
        faults.add(f"{pointer}/name", "calendar_renamed", text, name=known[key])
    return True


def check_calendars_used(faults: Faults, hours: Any, commitments: Any) -> None:
    """Refuse further calendars on which nothing is promised. See Note [Further calendars]."""
    if not isinstance(hours, Mapping) or not isinstance(commitments, Sequence) or isinstance(commitments, str):
        return
    used = [terms.get("calendar") for terms in commitments if isinstance(terms, Mapping)]
    for key in hours:
        if key not in AGREED_SIDES and key not in used:
            faults.add(f"/hours/{key}", "calendar_unused", gettext_noop("No promise counts on these hours."))
