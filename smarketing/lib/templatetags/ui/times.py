"""Moments and days in the reader's zone."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smarketing.lib.templatetags.ui.library import attribute_of, register
from smarketing.lib.templatetags.ui.numbers import HARD, MISSING


def zone_of(context: Mapping[str, Any]) -> tzinfo:
    """The person's zone on a page, which the request set; the organisation's in mails and on paper."""
    if context.get("request"):
        return timezone.get_current_timezone()
    return ZoneInfo(attribute_of(context.get("organisation"), "zone") or "UTC")


def full(at: datetime) -> str:
    return format_date(at, "D j M Y, H:i T")


def day_and_time(at: datetime, today: date) -> str:
    """`14:20` today, `Sat 08:15` within six days, `30 Nov 08:15` otherwise."""
    away = abs((at.date() - today).days)
    if away == 0:
        return format_date(at, "H:i")
    if away < 7:
        return format_date(at, f"D{HARD}H:i")
    return format_date(at, f"j{HARD}M{HARD}H:i" if at.year == today.year else "j M Y")


def time_tag(at: datetime, text: str, *, title: str = "") -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        title or full(at),
        text,
    )


@register.simple_tag(takes_context=True)
def local(context: Mapping[str, Any], at: datetime | None, style: str = "D j M Y, H:i") -> str:
    """A moment in the reader's zone, in the given date format."""
    if at is None:
        return MISSING
    here = at.astimezone(zone_of(context))
    return time_tag(here, format_date(here, style))


@register.filter
def day(value: date | None, style: str = "j M Y") -> str:
    """A calendar date (no zone)."""
    return MISSING if value is None else format_date(value, style)


@register.simple_tag(takes_context=True)
def moment(context: Mapping[str, Any], at: datetime | None) -> str:
    """The shortest unambiguous local time: `14:20`, `Sat 08:15`, `30 Nov 08:15`."""
    if at is None:
        return MISSING
    zone = zone_of(context)
    here = at.astimezone(zone)
    return time_tag(here, day_and_time(here, context["now"].astimezone(zone).date()))


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
    here, gap = at.astimezone(zone_of(context)), context["now"] - at
    if timedelta(0) <= gap < timedelta(days=14):
        return time_tag(here, _ago(gap))
    return time_tag(here, format_date(here, "j M Y"))
