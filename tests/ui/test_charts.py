"""Geometry of the charts, by what a reader would measure on the picture."""

import re

import pytest

from smarketing.lib import charts


def numbers(path: str) -> list[tuple[float, float]]:
    """The points of a path of straight lines."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def month(**changes: object) -> charts.Pace:
    facts = {
        "actual": [(1, 0), (2, 18), (10, 200)],
        "plan": [(day, day * 20) for day in range(1, 31)],
        "previous": [],
        "forecast": [(10, 200, 200, 200), (30, 540, 580, 620)],
        "target": 600.0,
        "days": 30,
    }
    return charts.pace(**(facts | changes))  # type: ignore[arg-type]


def test_the_plan_climbs_from_left_to_right_inside_the_box() -> None:
    points = numbers(month().plan)
    assert points[0][0] == 0
    assert points[-1][0] == 1000
    assert all(0 <= y <= 1000 for _, y in points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)


def test_the_axis_reaches_above_target_and_forecast_with_few_round_lines() -> None:
    for target in (3.0, 60.0, 500.0, 600.0, 12_345.0):
        ticks = month(target=target, plan=[(1, 0), (30, target)], actual=[(1, 0)], forecast=[]).y_ticks
        assert ticks[-1].label > target
        assert 3 <= len(ticks) <= 10
        assert ticks[0].label == 0


def test_a_month_without_deliveries_draws_plan_and_target_only() -> None:
    chart = month(actual=[], forecast=[])
    assert (chart.line, chart.area, chart.cone, chart.forecast) == ("", "", "", "")
    assert chart.plan


def test_every_day_can_be_pointed_at_once() -> None:
    hits = month().hits
    assert [hit.day for hit in hits] == list(range(1, 31))
    assert sum(float(hit.width) for hit in hits) == pytest.approx(100, abs=0.5)
    assert hits[1].delivered == 18
    assert hits[20].delivered is None


@pytest.mark.parametrize("share", [0, 12.5, 50, 50.1, 75, 89, 96.7, 100, 130])
def test_the_stretches_of_a_deadline_add_up_to_its_share(share: float) -> None:
    parts = charts.deadline_segments(share)
    assert sum(float(part.width) for part in parts) == pytest.approx(min(share, 100), abs=0.02)
    assert [part.level for part in parts] == ["ok", "warn", "high", "crit"][: len(parts)]


def test_a_gauge_under_target_shows_the_gap_and_above_it_none() -> None:
    assert charts.gauge(92.6, 95).gap
    assert charts.gauge(97, 95).gap == ""
    assert charts.gauge(97, 95).low == 80


@pytest.mark.parametrize(("share", "low"), [(92, 80), (84, 60), (70, 60), (62, 40), (30, 0), (0, 0)])
def test_the_scale_of_a_gauge_always_holds_its_value(share: float, low: int) -> None:
    gauge = charts.gauge(share, 95)
    assert gauge.low == low
    xs = [float(x) for x, _ in re.findall(r"(-?[\d.]+) (-?[\d.]+)$", gauge.value)]
    assert all(29 <= x <= 231 for x in xs)


def test_a_spark_needs_two_values() -> None:
    assert charts.spark([]) is None
    assert charts.spark([5]) is None
    assert charts.spark([5, 5]) is not None
    line = charts.spark([1, 3, 2])
    assert line is not None
    assert numbers(line.path) == [(0, 100), (50, 0), (100, 50)]


def test_columns_leave_room_for_their_numbers() -> None:
    heights = [float(column.height) for column in charts.columns([10, 5, 0])]
    assert heights == [84, 42, 0]
    assert charts.columns([0, 0])[0].height == "0.00"
