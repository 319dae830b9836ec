"""Key figures and charts: geometry in smarketing.lib.charts, markup in templates/_charts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from smarketing.lib import charts
from smarketing.lib.templatetags.ui.library import attribute_of, register
from smarketing.lib.templatetags.ui.numbers import THIN, Number, duration, number, points, signed, symbol_of

# What has no unit of its own.
_PLAIN: Mapping[str, Callable[[Number], str]] = {"duration": duration, "points": points}


def _figure(kind: str, value: Number, currency: str) -> tuple[str, str]:
    """The value and its unit, apart, because a card sets them in two sizes."""
    match kind:
        case "percent":
            return number(value, 0 if float(value) == 100 else 1), "%"
        case "growth":
            return signed(value, 1), "%"
        case "ratio":
            return number(value, 1), "×"
        case "money":
            return number(value), symbol_of(currency)
        case _:
            return _PLAIN.get(kind, number)(value), ""


@register.simple_tag
def figure(kind: str, value: Number | None, currency: str = "EUR") -> SafeString:
    """A key figure as a card prints it; what is not known yet says so in words."""
    if value is None:
        return format_html('<span class="sm-kpi-none">{}</span>', _("no data yet"))
    text, unit = _figure(kind, value, currency)
    if not unit:
        return format_html("{}", text)
    return format_html("{}<small>{}{}</small>", text, THIN, unit)


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
            actual=attribute_of(pace, "actual"),
            plan=attribute_of(pace, "plan"),
            previous=attribute_of(pace, "previous") or (),
            forecast=attribute_of(pace, "forecast") or (),
            target=float(attribute_of(pace, "target")),
            days=int(attribute_of(pace, "days_in_month")),
        ),
        "pace": pace,
        "month": month,
    }


@register.inclusion_tag("_charts/columns.html")
def columns_chart(buckets: Sequence[Any]) -> dict[str, Any]:
    """One column per bucket; late ones are hatched as well as red."""
    heights = charts.columns([float(attribute_of(bucket, "count")) for bucket in buckets])
    return {"columns": list(zip(buckets, heights, strict=True))}


@register.filter
def share_of(value: Number, whole: Number) -> float:
    """The value as a percentage of the whole; 0 of nothing."""
    return float(value) * 100 / float(whole) if whole else 0.0
