"""Numbers and durations: they follow the language, never part from their unit, and carry a real minus sign."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from smarketing.lib.templatetags.ui.library import register

THIN = "\u202f"  # narrow no-break space
HARD = "\u00a0"  # no-break space
MINUS = "\u2212"
MISSING = "\u2013"

Number = int | float | Decimal


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
    return f"{number(value)}{THIN}{symbol_of(currency)}"


def symbol_of(currency: str) -> str:
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
