"""When meetings come back and which month they look at (pure).

# Note [The rhythm of meetings]
A meeting that repeats knows its slot: the time that the rhythm gave it. Moving one meeting leaves its slot, so that
the next one stands where people expect it. The next slot has the same time of day in the organisation's zone: one or
two weeks later, or on the same weekday of the next month (the fourth Tuesday stays the fourth; a fifth becomes the
last).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ONCE, WEEKLY, FORTNIGHTLY, MONTHLY = "once", "weekly", "fortnightly", "monthly"
RHYTHMS = (ONCE, WEEKLY, FORTNIGHTLY, MONTHLY)
WEEKS = {WEEKLY: 1, FORTNIGHTLY: 2}
# A month that has hardly begun says nothing: the meeting looks at the one before.
SETTLED_AFTER = timedelta(days=7)
# The first meeting looks back so far.
FIRST_LOOK_BACK = timedelta(days=30)


def next_slot(slot: datetime, rhythm: str, *, after: datetime, zone: str) -> datetime:
    """Return the first slot of the rhythm later than ``after``. See Note [The rhythm of meetings]."""
    local = slot.astimezone(ZoneInfo(zone))
    nth = (local.day - 1) // 7 + 1
    day = _day_after(local.date(), rhythm, nth)
    while _moment(day, local) <= after:
        day = _day_after(day, rhythm, nth)
    return _moment(day, local)


def _moment(day: date, local: datetime) -> datetime:
    return datetime.combine(day, local.time(), local.tzinfo)


def _day_after(day: date, rhythm: str, nth: int) -> date:
    if rhythm in WEEKS:
        return day + timedelta(weeks=WEEKS[rhythm])
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % 7, weeks=nth - 1)
    return found if found.month == first.month else found - timedelta(weeks=1)


def month_looked_at(moment: datetime, *, zone: str) -> date:
    """Return the first day of the month whose figures a meeting at this moment looks at."""
    return (moment.astimezone(ZoneInfo(zone)).date() - SETTLED_AFTER).replace(day=1)
