"""Random calendars against an oracle that walks minute by minute, and against another library."""

import os
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import workclock
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sla.business_time import hours_of
from tests.sla.calendars import WEEK
from tests.sla.oracle import Oracle

SOAK = int(os.environ.get("SOAK", "1"))
# The ordinary run draws the same ones each time; the long one draws anew.
EXAMPLES = 500 * SOAK
thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# Hundreds of random cases against an oracle that walks minute by minute.
pytestmark = pytest.mark.timeout(600)

# Half-hour changes, changes at midnight, odd offsets, none at all.
ZONES = [
    "UTC",
    "Europe/Vienna",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
]
# Weeks in which most of these zones change their clocks, and a quiet one.
BEGINNINGS = [
    date(2026, 3, 2),
    date(2026, 3, 25),
    date(2026, 4, 1),
    date(2026, 4, 20),
    date(2026, 9, 1),
    date(2026, 9, 24),
    date(2026, 10, 21),
    date(2026, 12, 21),
]
HORIZON = 24
QUARTERS = 96


def as_text(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


def window(begin: int, end: int) -> list[str]:
    return [as_text(begin), as_text(end if end <= QUARTERS else end - QUARTERS)]


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    """Windows between sorted points of the week, overnight ones among them."""
    points = sorted(draw(st.sets(st.integers(0, 7 * QUARTERS), min_size=2, max_size=20)))
    weekly: dict[str, list[list[str]]] = {}
    for begin, end in zip(points[::2], points[1::2], strict=False):
        day, start = divmod(begin, QUARTERS)
        length = min(end - begin, QUARTERS - (1 if start else 0))
        weekly.setdefault(WEEK[day], []).append(window(start, start + length))
    return weekly


@st.composite
def office_weeks(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    days = draw(st.sets(st.sampled_from(WEEK), min_size=1))
    begin, end = sorted(draw(st.sets(st.integers(0, QUARTERS), min_size=2, max_size=2)))
    return {day: [window(begin, end)] for day in days}


@st.composite
def calendars(draw: st.DrawFn, first: date) -> dict[str, Any]:
    days = [first + timedelta(days=n) for n in range(HORIZON)]
    special = draw(st.lists(st.sampled_from(days), unique=True, max_size=8))
    texts = [day.isoformat() for day in special]
    cut = sorted(draw(st.lists(st.integers(0, len(texts)), min_size=2, max_size=2)))
    exception = draw(st.sampled_from([[], [["09:00", "12:00"]], [["00:00", "24:00"]], [["22:00", "03:15"]]]))
    return {
        "name": "Random",
        "zone": draw(st.sampled_from(ZONES)),
        "weekly": draw(st.one_of(weeks(), office_weeks())),
        "closed": texts[: cut[0]],
        "holidays": dict.fromkeys(texts[cut[0] : cut[1]], "Holiday"),
        "exceptions": dict.fromkeys(texts[cut[1] :], exception),
        "holiday_cuts_night_shift": draw(st.booleans()),
    }


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], Oracle, datetime, int]:
    """A calendar, its oracle over some weeks, a moment in the first, some seconds."""
    first = draw(st.sampled_from(BEGINNINGS))
    calendar = draw(calendars(first))
    oracle = Oracle(calendar, first - timedelta(days=5), first + timedelta(days=HORIZON))
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    start += timedelta(seconds=draw(st.integers(0, 7 * 86_400)))
    seconds = draw(st.one_of(st.integers(1, 40 * 3600), st.integers(1, 160).map(lambda n: n * 900)))
    return calendar, oracle, start, seconds


@thorough
@given(cases())
def test_due_times_equal_those_of_the_oracle(case: tuple[dict[str, Any], Oracle, datetime, int]) -> None:
    calendar, oracle, start, seconds = case
    expected = oracle.due(start, seconds)
    assume(expected is not None)
    assert hours_of(calendar).add(start, seconds) == expected


