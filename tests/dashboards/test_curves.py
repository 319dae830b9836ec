"""Series of the pace chart."""

from datetime import date
from decimal import Decimal

from dashboards.curves import cone, cumulative, planned
from sla.pace import pace

# A month of ten days, of which five are worked; the 4th and 5th are a weekend.
DAYS = [date(2026, 3, n) for n in (1, 2, 3, 6, 8)]


def test_delivered_points_add_up_and_rest_between() -> None:
    by_day = {date(2026, 3, 1): Decimal(3), date(2026, 3, 3): Decimal(2), date(2026, 3, 9): Decimal(9)}
    assert cumulative(by_day, until=4) == [(1, 3), (2, 3), (3, 5), (4, 5)]
    assert cumulative(by_day, until=0) == []


def test_the_plan_rests_where_nobody_works() -> None:
    values = [value for _, value in planned(Decimal(50), DAYS, days=10)]
    assert values == [10, 20, 30, 30, 30, 40, 40, 50, 50, 50]


def test_the_cone_begins_at_what_is_delivered_and_ends_at_the_forecast() -> None:
    by_day = {date(2026, 3, 1): Decimal(8), date(2026, 3, 2): Decimal(12)}
    found = pace(50, by_day, DAYS, date(2026, 3, 3))
    series = cone(found, DAYS, today=date(2026, 3, 3), days=10)
    assert series[0] == (3, 20, 20, 20)
    assert found.forecast is not None
    assert series[-1] == (10, found.forecast.low, found.forecast.points, found.forecast.high)
    # Nobody works on the weekend: the line rests.
    assert series[1][2] == series[2][2] == 20
    assert all(low <= middle <= high for _, low, middle, high in series)


def test_one_completed_day_has_no_range_to_draw() -> None:
    found = pace(50, {date(2026, 3, 1): Decimal(8)}, DAYS, date(2026, 3, 2))
    assert cone(found, DAYS, today=date(2026, 3, 2), days=10) == []
