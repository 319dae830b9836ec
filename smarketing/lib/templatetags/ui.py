"""Template tags of the look: icons, clocks, numbers, times and charts.

Numbers and dates follow the active language. A number never parts from its unit at a
line end, and a negative one carries a real minus sign.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from re import findall
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from smarketing.lib import charts

register = template.Library()

ICONS = Path(__file__).resolve().parents[3] / "static/vendor/tabler-icons-3.51.0"
THIN = "\u202f"  # narrow no-break space
HARD = "\u00a0"  # no-break space
MINUS = "\u2212"
MISSING = "\u2013"

Number = int | float | Decimal


def _get(source: Any, name: str, default: Any = None) -> Any:
    """The attribute or key of a row; rows are dataclasses in pages, mappings in mails."""
    if isinstance(source, Mapping):
        return source.get(name, default)
    return getattr(source, name, default)


# Icons


@cache
def _icon_body(name: str) -> str:
    raw = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    shapes = findall(r"<(?:path|circle|rect|line|polyline)\b[^>]*?/>", raw)
    return "".join(shape for shape in shapes if 'stroke="none"' not in shape)


@register.simple_tag
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """The named icon, inline; decoration unless it has a label."""
    return _drawn(name, cls, str(label))


@lru_cache(maxsize=2048)
def _drawn(name: str, cls: str, label: str) -> SafeString:
    """Draw each icon once: a page of cards has hundreds of the same few."""
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        f"sm-i {cls}".strip(),
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        mark_safe(_icon_body(name)),  # noqa: S308 - our own files, read from our own folder
    )


# Numbers


def _signed(text: str) -> str:
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def _rounded(value: Number, places: int) -> Decimal:
    return round(Decimal(str(value)), places)


@register.filter
def number(value: Number | None, places: int = 0) -> str:
    """`1,420`, `−3`; a missing value is a dash, never a zero."""
    if value is None or value == "":
        return MISSING
    return _signed(number_format(_rounded(value, int(places)), int(places), force_grouping=True))


@register.filter
def compact(value: Number) -> str:
    """A number on an axis, where there is little room: `900`, `12.5 k`, `3 M`."""
    size = abs(float(value))
    if size >= 10**9:
        return _short(value, 10**9, _("bn"))
    if size >= 10**6:
        return _short(value, 10**6, _("M"))
    return _short(value, 1000, _("k")) if size >= 10**4 else number(value)


def _short(value: Number, one: int, unit: str) -> str:
    parts = Decimal(str(value)) / one
    return f"{number(parts, 0 if parts % 1 == 0 else 1)}{THIN}{unit}"


@register.filter
def points(value: Number | None) -> str:
    """Weighted points: whole ones without decimals, others with one."""
    if value is None:
        return MISSING
    return number(value, 0 if Decimal(str(value)) % 1 == 0 else 1)


@register.filter
def signed(value: Number | None, places: int = 0) -> str:
    """A difference: always with its sign, `±0` without a direction."""
    if value is None:
        return MISSING
    rounded = _rounded(value, int(places))
    if rounded == 0:
        return f"±{number(0, places)}"
    return ("+" if rounded > 0 else "") + number(rounded, places)


@register.filter
def percent(value: Number | None, places: int = 1) -> str:
    """`92.6 %` of a share from 0 to 100."""
    return MISSING if value is None else f"{number(value, places)}{THIN}%"


@register.filter
def pp(value: Number | None, places: int = 1) -> str:
    """A difference of two shares: `+2.1 pp`."""
    return MISSING if value is None else f"{signed(value, places)}{THIN}{_('pp')}"


@register.filter
def money(value: Number | None, currency: str = "EUR") -> str:
    """`1,420 €`: whole units, the sign of the currency where it has one."""
    if value is None:
        return MISSING
    return f"{number(value)}{THIN}{_symbol(currency)}"


def _symbol(currency: str) -> str:
    return {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, currency)


@register.filter
def plus(value: int, other: int) -> int:
    """The sum, for counters that start somewhere else."""
    return int(value) + int(other)


@register.filter
def initials(name: str) -> str:
    """At most two letters: the first of the first and of the last word."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# Durations


def _two(value: int) -> str:
    return f"{value:02d}"


