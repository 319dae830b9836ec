"""Geometry of the charts: numbers in, coordinates out; the markup is in `templates/_charts`.

A chart on a page is drawn in a viewBox that stretches (`preserveAspectRatio="none"`) with strokes that do not, and
words lie over it at percentage positions: so it is fluid and survives every swap without a script. On paper and in
mails the same functions draw in a box of the size that is shown.
"""

from smarketing.lib.charts.kinds import Box, Number
from smarketing.lib.charts.lines import STRETCHED, DayHit, Pace, Spark, Tick, pace, spark
from smarketing.lib.charts.shares import Column, Gauge, Segment, columns, deadline_segments, gauge

__all__ = [
    "STRETCHED",
    "Box",
    "Column",
    "DayHit",
    "Gauge",
    "Number",
    "Pace",
    "Segment",
    "Spark",
    "Tick",
    "columns",
    "deadline_segments",
    "gauge",
    "pace",
    "spark",
]
