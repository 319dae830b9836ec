"""Shares of a whole: bars, a gauge, columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from smarketing.lib.charts.kinds import Point

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
