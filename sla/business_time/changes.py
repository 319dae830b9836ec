"""What differs between two states of a calendar: for people in rows, for clocks in days."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sla.business_time.spec import DAY, CalendarSpec, Week, Windows

RENAMED = "renamed"
WEEK = "week"
NIGHT_SHIFT = "night_shift"
CLOSED = "closed"
OPENED = "opened"
HOURS = "hours"
NAMED = "named"

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarChange:
    """One thing that was changed: of the whole calendar, or of some days in a row."""

    kind: str
    first: date | None = None
    last: date | None = None
    name: str = ""
    windows: Windows = ()
    week: Week | None = None
    flag: bool = False


def changes_between(old: CalendarSpec, new: CalendarSpec) -> list[CalendarChange]:
    """Everything that a person would call a change; equal neighbours are one row."""
    found = []
    if old.name != new.name:
        found.append(CalendarChange(RENAMED, name=new.name))
    found += [CalendarChange(WEEK, first=day, week=new.week_on(day)) for day in _new_weeks(old, new)]
    if old.holiday_cuts_night_shift != new.holiday_cuts_night_shift:
        found.append(CalendarChange(NIGHT_SHIFT, flag=new.holiday_cuts_night_shift))
    return [*found, *_in_rows(_changed_rows(old, new))]


def _new_weeks(old: CalendarSpec, new: CalendarSpec) -> list[date]:
    """The days from which on another week holds than held before the change."""
    beginnings = [date.min, *sorted({until for until, _week in (*old.earlier, *new.earlier)})]
    return [day for day in beginnings if old.week_on(day) != new.week_on(day)]


def _changed_rows(old: CalendarSpec, new: CalendarSpec) -> Iterator[CalendarChange]:
    for day in sorted(_dated(old) | _dated(new)):
        now = _row(new, day)
        if now != _row(old, day):
            yield now


def _row(spec: CalendarSpec, day: date) -> CalendarChange:
    """What is said of one day."""
    own = dict(spec.exceptions).get(day)
    if own:
        return CalendarChange(HOURS, day, day, windows=own)
    if spec.is_closed(day):
        return CalendarChange(CLOSED, day, day, name=spec.closure_name(day))
    return CalendarChange(OPENED, day, day)


def _in_rows(changes: Iterator[CalendarChange]) -> Iterator[CalendarChange]:
    current: CalendarChange | None = None
    for change in changes:
        if current and current.last and current.last + _DAY == change.first:
            joined = replace(current, last=change.last)
            if joined == replace(change, first=current.first):
                current = joined
                continue
        if current:
            yield current
        current = change
    if current:
        yield current


def _dated(spec: CalendarSpec) -> set[date]:
    return {day for day, _ in spec.exceptions} | {day for day, _ in spec.holidays} | spec.closed


@dataclass(frozen=True)
class ChangedHours:
    """The days on which other hours hold: some dated ones, and all from a new week on.

    `overnight` says that hours of one of these days go on after its midnight.
    """

    days: tuple[date, ...]
    weeks_from: date | None
    overnight: bool = False

    def __bool__(self) -> bool:
        return bool(self.days) or self.weeks_from is not None

    def touches(self, first: date, last: date) -> bool:
        """Whether hours of one of them lie from `first` to `last`."""
        if self.overnight:
            first -= _DAY
        if self.weeks_from and self.weeks_from <= last:
            return True
        return any(first <= day <= last for day in self.days)


def changed_hours(old: CalendarSpec, new: CalendarSpec) -> ChangedHours:
    """Where the two differ in hours; a name alone changes none."""
    dated = _dated(old) | _dated(new)
    # A night shift may be cut by what is closed on the day after.
    candidates = dated | {day - _DAY for day in dated if day > date.min}
    weeks = _new_weeks(old, new)
    days = tuple(sorted(day for day in candidates if old.windows_on(day) != new.windows_on(day)))
    overnight = any(end > DAY for day in days for spec in (old, new) for _begin, end in spec.windows_on(day))
    return ChangedHours(days, weeks[0] if weeks else None, overnight)
