"""The pace of a month: plan line, forecast, requirement, evenness, risk."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.pace import TargetInvalid, pace
from tests.sla.calendars import std

# Twenty working days: February 2026 has no Austrian holiday.
FEBRUARY = std().working_days(date(2026, 2, 1), date(2026, 2, 28))


def feb(day: int) -> date:
    return date(2026, 2, day)


def even(until: int, points: int) -> dict[date, int]:
    return {day: points for day in FEBRUARY if day.day <= until}


def test_the_plan_line_climbs_by_working_day_and_ends_at_the_target() -> None:
    line = pace(500, {}, FEBRUARY, feb(1)).line
    assert len(line) == 20
    assert [point.planned for point in line[:3]] == [25, 50, 75]
    assert line[-1].planned == 500
    assert all(point.delivered is None for point in line)


def test_on_plan_is_index_100_and_forecasts_the_target() -> None:
    found = pace(500, even(13, 25), FEBRUARY, feb(13))
    assert (found.delivered, found.planned_to_date, found.index) == (250, 250, 100)
    assert (found.days_elapsed, found.days_open) == (10, 11)
    assert found.forecast is not None
    assert (found.forecast.points, found.forecast.low, found.forecast.high) == (500, 500, 500)
    assert not found.at_risk


def test_half_the_plan_is_index_50_and_at_risk() -> None:
    found = pace(500, {day: Decimal("12.5") for day in FEBRUARY if day.day <= 13}, FEBRUARY, feb(13))
    assert found.index == 50
    assert found.forecast is not None
    assert found.forecast.points == 250
    assert found.required_per_day == Decimal(375) / 11
    assert found.at_risk


def test_a_morning_without_leads_does_not_lower_the_forecast() -> None:
    evening_before = pace(500, even(12, 25), FEBRUARY, feb(12)).forecast
    morning = pace(500, even(12, 25), FEBRUARY, feb(13)).forecast
    assert evening_before is not None
    assert morning is not None
    assert morning.points == evening_before.points == 500


def test_a_day_better_than_the_rate_raises_the_forecast_by_the_surplus() -> None:
    found = pace(500, {**even(12, 25), feb(13): 40}, FEBRUARY, feb(13)).forecast
    assert found is not None
    assert found.points == 515


def test_the_range_is_that_of_the_documented_formula() -> None:
    # Days of 20, 30 and 40: r = 30, s = 10, c = 3; today brought nothing yet, k = 17.
    delivered = {feb(2): 20, feb(3): 30, feb(4): 40}
    found = pace(500, delivered, FEBRUARY, feb(5)).forecast
    assert found is not None
    assert found.points == 90 + 30 * 17
    spread = Decimal("1.2816") * 10 * (Decimal(17) * (1 + Decimal(17) / 3)).sqrt()
    assert found.low is not None
    assert found.high is not None
    assert abs(found.high - found.points - spread) < Decimal("1e-9")
    assert abs(found.points - found.low - spread) < Decimal("1e-9")


def test_the_range_never_falls_below_what_is_delivered() -> None:
    found = pace(500, {feb(2): 0, feb(3): 300}, FEBRUARY, feb(4)).forecast
    assert found is not None
    assert found.low == 300


def test_the_first_day_has_no_forecast_the_second_no_range_the_third_no_risk() -> None:
    first = pace(500, {feb(2): 1}, FEBRUARY, feb(2))
    second = pace(500, {feb(2): 1}, FEBRUARY, feb(3))
    third = pace(500, {feb(2): 1}, FEBRUARY, feb(4))
    fourth = pace(500, {feb(2): 1}, FEBRUARY, feb(5))
    assert first.forecast is None
    assert second.forecast is not None
    assert second.forecast.low is None
    assert third.forecast is not None
    assert third.forecast.low is not None
    assert [month.at_risk for month in (first, second, third, fourth)] == [False, False, False, True]


def test_a_weekends_leads_count_at_once_and_show_on_monday() -> None:
    saturday = pace(500, {feb(7): 10}, FEBRUARY, feb(8))
    monday = pace(500, {feb(7): 10}, FEBRUARY, feb(9))
    assert saturday.delivered == 10
    assert saturday.line[4].delivered == 0
    assert monday.line[5].delivered == 10


def test_later_days_are_not_delivered_yet() -> None:
    assert pace(500, even(27, 25), FEBRUARY, feb(13)).delivered == 250


def test_a_reached_target_requires_nothing_more() -> None:
    found = pace(100, even(13, 25), FEBRUARY, feb(13))
    assert (found.required_per_day, found.at_risk) == (0, False)


def test_a_month_that_is_over_is_judged_by_what_came() -> None:
    short = pace(501, even(27, 25), FEBRUARY, date(2026, 3, 2))
    kept = pace(500, even(27, 25), FEBRUARY, date(2026, 3, 2))
    assert (short.at_risk, kept.at_risk) == (True, False)
    assert (short.required_per_day, short.days_open) == (None, 0)
    assert short.forecast is not None
    assert short.forecast.points == 500


def test_a_month_to_come_has_no_index_no_forecast_and_is_not_at_risk() -> None:
    found = pace(500, {}, FEBRUARY, date(2026, 1, 20))
    assert (found.index, found.forecast, found.evenness, found.at_risk) == (None, None, None, False)
    assert found.required_per_day == 25


def test_even_weeks_are_1_and_one_week_of_four_is_a_quarter() -> None:
    assert pace(500, even(27, 25), FEBRUARY, feb(28)).evenness == 1
    assert pace(500, {feb(27): 500}, FEBRUARY, feb(28)).evenness == Decimal("0.25")


def test_evenness_compares_only_the_weeks_so_far() -> None:
    assert pace(500, even(13, 25), FEBRUARY, feb(13)).evenness == 1
    # 3 : 1 where 1 : 1 was planned.
    uneven = {feb(2): 30, feb(9): 10}
    assert pace(500, uneven, FEBRUARY, feb(13)).evenness == Decimal("0.75")


def test_points_taken_back_lower_the_total() -> None:
    found = pace(500, {feb(2): 30, feb(3): -6}, FEBRUARY, feb(4))
    assert found.delivered == 24
    assert found.line[1].delivered == 24


@pytest.mark.parametrize("target", [0, -5, Decimal("NaN"), Decimal("Infinity")])
def test_refuses_a_target_of_nothing(target: Decimal | int) -> None:
    with pytest.raises(TargetInvalid):
        pace(target, {}, FEBRUARY, feb(1))


def test_refuses_a_month_without_working_days() -> None:
    with pytest.raises(TargetInvalid):
        pace(500, {}, [], feb(1))


@given(
    st.dictionaries(st.integers(1, 28), st.integers(0, 200), max_size=20),
    st.integers(1, 5000),
    st.integers(0, 35),
)
def test_any_month_keeps_its_promises(daily: dict[int, int], target: int, shift: int) -> None:
    today = date(2026, 1, 30) + timedelta(days=shift)
    found = pace(target, {feb(day): points for day, points in daily.items()}, FEBRUARY, today)
    assert found.line[-1].planned == target
    assert found.days_elapsed + found.days_open in (20, 21)
    if found.evenness is not None:
        assert 0 <= found.evenness <= 1
    if found.forecast and found.forecast.low is not None and found.forecast.high is not None:
        assert found.delivered <= found.forecast.low <= found.forecast.points <= found.forecast.high
    if found.required_per_day is not None:
        total = found.required_per_day * found.days_open + found.delivered
        assert total >= target - Decimal("1e-9")
