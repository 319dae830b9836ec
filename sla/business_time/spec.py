"""What a calendar says: weekly windows, closed days, exceptions, holidays.

# Note [Weeks have a beginning]
The weekly windows and their zone are those of `weekly` and `zone`, but for the days before a
change of them: each entry of `earlier` says which week held until which day. So the days that
were worked keep the hours that they had, and a week that begins in the future does so by itself.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
# Minutes after the local midnight of the day the window begins on; an overnight
# window ends beyond DAY.
Window = tuple[int, int]
Windows = tuple[Window, ...]


@dataclass(frozen=True)
class Week:
    """The windows of each weekday, on the wall clocks of a zone."""

    zone: str
    weekly: tuple[Windows, ...]

    def windows_on(self, day: date) -> Windows:
        """The windows of the day's weekday."""
        return self.weekly[day.weekday()]

    def as_content(self) -> dict[str, Any]:
        """The JSON form, without empty weekdays."""
        windows = {WEEKDAYS[number]: as_texts(windows) for number, windows in enumerate(self.weekly) if windows}
        return {"zone": self.zone, "weekly": windows}


@dataclass(frozen=True)
class CalendarSpec:
    """A calendar that was checked. A date's exception outranks its closure."""

    name: str
    zone: str
    weekly: tuple[Windows, ...]
    closed: frozenset[date]
    exceptions: tuple[tuple[date, Windows], ...]
    holidays: tuple[tuple[date, str], ...]
    holiday_cuts_night_shift: bool
    # Where a holiday's row came from: a country, a calendar file; by hand where nothing is said.
    sources: tuple[tuple[date, str], ...] = ()
    # The first day on which each week no longer held, ascending; see Note [Weeks have a beginning].
    earlier: tuple[tuple[date, Week], ...] = ()

    @cached_property
    def week(self) -> Week:
        """The newest week; it may begin in the future."""
        return Week(self.zone, self.weekly)

    def week_on(self, day: date) -> Week:
        """The week that holds on a day."""
        return next((week for until, week in self.earlier if day < until), self.week)

    def with_week(self, week: Week, *, first_day: date) -> "CalendarSpec":
        """The same calendar with another week from a day on; the days before keep theirs."""
        before = [(until, kept) for until, kept in self.earlier if until < first_day]
        periods = [*before, (first_day, self.week_on(date.fromordinal(first_day.toordinal() - 1)))]
        following = [kept for _until, kept in periods[1:]] + [week]
        # What is the same on both sides of its end is one period.
        earlier = tuple(period for period, then in zip(periods, following, strict=True) if period[1] != then)
        return replace(self, zone=week.zone, weekly=week.weekly, earlier=earlier)

    def windows_on(self, day: date) -> Windows:
        """The windows that begin on `day`, night shifts cut where the calendar says."""
        windows = self._planned(day)
        if not self.holiday_cuts_night_shift or not windows or windows[-1][1] <= DAY:
            return windows
        if not self.is_closed(date.fromordinal(day.toordinal() + 1)):
            return windows
        return (*windows[:-1], (windows[-1][0], DAY))

    def is_closed(self, day: date) -> bool:
        """A closed day or holiday; an ordinary free weekend day is not."""
        if day in self._exceptions:
            return not self._exceptions[day]
        return day in self.closed or day in self._holidays

    def closure_name(self, day: date) -> str:
        """The holiday's name; empty for a closure without one."""
        return self._holidays.get(day, "")

    def as_content(self) -> dict[str, Any]:
        """The JSON form, canonical: sorted, without empty weekdays."""
        content: dict[str, Any] = {
            "name": self.name,
            **self.week.as_content(),
            "closed": sorted(day.isoformat() for day in self.closed),
            "exceptions": {day.isoformat(): as_texts(windows) for day, windows in self.exceptions},
            "holidays": {day.isoformat(): name for day, name in self.holidays},
            "holiday_cuts_night_shift": self.holiday_cuts_night_shift,
        }
        # Left out where there is nothing to say: the hash of what came before them stays.
        if self.sources:
            content["sources"] = {day.isoformat(): source for day, source in self.sources}
        if self.earlier:
            content["earlier"] = [{"until": until.isoformat(), **week.as_content()} for until, week in self.earlier]
        return content

    @cached_property
    def content_hash(self) -> str:
        content = json.dumps(self.as_content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def _planned(self, day: date) -> Windows:
        if day in self._exceptions:
            return self._exceptions[day]
        return () if self.is_closed(day) else self.week_on(day).windows_on(day)

    @cached_property
    def _exceptions(self) -> dict[date, Windows]:
        return dict(self.exceptions)

    @cached_property
    def _holidays(self) -> dict[date, str]:
        return dict(self.holidays)


def standard_calendar(name: str, zone: str, holidays: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The content of the calendar a new organisation starts with: Mon–Fri 9–17."""
    return {
        "name": name,
        "zone": zone,
        "weekly": {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]},
        "closed": [],
        "exceptions": {},
        "holidays": dict(holidays or {}),
        "holiday_cuts_night_shift": False,
    }


def as_texts(windows: Windows) -> list[list[str]]:
    """Windows as content writes them: 22:00 to 06:00 ends on the next day."""
    return [[_as_text(begin), _as_text(end)] for begin, end in windows]


def _as_text(minutes: int) -> str:
    if minutes > DAY:
        minutes -= DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
