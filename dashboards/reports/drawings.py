"""The charts of the joint dashboard as pictures that stand alone: the same geometry, drawn in the size of a paper."""

from dataclasses import asdict

from django.template.loader import render_to_string

from dashboards.kept_panel import CompliancePanel
from dashboards.panels import Bucket, PacePanel
from smarketing.lib import charts

# What the templates leave for the curve between the words at its edges.
PACE_BOX: charts.Box = (560, 190)
COLUMN_WIDTH = 60
# Bars have the colour of who owns the step; the last one is nobody's.
COLOURS = {"marketing": "#5b4bdb", "sales": "#0d7d74", "": "#5a677d"}


def pace_picture(panel: PacePanel) -> str:
    """Return the month's curve."""
    chart = charts.pace(
        actual=panel.actual,
        plan=panel.plan,
        previous=panel.previous,
        forecast=panel.forecast,
        target=float(panel.target),
        days=panel.days_in_month,
        box=PACE_BOX,
    )
    return _drawn("pace", {"chart": chart, "pace": panel})


def gauge_picture(panel: CompliancePanel, label: str) -> str:
    """Return the promises kept against the target; "" where nothing was due."""
    if panel.share is None:
        return ""
    fields = asdict(charts.gauge(panel.share, panel.target))
    return _drawn("gauge", fields | {"share": panel.share, "target": panel.target, "label": label})


def columns_picture(buckets: list[Bucket]) -> str:
    """Return first contacts by how long they took."""
    columns = charts.columns([float(bucket.count) for bucket in buckets])
    placed = [
        (bucket, place * COLUMN_WIDTH, column)
        for place, (bucket, column) in enumerate(zip(buckets, columns, strict=True))
    ]
    return _drawn("columns", {"columns": placed})


def bar_picture(share: float, owner: str = "") -> str:
    """Return one horizontal bar from 0 to 100."""
    return _drawn("bar", {"width": f"{min(max(share, 0.0), 100.0):.2f}", "colour": COLOURS.get(owner, COLOURS[""])})


def _drawn(name: str, context: dict[str, object]) -> str:
    return render_to_string(f"_charts/paper/{name}.svg", context).strip()
