"""The arithmetic of due times on calendars."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sla.business_time import ALWAYS, DurationInvalid, due_after, month_of
from tests.sla.calendars import around_the_clock, night_shift, std, vienna

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


def test_all_time_is_open_around_the_clock_in_any_zone() -> None:
    start = vienna(3, 28, 12)
    for hours in (ALWAYS, around_the_clock(), around_the_clock("Australia/Lord_Howe")):
        assert hours.add(start, 90 * 86_400) == start + timedelta(days=90)
