"""Calendars as content, and the arithmetic of due times on them."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import workclock
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sla.business_time import (
    ALWAYS,
    CalendarInvalid,
    DurationInvalid,
    due_after,
    hours_of,
    month_of,
    parse_calendar,
    standard_calendar,
)
from tests.sla.calendars import WEEK, around_the_clock, night_shift, std, vienna
from tests.sla.oracle import Oracle

EXAMPLES = 500 * int(os.environ.get("SOAK", "1"))
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


def content(**changes: Any) -> dict[str, Any]:
    return {**standard_calendar("Office", "Europe/Vienna"), **changes}


def problems_of(calendar: Any) -> list[tuple[str, str]]:
    with pytest.raises(CalendarInvalid) as refusal:
        parse_calendar(calendar)
    return [(problem.pointer, problem.code) for problem in refusal.value.problems]


# Reading a calendar


def test_reads_the_calendar_of_the_interface_description() -> None:
    spec = parse_calendar(
        {
            "name": "Sales Vienna",
            "zone": "Europe/Vienna",
            "weekly": {
                "mon": [["09:00", "17:00"]],
                "tue": [["09:00", "12:00"], ["13:00", "17:30"]],
                "sat": [["22:00", "06:00"]],
            },
            "closed": ["2026-12-25"],
            "exceptions": {"2026-12-24": [["09:00", "12:00"]]},
            "holiday_cuts_night_shift": False,
        }
    )
    assert spec.windows_on(date(2026, 1, 6)) == ((540, 720), (780, 1050))
    assert spec.windows_on(date(2026, 1, 10)) == ((1320, 1800),)
    assert spec.windows_on(date(2026, 12, 24)) == ((540, 720),)
    assert spec.windows_on(date(2026, 12, 25)) == ()


def test_writes_what_it_read() -> None:
    given_content = content(
        closed=["2026-12-31"],
        exceptions={"2026-12-24": [["09:00", "12:00"]], "2026-12-30": [["18:00", "02:00"]]},
        holidays={"2026-12-25": "Christmas Day"},
    )
    assert parse_calendar(given_content).as_content() == given_content


def test_the_same_content_is_compiled_once_whatever_the_order_of_its_keys() -> None:
    one = content()
    other = dict(reversed(list(one.items())))
    assert hours_of(one) is hours_of(other)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"zone": "Europe/Wien"}, ("/zone", "zone_unknown")),
        ({"zone": "../etc/passwd"}, ("/zone", "zone_unknown")),
        ({"zone": 3}, ("/zone", "zone_unknown")),
        ({"name": " "}, ("/name", "name_invalid")),
        ({"weekly": {}}, ("/weekly", "no_working_time")),
        ({"weekly": {"mon": []}}, ("/weekly", "no_working_time")),
        ({"weekly": []}, ("/weekly", "object_expected")),
        ({"weekly": {"monday": [["09:00", "17:00"]]}}, ("/weekly/monday", "weekday_unknown")),
        ({"weekly": {"mon": [["09:00", "09:00"]]}}, ("/weekly/mon/0", "window_empty")),
        ({"weekly": {"mon": [["24:00", "08:00"]]}}, ("/weekly/mon/0", "window_empty")),
        ({"weekly": {"mon": [["9:00", "17:00"]]}}, ("/weekly/mon/0/0", "time_invalid")),
        ({"weekly": {"mon": [["09:00", "24:30"]]}}, ("/weekly/mon/0/1", "time_invalid")),
        ({"weekly": {"mon": [["09:00"]]}}, ("/weekly/mon/0", "window_invalid")),
        (
            {"weekly": {"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}},
            ("/weekly/mon", "windows_overlap"),
        ),
        (
            {"weekly": {"mon": [["22:00", "06:00"]], "tue": [["05:00", "09:00"]]}},
            ("/weekly/tue", "windows_overlap"),
        ),
        (
            {"weekly": {"sun": [["22:00", "06:00"]], "mon": [["05:00", "09:00"]]}},
            ("/weekly/mon", "windows_overlap"),
        ),
        ({"closed": ["2026-02-30"]}, ("/closed/0", "date_invalid")),
        ({"closed": ["20260101"]}, ("/closed/0", "date_invalid")),
        ({"closed": "2026-01-01"}, ("/closed", "list_expected")),
        ({"exceptions": {"Monday": []}}, ("/exceptions/Monday", "date_invalid")),
        (
            {"closed": ["2026-12-24"], "exceptions": {"2026-12-24": [["09:00", "12:00"]]}},
            ("/exceptions/2026-12-24", "closed_and_open"),
        ),
        ({"holidays": {"2026-01-01": None}}, ("/holidays/2026-01-01", "holiday_name_invalid")),
        ({"holiday_cuts_night_shift": "no"}, ("/holiday_cuts_night_shift", "flag_invalid")),
        ({"colour": "blue"}, ("/colour", "unknown_field")),
    ],
)
def test_refuses_a_calendar_at_the_field_that_is_wrong(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in problems_of(content(**changes))


def test_names_all_faults_of_a_calendar_together() -> None:
    found = problems_of(content(zone="Mars/Base", weekly={"mon": [["25:00", "26:00"]]}, closed=["soon"]))
    assert {pointer for pointer, _ in found} == {"/zone", "/weekly/mon/0/0", "/weekly/mon/0/1", "/closed/0"}


def test_refuses_what_is_no_object() -> None:
    assert ("", "object_expected") in problems_of([1, 2])


def test_a_fault_is_a_sentence_with_its_value() -> None:
    with pytest.raises(CalendarInvalid) as refusal:
        parse_calendar(content(zone="Mars/Base"))
    assert "Mars/Base" in refusal.value.problems[0].sentence


# Windows and days


def test_24_00_ends_a_window_at_midnight() -> None:
    hours = std(weekly={"fri": [["20:00", "24:00"]], "sat": [["00:00", "02:00"]]})
    assert hours.segments(vienna(1, 9, 21), 4 * 3600) == ((vienna(1, 9, 21), vienna(1, 10, 1)),)


def test_a_window_inside_the_skipped_hour_does_not_exist_that_day() -> None:
    hours = std(weekly={"sun": [["02:30", "03:15"]]})
    assert hours.between(vienna(3, 29, 0), vienna(3, 30, 0)) == 0
    assert hours.next_opening(vienna(3, 28, 0)) == vienna(4, 5, 2, 30)
    assert hours.add(vienna(3, 22, 3), 30 * 60) == vienna(4, 5, 2, 45)


def test_a_shift_of_sunday_night_reaches_into_monday() -> None:
    hours = std(weekly={"sun": [["22:00", "06:00"]], "mon": [["06:00", "08:00"]]})
    assert hours.between(vienna(1, 11, 0), vienna(1, 13, 0)) == 10 * 3600


def test_an_exception_opens_a_holiday_and_a_weekend() -> None:
    hours = std(exceptions={"2026-01-06": [["10:00", "12:00"]], "2026-01-10": [["10:00", "11:00"]]})
    assert hours.between(vienna(1, 6, 0), vienna(1, 7, 0)) == 2 * 3600
    assert hours.between(vienna(1, 10, 0), vienna(1, 11, 0)) == 3600


def test_an_exception_without_windows_closes_the_day() -> None:
    assert std(exceptions={"2026-01-07": []}).between(vienna(1, 7, 0), vienna(1, 8, 0)) == 0


def test_open_from_the_opening_and_no_longer_at_the_second_of_closing() -> None:
    hours = std()
    moments = [vienna(1, 8, 8, 59, 59), vienna(1, 8, 9), vienna(1, 8, 16, 59, 59), vienna(1, 8, 17)]
    assert [hours.is_open(at) for at in moments] == [False, True, True, False]


def test_the_next_opening_is_now_while_open_and_skips_weekend_and_holiday() -> None:
    hours = std()
    assert hours.next_opening(vienna(1, 8, 10)) == vienna(1, 8, 10)
    assert hours.next_opening(vienna(1, 5, 17)) == vienna(1, 7, 9)
    assert hours.next_opening(vienna(1, 9, 20)) == vienna(1, 12, 9)


def test_segments_show_what_was_counted() -> None:
    assert std().segments(vienna(3, 27, 16), 8 * 3600) == (
        (vienna(3, 27, 16), vienna(3, 27, 17)),
        (vienna(3, 30, 9), vienna(3, 30, 16)),
    )


def test_working_days_leave_out_weekends_and_holidays() -> None:
    days = std().working_days(date(2026, 1, 1), date(2026, 1, 12))
    assert [day.day for day in days] == [2, 5, 7, 8, 9, 12]
    assert std().working_days(date(2026, 1, 12), date(2026, 1, 1)) == []


def test_closed_days_name_the_holidays_that_took_time_away() -> None:
    closed = std(closed=["2026-08-14"]).closed_days(date(2026, 8, 10), date(2026, 8, 20))
    # 15 August is a Saturday: no time was lost.
    assert [(day.day.day, day.name) for day in closed] == [(14, "")]
    assert [day.name for day in std().closed_days(date(2026, 1, 1), date(2026, 1, 7))] == [
        "New Year's Day",
        "Epiphany",
    ]


def test_answers_are_exact_below_the_second() -> None:
    start = vienna(1, 8, 16, 59, 59) + timedelta(microseconds=500_000)
    assert std().add(start, 1) == vienna(1, 9, 9) + timedelta(microseconds=500_000)


def test_nothing_left_means_at_the_next_opening() -> None:
    assert std().add(vienna(1, 10, 18), 0) == vienna(1, 12, 9)
    assert std().add(vienna(1, 8, 10), 0) == vienna(1, 8, 10)


def test_refuses_moments_without_a_zone() -> None:
    with pytest.raises((TypeError, ValueError)):
        std().add(datetime(2026, 1, 8, 10), 60)  # noqa: DTZ001


def test_refuses_an_end_before_its_beginning() -> None:
    with pytest.raises(ValueError, match="before"):
        std().between(vienna(1, 8, 10), vienna(1, 8, 9))


@pytest.mark.parametrize("year", [1, 1971, 2199, 9999])
def test_refuses_moments_in_years_it_does_not_know(year: int) -> None:
    with pytest.raises(DurationInvalid) as refusal:
        std().add(datetime(year, 6, 1, tzinfo=UTC), 60)
    assert refusal.value.extra["reason"] == "moment_out_of_range"


# Durations


@pytest.mark.parametrize("unit", ["elapsed_hours", "business_hours", "business_days"])
@pytest.mark.parametrize("amount", [0, -1, Decimal("-0.5"), Decimal("NaN"), Decimal("Infinity"), True, 1.5, "8"])
def test_refuses_what_is_no_duration(unit: str, amount: Any) -> None:
    with pytest.raises(DurationInvalid):
        due_after(vienna(1, 8, 10), amount, unit, std())


def test_refuses_fractions_of_a_business_day_but_not_of_an_hour() -> None:
    with pytest.raises(DurationInvalid) as refusal:
        due_after(vienna(1, 8, 10), Decimal("1.5"), "business_days", std())
    assert refusal.value.extra["reason"] == "days_fractional"
    assert due_after(vienna(1, 8, 10), Decimal("1.5"), "business_hours", std()) == vienna(1, 8, 11, 30)


def test_refuses_an_unknown_unit() -> None:
    with pytest.raises(DurationInvalid):
        due_after(vienna(1, 8, 10), 1, "weeks", std())


def test_refuses_a_duration_of_centuries_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(DurationInvalid) as refusal:
        due_after(vienna(1, 8, 10), 10**7, "business_hours", std())
    assert refusal.value.extra["reason"] == "duration_too_long"
    assert time.perf_counter() - began < 5


def test_one_year_closed_as_a_whole_is_skipped() -> None:
    first = date(2026, 1, 1).toordinal()
    closed = [date.fromordinal(first + n).isoformat() for n in range(4 * 366)]
    hours = std(closed=closed)
    assert hours.add(vienna(1, 8, 10), 3600).year == 2030
    assert hours.next_opening(vienna(1, 8, 10)).year == 2030
    assert hours.add_days(vienna(1, 8, 10), 1).year == 2030


def test_a_business_day_later_is_never_after_closing() -> None:
    hours = std(exceptions={"2026-01-09": [["09:00", "12:00"]]})
    assert hours.add_days(vienna(1, 8, 15), 1) == vienna(1, 9, 12)
    assert hours.add_days(vienna(1, 8, 11), 1) == vienna(1, 9, 11)


def test_after_midnight_of_a_night_shift_it_is_still_the_day_before() -> None:
    # Tuesday 01:00 is Monday's shift; one business day later is Tuesday's.
    assert night_shift().add_days(vienna(1, 13, 1), 1) == vienna(1, 14, 1)
    # Saturday 01:00 is Friday's shift; Monday's reaches to Tuesday 01:00.
    assert night_shift().add_days(vienna(1, 10, 1), 1) == vienna(1, 13, 1)


def test_a_month_is_that_of_the_organisations_zone() -> None:
    assert month_of(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Europe/Vienna") == "2027-01"


def test_eight_business_hours_cost_less_than_ten_microseconds() -> None:
    hours, start = std(), vienna(3, 27, 16)
    hours.add(start, 8 * 3600)
    rounds = 2000

    def once() -> float:
        began = time.perf_counter()
        for _ in range(rounds):
            hours.add(start, 8 * 3600)
        return (time.perf_counter() - began) / rounds

    # The best of many rounds: what the work costs, not what the machine is busy with.
    assert min(once() for _ in range(10)) < 10e-6


# Random calendars against the oracle


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


def test_all_time_is_open_around_the_clock_in_any_zone() -> None:
    start = vienna(3, 28, 12)
    for hours in (ALWAYS, around_the_clock(), around_the_clock("Australia/Lord_Howe")):
        assert hours.add(start, 90 * 86_400) == start + timedelta(days=90)
