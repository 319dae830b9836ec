"""Lines over days and months: numbers in, coordinates out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from smarketing.lib.charts.kinds import Box, Number, Point


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
    low, span = min(numbers), max(numbers) - min(numbers)
    # What never moved lies in the middle, neither high nor low.
    parts = [(value - low) / span if span else 0.5 for value in numbers]
    points = [(index * 100 / (len(numbers) - 1), 100 - part * 100) for index, part in enumerate(parts)]
    x, y = points[-1]
    return Spark(path=_path(points), end=f"M{x:.1f} {y:.1f}h0")


# Pace


@dataclass(frozen=True)
class Tick:
    """A labelled position on an axis, in percent and in the units of the box."""

    label: int
    percent: str
    at: str

    @property
    def is_zero(self) -> bool:
        """Tell whether it is the line that everything starts from."""
        return self.label == 0


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
    """Paths in the units of the box and positions in percent of it."""

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
    point_at: str
    point_percent: str
    late_in_month: bool
    forecast_at: str
    forecast_percent: str
    forecast_below: bool
    hits: list[DayHit]


def _step(span: float) -> int:
    """A round distance of grid lines that gives four to eight of them."""
    magnitude = 10.0 ** max(floor(log10(max(span, 1))), 0)
    rough = max(span, 1) / 7.5
    factors = (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10)
    return max(1, ceil(next(f for f in factors if f * magnitude >= rough) * magnitude))


# What a page draws in: the browser stretches it. Paper and mail draw in the size that they show.
STRETCHED: Box = (1000, 1000)


@dataclass(frozen=True)
class _Scale:
    days: int
    bottom: float
    top: float
    step: int
    width: float
    height: float

    def x(self, day: Number) -> float:
        return (float(day) - 1) * self.width / (self.days - 1)

    def y(self, value: Number) -> float:
        return self.height - (float(value) - self.bottom) * self.height / (self.top - self.bottom)

    def across(self, day: Number) -> str:
        return f"{self.x(day) * 100 / self.width:.2f}"

    def down(self, value: Number) -> str:
        return f"{self.y(value) * 100 / self.height:.2f}"

    def line(self, series: Sequence[tuple[int, Number]]) -> str:
        return _path((self.x(day), self.y(value)) for day, value in series) if series else ""

    def y_ticks(self) -> list[Tick]:
        values = range(int(self.bottom), int(self.top) + 1, self.step)
        return [Tick(value, self.down(value), f"{self.y(value):.1f}") for value in values]

    def x_ticks(self, last: int) -> list[Tick]:
        days = [day for day in (1, 8, 15, 22) if day < last - 2] + [last]
        return [Tick(day, self.across(day), f"{self.x(day):.1f}") for day in days]


def _scale_of(values: Sequence[float], days: int, box: Box) -> _Scale:
    """Return a scale that holds all values and zero: corrections can take a month below it."""
    low, high = min(0.0, *values), max(0.0, *values)
    # Room above the highest line for the words that stand on it.
    room = high + (high - low) * 0.08
    step = _step(room - low)
    bottom = float(step * floor(low / step))
    top = float(step * ceil(max(room, 1) / step))
    return _Scale(max(days, 2), bottom, top, step, *box)


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
    return _path([(points[0][0], scale.y(0)), *points, (points[-1][0], scale.y(0))]) + "Z"


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
            x=f"{max(0.0, float(scale.across(day)) - width / 2):.2f}",
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
    box: Box = STRETCHED,
) -> Pace:
    """The month's chart; every series holds cumulative points by day of the month."""
    cone = [float(value) for _, low, _, high in forecast for value in (low, high)]
    scale = _scale_of([target, *cone, *(float(value) for _, value in (*actual, *plan, *previous))], days, box)
    today, delivered = actual[-1] if actual else (1, 0)
    ends_at = forecast[-1][2] if forecast else delivered
    return Pace(
        y_ticks=scale.y_ticks(),
        x_ticks=scale.x_ticks(scale.days),
        area=_area(scale, actual),
        line=scale.line(actual),
        plan=scale.line(plan),
        previous=scale.line(previous),
        cone=_cone(scale, forecast),
        forecast=scale.line([(day, mid) for day, _, mid, _ in forecast]),
        target_at=f"{scale.y(target):.1f}",
        target_percent=scale.down(target),
        today_at=f"{scale.x(today):.1f}",
        today_percent=scale.across(today),
        point=f"M{scale.x(today):.1f} {scale.y(delivered):.1f}h0",
        point_at=f"{scale.y(delivered):.1f}",
        point_percent=scale.down(delivered),
        late_in_month=today > days * 0.35,
        forecast_at=f"{scale.y(ends_at):.1f}",
        forecast_percent=scale.down(ends_at),
        forecast_below=float(scale.down(ends_at)) < 85,
        hits=_hits(scale, actual, plan),
    )
