"""Clocks: how urgent, how much is left, until when."""

from collections.abc import Mapping
from datetime import UTC
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from smarketing.lib import charts
from smarketing.lib.templatetags.ui.library import attribute_of, register
from smarketing.lib.templatetags.ui.numbers import duration
from smarketing.lib.templatetags.ui.times import day_and_time, full, moment, time_tag, zone_of

DONE = {"met": "met"} | dict.fromkeys(("cancelled", "superseded", "waived", "merged", "excused"), "off")


@register.filter
def clock_level(clock: Any) -> str:
    """How urgent: ok, warn, high, crit by the share used; breach, met or off by the state."""
    state, share = attribute_of(clock, "state"), float(attribute_of(clock, "share") or 0)
    if state in DONE:
        return DONE[state]
    if state == "breached":
        return "breach"
    steps = ((90, "crit"), (75, "high"), (50, "warn"))
    return next((level for floor, level in steps if share >= floor), "ok")


# Lists ask for these by the hundred: only the one that is wanted is translated.
_STATE_WORDS = {
    "paused": gettext_noop("Paused"), "waiting": gettext_noop("Waiting to open"), "met": gettext_noop("Met"),
    "cancelled": gettext_noop("Cancelled"), "superseded": gettext_noop("Superseded"),
    "waived": gettext_noop("Waived"), "merged": gettext_noop("Merged"), "excused": gettext_noop("Excused"),
    "breached": gettext_noop("Breached"),
}  # fmt: skip
_LEVEL_WORDS = {
    "ok": gettext_noop("On track"), "warn": gettext_noop("Half used"), "high": gettext_noop("Due soon"),
    "crit": gettext_noop("Critical"),
}  # fmt: skip


@register.filter
def clock_word(clock: Any) -> str:
    """The level for those who do not see its colour and shape."""
    return _(_STATE_WORDS.get(attribute_of(clock, "state")) or _LEVEL_WORDS[clock_level(clock)])


@register.simple_tag
def score(score: Any, size: str = "") -> str:
    """Fit and readiness, never one number; nothing without a score. ``size`` is "l" or nothing."""
    if not score:
        return ""
    parts = (attribute_of(score, name) for name in ("fit", "readiness", "tier"))
    return _score(get_language(), *parts, size)


@lru_cache(maxsize=512)
def _score(language: str, fit: str, readiness: int | None, tier: str, size: str) -> str:
    """Render a badge once for each of the few there are: a queue shows fifty."""
    return render_to_string("_score.html", {"fit": fit, "readiness": readiness, "tier": tier, "size": size})


@register.inclusion_tag("_charts/ring.html")
def ring(clock: Any, cls: str = "") -> dict[str, Any]:
    """The share used as a ring: fill, disc with "!", pause bars or check."""
    state = attribute_of(clock, "state")
    glyphs = {"paused": "pause", "met": "check", "waiting": "wait"}
    level = clock_level(clock)
    return {
        "id": attribute_of(clock, "id", ""),
        "level": level,
        "glyph": "dash" if level == "off" else glyphs.get(state, "clock"),
        "share": f"{min(float(attribute_of(clock, 'share') or 0), 100):.1f}",
        "cls": cls,
    }


def _steps(clock: Any) -> str:
    """When the browser changes the level by itself: `ok|warn|high|crit` with epoch seconds."""
    names = {50: "warn", 75: "high", 90: "crit"}
    pairs = [
        f"{names[int(share)]}:{int(at.timestamp())}"
        for share, at in attribute_of(clock, "warn_at") or ()
        if int(share) in names
    ]
    return ",".join(pairs)


def _still(clock: Any) -> str:
    """The text of a clock that does not tick."""
    state, late = attribute_of(clock, "state"), attribute_of(clock, "late_seconds")
    if state == "breached" and attribute_of(clock, "stopped_at"):
        return duration(-int(late or 0))
    if state == "paused":
        return duration(attribute_of(clock, "left_seconds"))
    return clock_word(clock)


@register.simple_tag(takes_context=True)
def countdown(context: Mapping[str, Any], clock: Any, cls: str = "") -> SafeString:
    """The time left; while the clock runs the browser keeps it ticking from `data-due`."""
    css = f"sm-left {cls}".strip()
    clock_id, level, due = (
        attribute_of(clock, "id", ""),
        clock_level(clock),
        attribute_of(clock, "due_at"),
    )
    ticking = attribute_of(clock, "state") in {"running", "waiting", "breached"}
    if not ticking or attribute_of(clock, "stopped_at") or due is None:
        return format_html(
            '<span class="{}" data-clock="{}" data-level="{}">{}</span>',
            css, clock_id, level, _still(clock),
        )  # fmt: skip
    left = int((due - context["now"]).total_seconds())
    return format_html(
        '<span class="{}" data-clock="{}" data-level="{}" data-due="{}" data-steps="{}">{}</span>',
        css, clock_id, "breach" if left < 0 else level,
        due.astimezone(UTC).isoformat(), _steps(clock), duration(left),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def due(context: Mapping[str, Any], clock: Any) -> str:
    """The line under a countdown: `due 14:20`, `was due Thu 11:27`, or why it stands still."""
    state, at = attribute_of(clock, "state"), attribute_of(clock, "due_at")
    if state == "paused":
        return str(attribute_of(clock, "pause_reason") or _("paused"))
    if state in DONE and attribute_of(clock, "stopped_at"):
        return moment(context, attribute_of(clock, "stopped_at"))
    if at is None:
        return ""
    zone, now = zone_of(context), context["now"]
    here = at.astimezone(zone)
    text = day_and_time(here, now.astimezone(zone).date())
    rule = attribute_of(clock, "rule_text")
    return time_tag(
        here,
        (_("was due %(time)s") if at < now else _("due %(time)s")) % {"time": text},
        title=f"{full(here)} ({zone})" + (f", {rule}" if rule else ""),
    )


@register.inclusion_tag("_charts/deadline.html")
def deadline_bar(clock: Any) -> dict[str, Any]:
    """The share used of a commitment as a bar whose colour changes at 50, 75 and 90 percent."""
    share = float(attribute_of(clock, "share") or 0)
    marks = attribute_of(clock, "marks") or ()
    return {
        "segments": charts.deadline_segments(share),
        "share": share,
        "marks": [{"at": f"{mark[0]:g}", "text": mark[1]} for mark in marks],
        "target_text": attribute_of(clock, "target_text", ""),
    }
