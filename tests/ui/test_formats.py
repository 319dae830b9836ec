"""Numbers, durations and clocks as people read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.utils import translation

from smarketing.lib.templatetags import ui

NOW = datetime(2026, 11, 20, 12, 32, tzinfo=UTC)
VIENNA = SimpleNamespace(zone="Europe/Vienna")


def plain(text: str) -> str:
    """The text with ordinary spaces, so that a table of cases can be typed."""
    return text.replace(ui.THIN, " ").replace(ui.HARD, " ")


def render(source: str, **context: Any) -> str:
    template = engines["django"].from_string("{% load ui %}" + source)
    return template.render({"now": NOW, "organisation": VIENNA} | context)


def clock(**changes: Any) -> SimpleNamespace:
    facts = {"id": "c1", "state": "running", "share": 20, "due_at": NOW + timedelta(hours=4, minutes=7)}
    return SimpleNamespace(**(facts | changes))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 m 00 s"), (5, "0 m 05 s"), (545, "9 m 05 s"), (599, "9 m 59 s"), (600, "10 m"), (2880, "48 m"),
        (3599, "59 m"), (3600, "1 h 00 m"), (14_820, "4 h 07 m"), (86_400, "24 h 00 m"),
        (359_999, "99 h 59 m"), (360_000, "4 d 4 h"), (-7500, "−2 h 05 m"), (-1, "−0 m 01 s"), (None, "–"),
    ],
)  # fmt: skip
def test_a_duration_has_at_most_two_units(seconds: int | None, text: str) -> None:
    assert plain(ui.duration(seconds)) == text


def test_a_number_never_parts_from_its_unit() -> None:
    assert " " not in ui.duration(14_820) + ui.percent(92.6) + ui.pp(-1.8) + ui.money(1_420)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(1420, 0, "1,420"), (-3, 0, "−3"), (0, 0, "0"), (None, 0, "–"), (Decimal("16.44"), 1, "16.4")],
)
def test_numbers_group_and_carry_a_real_minus(value: Any, places: int, text: str) -> None:
    assert ui.number(value, places) == text


def test_numbers_follow_the_language() -> None:
    with translation.override("de"):
        assert ui.number(1420.5, 1) == "1.420,5"


@pytest.mark.parametrize(("value", "text"), [(2.1, "+2.1 pp"), (-1.8, "−1.8 pp"), (0.04, "±0.0 pp"), (None, "–")])
def test_a_difference_always_carries_its_sign(value: float | None, text: str) -> None:
    assert plain(ui.pp(value)) == text


def test_points_show_a_decimal_only_where_there_is_one() -> None:
    assert [ui.points(Decimal("3.00")), ui.points(Decimal("2.5")), ui.points(600)] == ["3", "2.5", "600"]


@pytest.mark.parametrize(
    ("name", "letters"), [("Priya Raman", "PR"), ("Anna Maria Kern", "AK"), ("Cher", "C"), ("", ""), ("(x) Zed", "Z")]
)
def test_initials_are_the_first_and_the_last(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


@pytest.mark.parametrize(
    ("state", "share", "level"),
    [
        ("running", 49.9, "ok"), ("running", 50, "warn"), ("running", 75, "high"), ("running", 90, "crit"),
        ("waiting", 0, "ok"), ("paused", 76, "high"), ("breached", 100, "breach"), ("met", 98, "met"),
        ("cancelled", 80, "off"), ("excused", 100, "off"), ("superseded", 10, "off"),
    ],
)  # fmt: skip
def test_the_level_follows_the_share_and_the_state(state: str, share: float, level: str) -> None:
    assert ui.clock_level(clock(state=state, share=share)) == level
    assert ui.clock_word(clock(state=state, share=share))


def test_a_running_clock_ticks_from_its_deadline() -> None:
    html = render("{% countdown clock %}", clock=clock(warn_at=[(50, NOW), (90, NOW + timedelta(hours=1))]))
    assert 'data-due="2026-11-20T16:39:00+00:00"' in html
    assert f"warn:{int(NOW.timestamp())},crit:{int(NOW.timestamp()) + 3600}" in html
    assert plain(html).endswith(">4 h 07 m</span>")


def test_a_paused_clock_stands_still_and_says_why() -> None:
    paused = clock(state="paused", left_seconds=22_200, pause_reason="in case 2026-014")
    assert "data-due" not in render("{% countdown clock %}", clock=paused)
    assert plain(render("{% countdown clock %}", clock=paused)).endswith(">6 h 10 m</span>")
    assert render("{% due clock %}", clock=paused) == "in case 2026-014"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW + timedelta(minutes=48), "due 14:20"),
        (NOW - timedelta(hours=2, minutes=5), "was due 11:27"),
        (NOW + timedelta(hours=18, minutes=43), "due Sat 08:15"),
        (NOW + timedelta(days=10), "due 30 Nov 13:32"),
    ],
)
def test_the_deadline_is_the_shortest_clear_local_time(at: datetime, text: str) -> None:
    html = render("{% due clock %}", clock=clock(due_at=at, rule_text="agreement v4"))
    assert f">{text}<" in plain(html)
    assert "(Europe/Vienna), agreement v4" in html


def test_a_breach_that_was_made_good_shows_how_late() -> None:
    late = clock(state="breached", stopped_at=NOW, late_seconds=10_800, due_at=NOW - timedelta(hours=3))
    assert "data-due" not in render("{% countdown clock %}", clock=late)
    assert plain(render("{% countdown clock %}", clock=late)).endswith(">−3 h 00 m</span>")


def test_a_figure_that_is_not_known_says_so() -> None:
    assert "no data yet" in ui.figure("percent", None)
    assert plain(ui.figure("percent", 100)) == "100<small> %</small>"


def test_text_from_outside_is_escaped() -> None:
    assert "<b>" not in ui.icon("check", label='"><b>')
