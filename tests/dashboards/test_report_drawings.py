"""The charts on paper: well-formed, inside their frame, whatever the numbers; set as PDF and as picture."""

from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from dashboards.kept_panel import CompliancePanel, Kept
from dashboards.panels import Bucket, PaceLine, PacePanel
from dashboards.reports.drawings import bar_picture, columns_picture, gauge_picture, pace_picture
from smarketing.lib.papers import set_picture

SVG = "{http://www.w3.org/2000/svg}"


def pace(*points: int | str, **changes: Any) -> PacePanel:
    actual = [(day, Decimal(value)) for day, value in enumerate(points, start=1)]
    told: dict[str, Any] = {
        "target": Decimal(500), "delivered": actual[-1][1] if actual else Decimal(0), "counts": [], "days_in_month": 30,
        "today": len(actual), "actual": actual, "plan": [(day, Decimal(500 * day) / 30) for day in range(1, 31)],
        "previous": [], "previous_label": "", "forecast": [], "forecast_end": None, "forecast_low": None,
        "forecast_high": None, "needed_per_day": None, "rate_per_day": None, "index": None, "at_risk": False,
        "table": [PaceLine(date(2026, 3, 2), Decimal(0), Decimal(0), Decimal(0))], "evenness": None, "pending": 0,
        "suspended": 0,
    }  # fmt: skip
    return PacePanel(**(told | changes))


def kept(share: float | None) -> CompliancePanel:
    sales = Kept("Sales, all", 1, 2, 0, share, below=True)
    return CompliancePanel(
        title="Kept", share=share, target=100, teams=[], commitments=[], sales=sales, neither=[],
        marketing=None, note="", url="",
    )  # fmt: skip


def texts(drawing: str) -> list[str]:
    """Return the words of a drawing; raises for one that is not well-formed."""
    return ["".join(node.itertext()) for node in ET.fromstring(drawing).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "panel",
    [
        pace(),
        pace(0),
        pace(-20, -40, 10),
        pace(1, 3_141_592_653),
        pace("0.5", "1.25", target=Decimal("1.5")),
        pace(3, 9, forecast=[(2, 9, 9, 9), (30, 80, 140, 200)], forecast_end=Decimal(140)),
    ],
    ids=["nothing yet", "one point", "below zero", "huge", "parts", "forecast"],
)
def test_every_month_can_be_drawn_and_set(panel: PacePanel) -> None:
    drawing = pace_picture(panel)
    assert any(text.startswith("Target") for text in texts(drawing))
    assert set_picture(drawing, width=280).startswith(b"\x89PNG")


def test_words_and_numbers_follow_the_reader() -> None:
    panel = pace(1200, target=Decimal(15000))
    assert "1,200 delivered" in texts(pace_picture(panel))
    with translation.override("de"):
        assert any(text.startswith("1.200") for text in texts(pace_picture(panel)))


@pytest.mark.parametrize("share", [0.0, 33.3, 99.9, 100.0])
def test_a_gauge_says_its_share(share: float) -> None:
    assert f"{share:.1f}\u202f%" in texts(gauge_picture(kept(share), "1 met"))
    assert gauge_picture(kept(None), "") == ""


def test_columns_stand_side_by_side_and_late_ones_are_hatched() -> None:
    buckets = [Bucket("< 15 m", 3, 75.0, late=False), Bucket("> 24 h", 1, 25.0, late=True)]
    drawing = columns_picture(buckets)
    fills = [node.get("fill") for node in ET.fromstring(drawing).iter(f"{SVG}rect")]
    assert fills.count("url(#late)") == 1
    assert {"3", "1", "< 15 m", "> 24 h"} <= set(texts(drawing))


@pytest.mark.parametrize(("share", "width"), [(-5, None), (0, None), (40, "40.00%"), (250, "100.00%")])
def test_a_bar_keeps_within_its_track(share: float, width: str | None) -> None:
    _track, *bar = ET.fromstring(bar_picture(share, "sales")).iter(f"{SVG}rect")
    assert [node.get("width") for node in bar] == ([width] if width else [])
