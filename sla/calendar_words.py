"""The words of calendars for people: what was changed, where a row came from, what a file left out."""

from datetime import date

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.business_time.calendar_file import CANCELLED, NOT_UNDERSTOOD, OUTSIDE, TIMED
from sla.business_time.changes import CLOSED, HOURS, NIGHT_SHIFT, OPENED, RENAMED, WEEK, CalendarChange
from sla.business_time.spec import Windows, as_texts
from sla.words import week_text

# Where rows of a calendar file came from; those of a country's list have its code.
FILE = "ics"


def change_text(change: CalendarChange) -> str:
    """Return one change in a sentence."""
    days = period_text(change.first, change.last) if change.first and change.last else ""
    values = {"days": days, "name": change.name, "hours": hours_text(change.windows)}
    if change.kind == WEEK and change.week and change.first:
        return _week_change(change.first, week_text(change.week.as_content()["weekly"]), change.week.zone)
    if change.kind == NIGHT_SHIFT:
        return night_shift_text(cuts=change.flag)
    if change.kind == CLOSED:
        return (_("%(days)s: closed, %(name)s.") if change.name else _("%(days)s: closed.")) % values
    texts = {
        RENAMED: _("It is called “%(name)s” now."),
        OPENED: _("%(days)s: as every week again."),
        HOURS: _("%(days)s: open %(hours)s."),
    }
    return texts[change.kind] % values


def _week_change(first: date, week: str, zone: str) -> str:
    if first == date.min:
        return _("The week is %(week)s (%(zone)s).") % {"week": week, "zone": zone}
    values = {"day": format_date(first, "D j M Y"), "week": week, "zone": zone}
    return _("From %(day)s on the week is %(week)s (%(zone)s).") % values


def night_shift_text(*, cuts: bool) -> str:
    """Return what a holiday does to the night shift before it."""
    if cuts:
        return _("A night shift ends at midnight when the next day is closed.")
    return _("A night shift goes on into a closed day until its end.")


def period_text(first: date, last: date) -> str:
    """Return a day or a period: Thu 24 Dec 2026; 24 Dec 2026 – 2 Jan 2027."""
    if first == last:
        return format_date(first, "D j M Y")
    return f"{format_date(first, 'j M Y' if first.year != last.year else 'j M')} – {format_date(last, 'j M Y')}"


def hours_text(windows: Windows) -> str:
    """Return a day's hours: 09:00–12:00, 13:00–17:00."""
    return ", ".join(f"{begin}–{end}" for begin, end in as_texts(windows))


def source_text(source: str, countries: dict[str, str]) -> str:
    """Return where a row came from."""
    if source == FILE:
        return _("Calendar file")
    country, _dash, part = source.partition("-")
    name = countries.get(country, country)
    return f"{name} ({part})" if part else name


def left_out_text(reason: str, count: int) -> str:
    """Return how many events of a file were left out, and why."""
    texts = {
        TIMED: ngettext("%(n)s event has a time of day.", "%(n)s events have a time of day.", count),
        CANCELLED: ngettext("%(n)s event is cancelled.", "%(n)s events are cancelled.", count),
        OUTSIDE: ngettext("%(n)s event is too old or too far off.", "%(n)s events are too old or too far off.", count),
        NOT_UNDERSTOOD: ngettext(
            "%(n)s event repeats in a way that cannot be read.", "%(n)s events repeat in a way that cannot be read.",
            count,
        ),
    }  # fmt: skip
    return texts[reason] % {"n": count}
