"""Business time: calendars as content, and the arithmetic of due times on them.

Pure: no Django, no settings, no wall clock. Every datetime must be aware; every
answer is in UTC. A calendar is read with `parse_calendar` (all its faults at
once) and compiled with `hours_of`; `due_after` turns an amount and its unit into
a due time.
"""

from sla.business_time.hours import (
    ALWAYS,
    ClosedDay,
    DurationInvalid,
    Hours,
    hours_of,
    to_utc,
)
from sla.business_time.problem import Problem
from sla.business_time.reading import CalendarInvalid, parse_calendar
from sla.business_time.spec import CalendarSpec, Week, standard_calendar
from sla.business_time.units import (
    BUSINESS_DAYS,
    BUSINESS_HOURS,
    ELAPSED_HOURS,
    UNITS,
    due_after,
    month_of,
)

__all__ = [
    "ALWAYS",
    "BUSINESS_DAYS",
    "BUSINESS_HOURS",
    "ELAPSED_HOURS",
    "UNITS",
    "CalendarInvalid",
    "CalendarSpec",
    "ClosedDay",
    "DurationInvalid",
    "Hours",
    "Problem",
    "Week",
    "due_after",
    "hours_of",
    "month_of",
    "parse_calendar",
    "standard_calendar",
    "to_utc",
]
