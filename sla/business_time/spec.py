"""What a calendar says: weekly windows, closed days, exceptions, holidays."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from sla.business_time.problem import Problem, gettext_noop

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
# Minutes after the local midnight of the day the window begins on; an overnight
# window ends beyond DAY.
Window = tuple[int, int]
Windows = tuple[Window, ...]

_FIELDS = frozenset(
    {
        "name",
        "zone",
        "weekly",
        "closed",
        "exceptions",
        "holidays",
        "holiday_cuts_night_shift",
    }
)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME_LENGTH = 100


class CalendarInvalid(ValueError):
    """The calendar cannot be used; every fault found is in `problems`."""

    code = "calendar_invalid"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.sentence for problem in problems))


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
        return {
            "name": self.name,
            "zone": self.zone,
            "weekly": {WEEKDAYS[number]: _as_texts(windows) for number, windows in enumerate(self.weekly) if windows},
            "closed": sorted(day.isoformat() for day in self.closed),
            "exceptions": {day.isoformat(): _as_texts(windows) for day, windows in self.exceptions},
            "holidays": {day.isoformat(): name for day, name in self.holidays},
            "holiday_cuts_night_shift": self.holiday_cuts_night_shift,
        }

    @cached_property
    def content_hash(self) -> str:
        content = json.dumps(self.as_content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def _planned(self, day: date) -> Windows:
        if day in self._exceptions:
            return self._exceptions[day]
        return () if self.is_closed(day) else self.weekly[day.weekday()]

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


def parse_calendar(content: Mapping[str, Any]) -> CalendarSpec:
    """Read a calendar in its JSON form, or raise CalendarInvalid with every fault."""
    reader = _Reader()
    spec = reader.calendar(content)
    if reader.problems:
        raise CalendarInvalid(reader.problems)
    return spec


class _Reader:
    """Reads on after a fault, so that a form can show all of them together."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def calendar(self, content: Any) -> CalendarSpec:
        content = self._mapping("", content)
        for key in sorted(set(content) - _FIELDS):
            self._add(f"/{key}", "unknown_field", gettext_noop("This field is unknown."))
        weekly = self._weekly(content.get("weekly", {}))
        closed = frozenset(self._dates("/closed", content.get("closed", [])))
        exceptions = dict(self._exceptions(content.get("exceptions", {})))
        for day in sorted(closed & set(exceptions)):
            self._add(
                f"/exceptions/{day}",
                "closed_and_open",
                gettext_noop("%(day)s is closed and has hours of its own."),
                day=day,
            )
        return CalendarSpec(
            name=self._name(content.get("name")),
            zone=self._zone(content.get("zone")),
            weekly=weekly,
            closed=closed,
            exceptions=tuple(sorted(exceptions.items())),
            holidays=tuple(sorted(self._holidays(content.get("holidays", {})))),
            holiday_cuts_night_shift=self._flag(
                "/holiday_cuts_night_shift",
                content.get("holiday_cuts_night_shift", False),
            ),
        )

    def _name(self, value: Any) -> str:
        if isinstance(value, str) and 0 < len(value.strip()) <= _NAME_LENGTH:
            return value.strip()
        self._add("/name", "name_invalid", gettext_noop("Give the calendar a name."))
        return ""

    def _zone(self, value: Any) -> str:
        if isinstance(value, str) and value in _zones():
            return value
        self._add(
            "/zone",
            "zone_unknown",
            gettext_noop("“%(zone)s” is not a time zone; an example is Europe/Vienna."),
            zone=value,
        )
        return "UTC"

    def _weekly(self, value: Any) -> tuple[Windows, ...]:
        faults_before = len(self.problems)
        given = self._mapping("/weekly", value)
        for key in sorted(set(given) - set(WEEKDAYS)):
            self._add(
                f"/weekly/{key}",
                "weekday_unknown",
                gettext_noop("Weekdays are mon, tue, wed, thu, fri, sat and sun."),
            )
        week = tuple(self._windows(f"/weekly/{d}", given.get(d, [])) for d in WEEKDAYS)
        if not any(week) and len(self.problems) == faults_before:
            # A calendar that is only exceptions would run out of time one day.
            self._add(
                "/weekly",
                "no_working_time",
                gettext_noop("The week needs at least one window of working time."),
            )
        self._refuse_spills(week)
        return week

    def _refuse_spills(self, week: tuple[Windows, ...]) -> None:
        for number, windows in enumerate(week):
            following = week[(number + 1) % 7]
            if windows and following and windows[-1][1] - DAY > following[0][0]:
                self._overlap(f"/weekly/{WEEKDAYS[(number + 1) % 7]}")

    def _exceptions(self, value: Any) -> Iterator[tuple[date, Windows]]:
        for key, windows in self._mapping("/exceptions", value).items():
            day = self._date(f"/exceptions/{key}", key)
            if day:
                yield day, self._windows(f"/exceptions/{key}", windows)

    def _holidays(self, value: Any) -> Iterator[tuple[date, str]]:
        for key, name in self._mapping("/holidays", value).items():
            day = self._date(f"/holidays/{key}", key)
            if not isinstance(name, str):
                self._add(
                    f"/holidays/{key}",
                    "holiday_name_invalid",
                    gettext_noop("Give the holiday a name."),
                )
            elif day:
                yield day, name

    def _windows(self, pointer: str, value: Any) -> Windows:
        pairs = self._list(pointer, value)
        found = [self._window(f"{pointer}/{n}", pair) for n, pair in enumerate(pairs)]
        windows = tuple(sorted(window for window in found if window))
        for one, other in pairwise(windows):
            if one[1] > other[0]:
                self._overlap(pointer)
        return windows

    def _window(self, pointer: str, pair: Any) -> Window | None:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            self._add(
                pointer,
                "window_invalid",
                gettext_noop("A window is a start and an end, as 09:00 and 17:00."),
            )
            return None
        begin, end = (self._minutes(f"{pointer}/{n}", pair[n]) for n in (0, 1))
        if begin is None or end is None:
            return None
        if begin in (end, DAY):
            self._add(
                pointer,
                "window_empty",
                gettext_noop("A window must end at another time than it starts."),
            )
            return None
        return (begin, end if end > begin else end + DAY)

    def _minutes(self, pointer: str, value: Any) -> int | None:
        if isinstance(value, str) and _TIME.fullmatch(value):
            return int(value[:2]) * 60 + int(value[3:])
        self._add(
            pointer,
            "time_invalid",
            gettext_noop("“%(time)s” is not a time from 00:00 to 24:00."),
            time=value,
        )
        return None

    def _dates(self, pointer: str, value: Any) -> Iterator[date]:
        for number, text in enumerate(self._list(pointer, value)):
            day = self._date(f"{pointer}/{number}", text)
            if day:
                yield day

    def _date(self, pointer: str, value: Any) -> date | None:
        try:
            if isinstance(value, str) and _DATE.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass  # a day that no month has: the sentence below says so
        self._add(
            pointer,
            "date_invalid",
            gettext_noop("“%(date)s” is not a date such as 2026-12-24."),
            date=value,
        )
        return None

    def _flag(self, pointer: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self._add(pointer, "flag_invalid", gettext_noop("Say true or false."))
        return value is True

    def _mapping(self, pointer: str, value: Any) -> Mapping[str, Any]:
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            return value
        self._add(pointer, "object_expected", gettext_noop("An object is expected."))
        return {}

    def _list(self, pointer: str, value: Any) -> list[Any]:
        if isinstance(value, list | tuple):
            return list(value)
        self._add(pointer, "list_expected", gettext_noop("A list is expected."))
        return []

    def _overlap(self, pointer: str) -> None:
        self._add(pointer, "windows_overlap", gettext_noop("Two windows of this day overlap."))

    def _add(self, pointer: str, code: str, template: str, **values: object) -> None:
        self.problems.append(Problem(pointer, code, template, values))


def _as_texts(windows: Windows) -> list[list[str]]:
    return [[_as_text(begin), _as_text(end)] for begin, end in windows]


def _as_text(minutes: int) -> str:
    if minutes > DAY:
        minutes -= DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
