"""Reading a calendar that a person or a client wrote: every fault at once, each at its field."""

import re
from collections.abc import Iterator, Mapping, Sized
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from sla.business_time.problem import Problem, gettext_noop
from sla.business_time.spec import DAY, WEEKDAYS, CalendarSpec, Week, Window, Windows

_FIELDS = frozenset(
    {
        "name",
        "zone",
        "weekly",
        "closed",
        "exceptions",
        "holidays",
        "holiday_cuts_night_shift",
        "sources",
        "earlier",
    }
)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME_LENGTH = 100
_SOURCE_LENGTH = 40
# Twelve a year for the rest of a working life; beyond it somebody is trying something.
_MOST_DAYS = 2000
_MOST_WINDOWS = 24


class CalendarInvalid(ValueError):
    """The calendar cannot be used; every fault found is in `problems`."""

    code = "calendar_invalid"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.sentence for problem in problems))


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
        holidays = dict(self._holidays(content.get("holidays", {})))
        return CalendarSpec(
            name=self._name(content.get("name")),
            zone=self._zone(content.get("zone")),
            weekly=weekly,
            closed=closed,
            exceptions=tuple(sorted(exceptions.items())),
            holidays=tuple(sorted(holidays.items())),
            holiday_cuts_night_shift=self._flag(
                "/holiday_cuts_night_shift",
                content.get("holiday_cuts_night_shift", False),
            ),
            sources=tuple(sorted(self._sources(content.get("sources", {}), holidays))),
            earlier=tuple(self._earlier(content.get("earlier", []))),
        )

    def _name(self, value: Any) -> str:
        if isinstance(value, str) and 0 < len(value.strip()) <= _NAME_LENGTH:
            return value.strip()
        self._add("/name", "name_invalid", gettext_noop("Give the calendar a name."))
        return ""

    def _zone(self, value: Any, pointer: str = "/zone") -> str:
        if isinstance(value, str) and value in _zones():
            return value
        self._add(
            pointer,
            "zone_unknown",
            gettext_noop("“%(zone)s” is not a time zone; an example is Europe/Vienna."),
            zone=value,
        )
        return "UTC"

    def _weekly(self, value: Any, pointer: str = "/weekly") -> tuple[Windows, ...]:
        faults_before = len(self.problems)
        given = self._mapping(pointer, value)
        for key in sorted(set(given) - set(WEEKDAYS)):
            self._add(
                f"{pointer}/{key}",
                "weekday_unknown",
                gettext_noop("Weekdays are mon, tue, wed, thu, fri, sat and sun."),
            )
        week = tuple(self._windows(f"{pointer}/{d}", given.get(d, [])) for d in WEEKDAYS)
        if not any(week) and len(self.problems) == faults_before:
            # A calendar that is only exceptions would run out of time one day.
            self._add(
                pointer,
                "no_working_time",
                gettext_noop("The week needs at least one window of working time."),
            )
        self._refuse_spills(week, pointer)
        return week

    def _refuse_spills(self, week: tuple[Windows, ...], pointer: str) -> None:
        for number, windows in enumerate(week):
            following = week[(number + 1) % 7]
            if windows and following and windows[-1][1] - DAY > following[0][0]:
                self._overlap(f"{pointer}/{WEEKDAYS[(number + 1) % 7]}")

    def _earlier(self, value: Any) -> Iterator[tuple[date, Week]]:
        last: date | None = None
        for number, item in enumerate(self._list("/earlier", value)):
            pointer = f"/earlier/{number}"
            given = self._mapping(pointer, item)
            until = self._date(f"{pointer}/until", given.get("until"))
            week = Week(
                self._zone(given.get("zone"), f"{pointer}/zone"),
                self._weekly(given.get("weekly", {}), f"{pointer}/weekly"),
            )
            if until and last and until <= last:
                self._add(f"{pointer}/until", "not_ascending", gettext_noop("Earlier weeks come in their order."))
            elif until:
                yield until, week
            last = until or last

    def _exceptions(self, value: Any) -> Iterator[tuple[date, Windows]]:
        for key, windows in self._mapping("/exceptions", value).items():
            day = self._date(f"/exceptions/{key}", key)
            if day:
                yield day, self._windows(f"/exceptions/{key}", windows)

    def _holidays(self, value: Any) -> Iterator[tuple[date, str]]:
        for key, name in self._mapping("/holidays", value).items():
            day = self._date(f"/holidays/{key}", key)
            if not isinstance(name, str) or len(name) > _NAME_LENGTH:
                self._add(
                    f"/holidays/{key}",
                    "holiday_name_invalid",
                    gettext_noop("Give the holiday a name of up to 100 characters."),
                )
            elif day:
                yield day, name

    def _sources(self, value: Any, holidays: Mapping[date, str]) -> Iterator[tuple[date, str]]:
        """Where rows came from; a row that was taken out takes its origin with it."""
        for key, source in self._mapping("/sources", value).items():
            day = self._date(f"/sources/{key}", key)
            if not isinstance(source, str) or not 0 < len(source) <= _SOURCE_LENGTH:
                self._add(f"/sources/{key}", "source_invalid", gettext_noop("Name the origin in up to 40 characters."))
            elif day and day in holidays:
                yield day, source

    def _windows(self, pointer: str, value: Any) -> Windows:
        pairs = self._list(pointer, value)
        if len(pairs) > _MOST_WINDOWS:
            self._add(pointer, "too_many", gettext_noop("A day has at most %(most)s windows."), most=_MOST_WINDOWS)
            return ()
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
            return value if self._fits(pointer, value) else {}
        self._add(pointer, "object_expected", gettext_noop("An object is expected."))
        return {}

    def _list(self, pointer: str, value: Any) -> list[Any]:
        if isinstance(value, list | tuple):
            return list(value) if self._fits(pointer, value) else []
        self._add(pointer, "list_expected", gettext_noop("A list is expected."))
        return []

    def _fits(self, pointer: str, value: Sized) -> bool:
        if len(value) <= _MOST_DAYS:
            return True
        self._add(pointer, "too_many", gettext_noop("Give at most %(most)s."), most=_MOST_DAYS)
        return False

    def _overlap(self, pointer: str) -> None:
        self._add(pointer, "windows_overlap", gettext_noop("Two windows of this day overlap."))

    def _add(self, pointer: str, code: str, template: str, **values: object) -> None:
        self.problems.append(Problem(pointer, code, template, values))


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