@thorough
@given(cases())
def test_business_time_between_two_moments_equals_that_of_the_oracle(
    case: tuple[dict[str, Any], Oracle, datetime, int],
) -> None:
    calendar, oracle, start, seconds = case
    end = start + timedelta(seconds=seconds)
    assert hours_of(calendar).between(start, end) == oracle.between(start, end)


@thorough
@given(cases())
def test_openings_equal_those_of_the_oracle(case: tuple[dict[str, Any], Oracle, datetime, int]) -> None:
    calendar, oracle, start, _ = case
    hours = hours_of(calendar)
    assert hours.is_open(start) == oracle.is_open(start)
    expected = oracle.next_opening(start)
    assume(expected is not None)
    assert hours.next_opening(start) == expected


@thorough
@given(cases(), st.integers(1, 4))
def test_business_days_equal_those_of_the_oracle(
    case: tuple[dict[str, Any], Oracle, datetime, int], number: int
) -> None:
    calendar, oracle, start, _ = case
    expected = oracle.add_days(start, number)
    assume(expected is not None)
    assert hours_of(calendar).add_days(start, number) == expected


@thorough
@given(cases())
def test_the_time_up_to_the_due_time_is_the_time_that_was_given(
    case: tuple[dict[str, Any], Oracle, datetime, int],
) -> None:
    calendar, _, start, seconds = case
    hours = hours_of(calendar)
    due_at = hours.add(start, seconds)
    assert hours.between(start, due_at) == seconds
    # Earliest: one microsecond before, something was still missing.
    assert hours.worked(start, due_at - timedelta(microseconds=1)) < timedelta(seconds=seconds)
    counted = sum((end - begin).total_seconds() for begin, end in hours.segments(start, seconds))
    assert counted == seconds


@settings(thorough, max_examples=EXAMPLES // 5)
@given(cases())
def test_a_later_year_asked_for_first_changes_no_answer(
    case: tuple[dict[str, Any], Oracle, datetime, int],
) -> None:
    calendar, _, start, seconds = case
    asked_once = hours_of({**calendar, "name": "Asked once"}).add(start, seconds)
    other = hours_of({**calendar, "name": "Asked for other years"})
    other.add(start.replace(year=2031, day=1), seconds)
    other.add(start.replace(year=2019, day=1), seconds)
    assert other.add(start, seconds) == asked_once


@thorough
@given(st.data())
def test_workclock_agrees(data: st.DataObject) -> None:
    first = data.draw(st.sampled_from(BEGINNINGS))
    weekly = data.draw(st.one_of(weeks(), office_weeks()))
    zone = data.draw(st.sampled_from(ZONES))
    overnight = any(begin >= end != "24:00" for pairs in weekly.values() for begin, end in pairs)
    # Its holidays remove midnight to midnight, ours the shift that begins on the day.
    holidays = [] if overnight else data.draw(st.lists(st.integers(0, HORIZON), max_size=5, unique=True))
    dates = [first + timedelta(days=n) for n in holidays]
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    start += timedelta(seconds=data.draw(st.integers(0, 7 * 86_400)))
    seconds = data.draw(st.integers(1, 60 * 3600))
    rules: list[Any] = [
        workclock.WorkDay(at(begin), at(end), days=[WEEK.index(day)])
        for day, pairs in weekly.items()
        for begin, end in pairs
    ]
    if dates:
        rules.append(workclock.Holidays(dates))
    schedule = workclock.Schedule(rules, time_zone=ZoneInfo(zone))
    hours = hours_of(
        {
            "name": "Second opinion",
            "zone": zone,
            "weekly": weekly,
            "holidays": {day.isoformat(): "Holiday" for day in dates},
        }
    )
    end = start + timedelta(seconds=seconds)
    assert hours.worked(start, end) == schedule.between(start, end)
    assert hours.add(start, seconds) == schedule.add(start, timedelta(seconds=seconds))


def at(text: str) -> wall_time:
    return wall_time(0) if text == "24:00" else wall_time.fromisoformat(text)
