"""Geometry of the charts: numbers in, coordinates out; the markup is in `templates/_charts`.

A chart is drawn in a viewBox that stretches (`preserveAspectRatio="none"`) with strokes that
do not, and words lie over it at percentage positions. So it is fluid, prints as vectors and
survives every swap without a script.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, cos, floor, log10, pi, sin

Number = int | float | Decimal
Point = tuple[float, float]


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


# Small line


@dataclass(frozen=True)
class Spark:
    """A line in a 100 × 100 box and its last point."""

    path: str
    end: str


def spark(values: Sequence[Number]) -> Spark | None:
    """The line through the values, or None when there are fewer than two."""
    if len(values) < 2:
        return None
    numbers = [float(value) for value in values]
    low, span = min(numbers), (max(numbers) - min(numbers)) or 1
    points = [
        (index * 100 / (len(numbers) - 1), 100 - (value - low) * 100 / span) for index, value in enumerate(numbers)
    ]
    x, y = points[-1]
    return Spark(path=_path(points), end=f"M{x:.1f} {y:.1f}h0")


# Deadline bar


@dataclass(frozen=True)
class Segment:
    """A stretch of a bar in percent."""

    level: str
    x: str
    width: str
    first: bool


def deadline_segments(share: float) -> list[Segment]:
    """The used share cut at 50, 75 and 90, each stretch in its own level."""
    bounds = (
        (0.0, 50.0, "ok"),
        (50.0, 75.0, "warn"),
        (75.0, 90.0, "high"),
        (90.0, 100.0, "crit"),
    )
    used = min(max(share, 0.0), 100.0)
    return [
        Segment(level, f"{start:g}", f"{min(end, used) - start:.2f}", first=start == 0)
        for start, end, level in bounds
        if used > start
    ]


# Gauge


@dataclass(frozen=True)
class Gauge:
    """A half circle of radius 100 around (130, 124) in a 260 × 150 box."""

    low: int
    track: str
    value: str
    gap: str
    zone: str
    tick: str
    label_x: str
    label_y: str
    label_anchor: str


_CENTRE = (130.0, 124.0)


def _on_circle(share: float, low: float, radius: float) -> Point:
    angle = pi * (1 - (share - low) / (100 - low))
    return _CENTRE[0] + radius * cos(angle), _CENTRE[1] - radius * sin(angle)


def _arc(start: float, end: float, low: float, radius: float = 100) -> str:
    (x0, y0), (x1, y1) = _on_circle(start, low, radius), _on_circle(end, low, radius)
    return f"M{x0:.1f} {y0:.1f}A{radius:g} {radius:g} 0 0 1 {x1:.1f} {y1:.1f}"


def _gauge_floor(share: float, target: float) -> int:
    """Where the scale begins: close enough to read a shortfall, never above the value."""
    lowest = min(share, target)
    return next((low for low in (80, 60, 40) if lowest >= low + 5), 0)


def gauge(share: float, target: float) -> Gauge:
    """The arcs of a share against its target, both from 0 to 100."""
    low = _gauge_floor(share, target)
    inner, outer = _on_circle(target, low, 88), _on_circle(target, low, 114)
    label = _on_circle(target, low, 126)
    left = label[0] < _CENTRE[0] - 20
    return Gauge(
        low=low,
        track=_arc(low, 100, low),
        value=_arc(low, max(share, low + 0.01), low),
        gap=_arc(share, target, low) if share < target else "",
        zone=_arc(target, 100, low, 113) if target < 100 else "",
        tick=f"M{inner[0]:.1f} {inner[1]:.1f}L{outer[0]:.1f} {outer[1]:.1f}",
        label_x=f"{min(label[0], 224):.1f}",
        label_y=f"{label[1]:.1f}",
        label_anchor="end" if left else "start",
    )


# Pace


@dataclass(frozen=True)
class Tick:
    """A labelled position on an axis, in percent and in the thousand of the viewBox."""

    label: int
    percent: str
    at: str


@dataclass(frozen=True)
class DayHit:
    """The strip of one day that answers pointer and keyboard."""

    day: int
    x: str
    width: str
    delivered: Number | None
    plan: Number | None


@dataclass(frozen=True)
class Pace:
    """Paths in a 1000 × 1000 viewBox and positions in percent."""

    y_ticks: list[Tick]
    x_ticks: list[Tick]
    area: str
    line: str
    plan: str
    previous: str
    cone: str
    forecast: str
    target_at: str
    target_percent: str
    today_at: str
    today_percent: str
    point: str
    point_percent: str
    late_in_month: bool
    forecast_percent: str
    forecast_below: bool
    hits: list[DayHit]


def _step(top: float) -> int:
    """A round distance of grid lines that gives four to eight of them."""
    magnitude = 10.0 ** max(floor(log10(max(top, 1))), 0)
    rough = max(top, 1) / 7.5
    factors = (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10)
    return max(1, ceil(next(f for f in factors if f * magnitude >= rough) * magnitude))


@dataclass(frozen=True)
class _Scale:
    days: int
    top: float

    def x(self, day: Number) -> float:
        return (float(day) - 1) * 1000 / (self.days - 1)

    def y(self, value: Number) -> float:
        return 1000 - float(value) * 1000 / self.top

    def line(self, series: Sequence[tuple[int, Number]]) -> str:
        return _path((self.x(day), self.y(value)) for day, value in series) if series else ""


def _cone(scale: _Scale, forecast: Sequence[tuple[int, Number, Number, Number]]) -> str:
    if not forecast:
        return ""
    upper = [(scale.x(day), scale.y(high)) for day, _, _, high in forecast]
    lower = [(scale.x(day), scale.y(low)) for day, low, _, _ in reversed(forecast)]
    return _path([*upper, *lower]) + "Z"


def _area(scale: _Scale, actual: Sequence[tuple[int, Number]]) -> str:
    if not actual:
        return ""
    points = [(scale.x(day), scale.y(value)) for day, value in actual]
    return _path([(points[0][0], 1000), *points, (points[-1][0], 1000)]) + "Z"


def _hits(
    scale: _Scale,
    actual: Sequence[tuple[int, Number]],
    plan: Sequence[tuple[int, Number]],
) -> list[DayHit]:
    delivered, planned = dict(actual), dict(plan)
    width = 100 / (scale.days - 1)
    return [
        DayHit(
            day=day,
            x=f"{max(0.0, scale.x(day) / 10 - width / 2):.2f}",
            width=f"{width if 1 < day < scale.days else width / 2:.2f}",
            delivered=delivered.get(day),
            plan=planned.get(day),
        )
        for day in range(1, scale.days + 1)
        if day in delivered or day in planned
    ]


def pace(
    *,
    actual: Sequence[tuple[int, Number]],
    plan: Sequence[tuple[int, Number]],
    previous: Sequence[tuple[int, Number]],
    forecast: Sequence[tuple[int, Number, Number, Number]],
    target: float,
    days: int,
) -> Pace:
    """The month's chart; every series holds cumulative points by day of the month."""
    highs = [float(high) for _, _, _, high in forecast]
    top = max([target, *highs, *(float(value) for _, value in (*actual, *plan, *previous))])
    step = _step(top * 1.08)
    scale = _Scale(days=max(days, 2), top=step * ceil(max(top * 1.08, 1) / step))
    today, delivered = actual[-1] if actual else (1, 0)
    ends_at = forecast[-1][2] if forecast else delivered
    return Pace(
        y_ticks=[
            Tick(value, f"{scale.y(value) / 10:.2f}", f"{scale.y(value):.1f}")
            for value in range(0, int(scale.top) + 1, step)
        ],
        x_ticks=[Tick(day, f"{scale.x(day) / 10:.2f}", f"{scale.x(day):.1f}") for day in (1, 8, 15, 22, days)],
        area=_area(scale, actual),
        line=scale.line(actual),
        plan=scale.line(plan),
        previous=scale.line(previous),
        cone=_cone(scale, forecast),
        forecast=scale.line([(day, mid) for day, _, mid, _ in forecast]),
        target_at=f"{scale.y(target):.1f}",
        target_percent=f"{scale.y(target) / 10:.2f}",
        today_at=f"{scale.x(today):.1f}",
        today_percent=f"{scale.x(today) / 10:.2f}",
        point=f"M{scale.x(today):.1f} {scale.y(delivered):.1f}h0",
        point_percent=f"{scale.y(delivered) / 10:.2f}",
        late_in_month=today > days * 0.35,
        forecast_percent=f"{scale.y(ends_at) / 10:.2f}",
        forecast_below=scale.y(ends_at) < 850,
        hits=_hits(scale, actual, plan),
    )


# Columns


@dataclass(frozen=True)
class Column:
    """Height and top of a column in percent; 16 percent are left for the number above."""

    y: str
    height: str


def columns(counts: Sequence[float]) -> list[Column]:
    """Columns as high as their share of the largest one."""
    largest = max(counts, default=0) or 1
    heights = [count * 84 / largest for count in counts]
    return [Column(y=f"{100 - height:.2f}", height=f"{height:.2f}") for height in heights]