@register.filter
def duration(seconds: Number | None) -> str:
    """At most two units: `3 d 4 h`, `4 h 07 m`, `48 m`, under ten minutes `9 m 05 s`.

    A countdown never shows days before 100 hours, so that "24 hours" stays readable as such.
    """
    if seconds is None:
        return MISSING
    total = abs(int(seconds))
    hours, minutes, rest = total // 3600, total % 3600 // 60, total % 60
    units = (_("d"), _("h"), _("m"), _("s"))
    if hours >= 100:
        parts = [(str(hours // 24), units[0]), (str(hours % 24), units[1])]
    elif hours:
        parts = [(str(hours), units[1]), (_two(minutes), units[2])]
    elif minutes >= 10:
        parts = [(str(minutes), units[2])]
    else:
        parts = [(str(minutes), units[2]), (_two(rest), units[3])]
    text = HARD.join(f"{value}{THIN}{unit}" for value, unit in parts)
    return f"{MINUS}{text}" if seconds < 0 else text


# Times


def _zone(context: Mapping[str, Any]) -> tzinfo:
    """The person's zone on a page, which the request set; the organisation's in mails and on paper."""
    if context.get("request"):
        return timezone.get_current_timezone()
    return ZoneInfo(_get(context.get("organisation"), "zone") or "UTC")


def _full(at: datetime) -> str:
    return format_date(at, "D j M Y, H:i T")


def _day_and_time(at: datetime, today: date) -> str:
    """`14:20` today, `Sat 08:15` within six days, `30 Nov 08:15` otherwise."""
    away = abs((at.date() - today).days)
    if away == 0:
        return format_date(at, "H:i")
    if away < 7:
        return format_date(at, f"D{HARD}H:i")
    return format_date(at, f"j{HARD}M{HARD}H:i" if at.year == today.year else "j M Y")


def _time(at: datetime, text: str, *, title: str = "") -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        title or _full(at),
        text,
    )


@register.simple_tag(takes_context=True)
def local(context: Mapping[str, Any], at: datetime | None, style: str = "D j M Y, H:i") -> str:
    """A moment in the reader's zone, in the given date format."""
    if at is None:
        return MISSING
    here = at.astimezone(_zone(context))
    return _time(here, format_date(here, style))


@register.filter
def day(value: date | None, style: str = "j M Y") -> str:
    """A calendar date (no zone)."""
    return MISSING if value is None else format_date(value, style)


@register.simple_tag(takes_context=True)
def moment(context: Mapping[str, Any], at: datetime | None) -> str:
    """The shortest unambiguous local time: `14:20`, `Sat 08:15`, `30 Nov 08:15`."""
    if at is None:
        return MISSING
    zone = _zone(context)
    here = at.astimezone(zone)
    return _time(here, _day_and_time(here, context["now"].astimezone(zone).date()))


def _ago(gap: timedelta) -> str:
    seconds = int(gap.total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        count = seconds // 60
        return ngettext("%(n)s min ago", "%(n)s min ago", count) % {"n": count}
    if seconds < 86400:
        count = seconds // 3600
        return ngettext("%(n)s h ago", "%(n)s h ago", count) % {"n": count}
    count = seconds // 86400
    return ngettext("%(n)s day ago", "%(n)s days ago", count) % {"n": count}


@register.simple_tag(takes_context=True)
def when(context: Mapping[str, Any], at: datetime | None) -> str:
    """How long ago, up to two weeks, then the date; the full moment on hover."""
    if at is None:
        return MISSING
    here, gap = at.astimezone(_zone(context)), context["now"] - at
    if timedelta(0) <= gap < timedelta(days=14):
        return _time(here, _ago(gap))
    return _time(here, format_date(here, "j M Y"))


# Clocks


DONE = {"met": "met"} | dict.fromkeys(("cancelled", "superseded", "waived", "merged", "excused"), "off")


@register.filter
def clock_level(clock: Any) -> str:
    """How urgent: ok, warn, high, crit by the share used; breach, met or off by the state."""
    state, share = _get(clock, "state"), float(_get(clock, "share") or 0)
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
    return _(_STATE_WORDS.get(_get(clock, "state")) or _LEVEL_WORDS[clock_level(clock)])


@register.simple_tag
def score(score: Any, size: str = "") -> str:
    """Fit and readiness, never one number; nothing without a score. ``size`` is "l" or nothing."""
    if not score:
        return ""
    parts = (_get(score, name) for name in ("fit", "readiness", "tier"))
    return _score(get_language(), *parts, size)


@lru_cache(maxsize=512)
def _score(language: str, fit: str, readiness: int | None, tier: str, size: str) -> str:
    """Render a badge once for each of the few there are: a queue shows fifty."""
    return render_to_string("_score.html", {"fit": fit, "readiness": readiness, "tier": tier, "size": size})


@register.inclusion_tag("_charts/ring.html")
def ring(clock: Any, cls: str = "") -> dict[str, Any]:
    """The share used as a ring: fill, disc with "!", pause bars or check."""
    state = _get(clock, "state")
    glyphs = {"paused": "pause", "met": "check", "waiting": "wait"}
    level = clock_level(clock)
    return {
        "id": _get(clock, "id", ""),
        "level": level,
        "glyph": "dash" if level == "off" else glyphs.get(state, "clock"),
        "share": f"{min(float(_get(clock, 'share') or 0), 100):.1f}",
        "cls": cls,
    }


def _steps(clock: Any) -> str:
    """When the browser changes the level by itself: `ok|warn|high|crit` with epoch seconds."""
    names = {50: "warn", 75: "high", 90: "crit"}
    pairs = [
        f"{names[int(share)]}:{int(at.timestamp())}"
        for share, at in _get(clock, "warn_at") or ()
        if int(share) in names
    ]
    return ",".join(pairs)


def _still(clock: Any) -> str:
    """The text of a clock that does not tick."""
    state, late = _get(clock, "state"), _get(clock, "late_seconds")
    if state == "breached" and _get(clock, "stopped_at"):
        return duration(-int(late or 0))
    if state == "paused":
        return duration(_get(clock, "left_seconds"))
    return clock_word(clock)


@register.simple_tag(takes_context=True)
def countdown(context: Mapping[str, Any], clock: Any, cls: str = "") -> SafeString:
    """The time left; while the clock runs the browser keeps it ticking from `data-due`."""
    css = f"sm-left {cls}".strip()
    clock_id, level, due = (
        _get(clock, "id", ""),
        clock_level(clock),
        _get(clock, "due_at"),
    )
    ticking = _get(clock, "state") in {"running", "waiting", "breached"}
    if not ticking or _get(clock, "stopped_at") or due is None:
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
    state, at = _get(clock, "state"), _get(clock, "due_at")
    if state == "paused":
        return str(_get(clock, "pause_reason") or _("paused"))
    if state in DONE and _get(clock, "stopped_at"):
        return moment(context, _get(clock, "stopped_at"))
    if at is None:
        return ""
    zone, now = _zone(context), context["now"]
    here = at.astimezone(zone)
    text = _day_and_time(here, now.astimezone(zone).date())
    rule = _get(clock, "rule_text")
    return _time(
        here,
        (_("was due %(time)s") if at < now else _("due %(time)s")) % {"time": text},
        title=f"{_full(here)} ({zone})" + (f", {rule}" if rule else ""),
    )


@register.inclusion_tag("_charts/deadline.html")
def deadline_bar(clock: Any) -> dict[str, Any]:
    """The share used of a commitment as a bar whose colour changes at 50, 75 and 90 percent."""
    share = float(_get(clock, "share") or 0)
    marks = _get(clock, "marks") or ()
    return {
        "segments": charts.deadline_segments(share),
        "share": share,
        "marks": [{"at": f"{mark[0]:g}", "text": mark[1]} for mark in marks],
        "target_text": _get(clock, "target_text", ""),
    }


# Key figures


def _figure(kind: str, value: Number, currency: str) -> tuple[str, str]:
    """The value and its unit, apart, because a card sets them in two sizes."""
    match kind:
        case "percent":
            return number(value, 0 if float(value) == 100 else 1), "%"
        case "ratio":
            return number(value, 1), "×"
        case "duration":
            return duration(value), ""
        case "money":
            return number(value), _symbol(currency)
        case "points":
            return points(value), ""
        case _:
            return number(value), ""


@register.simple_tag
def figure(kind: str, value: Number | None, currency: str = "EUR") -> SafeString:
    """A key figure as a card prints it; what is not known yet says so in words."""
    if value is None:
        return format_html('<span class="sm-kpi-none">{}</span>', _("no data yet"))
    text, unit = _figure(kind, value, currency)
    if not unit:
        return format_html("{}", text)
    return format_html("{}<small>{}{}</small>", text, THIN, unit)


# Charts: geometry in smarketing.lib.charts, markup in templates/_charts


@register.inclusion_tag("_charts/spark.html")
def spark(values: Sequence[float], owner: str = "neutral", kind: str = "", currency: str = "EUR") -> dict[str, Any]:
    """A small line without axes; of a known kind of figure it can also be read."""
    told = [THIN.join(filter(None, _figure(kind, value, currency))) for value in values] if kind else []
    return {"owner": owner, "line": charts.spark(values), "label": ", ".join(told)}


@register.inclusion_tag("_charts/bar.html")
def bar(
    share: Number | None,
    tone: str = "neutral",
    tick: Number | None = None,
    thin: bool = False,
) -> dict[str, Any]:
    """A horizontal bar from 0 to 100 with an optional tick (a floor or a target)."""
    width = min(max(float(share or 0), 0), 100)
    return {
        "width": f"{width:.2f}",
        "tone": tone,
        "tick": None if tick is None else f"{float(tick):.2f}",
        "height": 10 if thin else 22,
        "thin": thin,
    }


@register.inclusion_tag("_charts/gauge.html")
def gauge(share: Number, target: Number, label: str = "") -> dict[str, Any]:
    """A half circle with the target drawn into it and the shortfall as a segment."""
    return asdict(charts.gauge(float(share), float(target))) | {
        "share": share,
        "target": target,
        "label": label,
    }


@register.inclusion_tag("_charts/pace.html", takes_context=True)
def pace_chart(context: Mapping[str, Any], pace: Any, month: str = "") -> dict[str, Any]:
    """Delivered points by day against the plan over the working days, with the forecast."""
    return {
        "chart": charts.pace(
            actual=_get(pace, "actual"),
            plan=_get(pace, "plan"),
            previous=_get(pace, "previous") or (),
            forecast=_get(pace, "forecast") or (),
            target=float(_get(pace, "target")),
            days=int(_get(pace, "days_in_month")),
        ),
        "pace": pace,
        "month": month,
    }


@register.inclusion_tag("_charts/columns.html")
def columns_chart(buckets: Sequence[Any]) -> dict[str, Any]:
    """One column per bucket; late ones are hatched as well as red."""
    heights = charts.columns([float(_get(bucket, "count")) for bucket in buckets])
    return {"columns": list(zip(buckets, heights, strict=True))}


@register.filter
def share_of(value: Number, whole: Number) -> float:
    """The value as a percentage of the whole; 0 of nothing."""
    return float(value) * 100 / float(whole) if whole else 0.0


# Links and forms


@register.simple_tag(takes_context=True)
def query_replace(context: RequestContext, **changes: Any) -> str:
    """The page's own query string with some parameters set, or dropped when None."""
    request = context.get("request")
    if request is None:
        return ""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("_field.html")
def field(bound: Any, cls: str = "", hint: str | Promise = "") -> dict[str, Any]:
    """One form field: label, control, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    described = [bound.auto_id + "-help"] if bound.help_text or hint else []
    described += [bound.auto_id + "-error"] if bound.errors else []
    attrs: dict[str, Any] = {"class": f"{_control_class(widget)} {cls}".strip()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    may_be_left = getattr(widget, "input_type", "") in {"select", "checkbox"}
    return {"bound": bound, "control": bound.as_widget(attrs=attrs), "hint": hint,
            "kind": _kind(widget), "may_be_left": may_be_left}  # fmt: skip


def _kind(widget: Any) -> str:
    name = getattr(widget, "input_type", "")
    if hasattr(widget, "choices") and name in {"radio", "checkbox"}:
        return "group"
    return "check" if name == "checkbox" else "line"


def _control_class(widget: Any) -> str:
    if _kind(widget) != "line":
        return "sm-check"
    return "sm-input sm-select" if getattr(widget, "input_type", "") == "select" else "sm-input"
