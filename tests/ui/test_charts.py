"""Geometry of the charts, by what a reader would measure on the picture."""

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from smarketing.lib import charts
from smarketing.lib.charts import Number
from smarketing.lib.templatetags.ui import compact, spark


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


def heights(path: str, chart: charts.Pace) -> list[float]:
    """The values of a path, read off the axis as an eye does."""
    low, high = chart.y_ticks[0], chart.y_ticks[-1]
    unit = (high.label - low.label) / (float(low.at) - float(high.at))
    return [low.label + (float(low.at) - y) * unit for _, y in numbers(path)]


@pytest.mark.parametrize(
    "actual",
    [
        [(1, 0)],
        [(1, 0), (2, 0), (3, 0)],
        [(1, -12), (2, -40), (3, 5)],
        [(1, 4), (2, 2_000_000_000), (3, 3_141_592_653)],
        [(1, Decimal("0.25")), (2, Decimal("0.75"))],
    ],
    ids=["one point", "nothing", "below zero", "huge", "parts of a point"],
)
def test_what_is_drawn_is_what_was_delivered_whatever_its_size(actual: list[tuple[int, Number]]) -> None:
    chart = month(actual=actual, plan=[(1, 0), (30, 3)], target=3, forecast=[])
    span = chart.y_ticks[-1].label - chart.y_ticks[0].label
    drawn = heights(chart.line, chart)
    assert drawn == pytest.approx([float(value) for _, value in actual], abs=span / 5_000)
    assert all(0 <= y <= 1000 for path in (chart.line, chart.area, chart.plan) for _, y in numbers(path))
    assert 3 <= len(chart.y_ticks) <= 11
    assert [tick.label for tick in chart.y_ticks if tick.is_zero] == [0]


def test_the_area_stands_on_zero_also_in_a_month_that_corrections_took_below_it() -> None:
    chart = month(actual=[(1, -10), (2, -30)], plan=[(1, 0), (30, 60)], target=60, forecast=[])
    zero = next(tick.at for tick in chart.y_ticks if tick.is_zero)
    ends = numbers(chart.area)
    assert [f"{ends[0][1]:.1f}", f"{ends[-1][1]:.1f}"] == [zero, zero]


def test_paper_draws_the_same_curve_in_its_own_size() -> None:
    wide, paper = month(), month(box=(560, 220))
    assert numbers(paper.line) == [
        (pytest.approx(x * 0.56, abs=0.1), pytest.approx(y * 0.22, abs=0.1)) for x, y in numbers(wide.line)
    ]
    assert [tick.percent for tick in paper.y_ticks] == [tick.percent for tick in wide.y_ticks]


@pytest.mark.parametrize("days", [28, 29, 30, 31])
def test_no_two_days_are_written_over_each_other(days: int) -> None:
    labels = [tick.label for tick in month(days=days, forecast=[]).x_ticks]
    assert labels[-1] == days
    assert all(later - earlier >= 3 for earlier, later in pairwise(labels))


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
    still = charts.spark([5, 5])
    assert still is not None
    assert numbers(still.path) == [(0, 50), (100, 50)]
    line = charts.spark([1, 3, 2])
    assert line is not None
    assert numbers(line.path) == [(0, 100), (50, 0), (100, 50)]


def test_columns_leave_room_for_their_numbers() -> None:
    heights = [float(column.height) for column in charts.columns([10, 5, 0])]
    assert heights == [84, 42, 0]
    assert charts.columns([0, 0])[0].height == "0.00"
    assert charts.columns([]) == []
    assert [column.height for column in charts.columns([3_000_000_000])] == ["84.00"]


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (900, "900", "900"),
        (-2_500, "\u22122,500", "\u22122.500"),
        (12_500, "12.5\u202fk", "12,5\u202fk"),
        (3_000_000, "3\u202fM", "3\u202fM"),
        (2_500_000_000, "2.5\u202fbn", "2,5\u202fbn"),
    ],
)
def test_numbers_on_an_axis_are_short_and_in_the_readers_language(value: int, english: str, german: str) -> None:
    assert compact(value) == english
    with translation.override("de"):
        assert compact(value) == german


def test_a_small_line_can_be_read_where_its_kind_is_known() -> None:
    told = render_to_string("_charts/spark.html", spark([1200, -3], "sales", "money", "CHF"))
    assert 'role="img"' in told
    assert "1,200\u202fCHF, \u22123\u202fCHF" in told
    assert 'aria-hidden="true"' in render_to_string("_charts/spark.html", spark([1, 2]))
