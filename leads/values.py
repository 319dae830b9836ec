"""Reading typed values from whatever a form, a person or a client sends (pure).

# Note [Nothing is guessed]
"1,234" is a thousand in one country and a little more than one in another, "3/4/2026" is April or March. Such values
are not read; they stay as they came and somebody is told.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from leads.normal import fold, tidy

TEXT, NUMBER, DATE, BOOLEAN = "text", "number", "date", "boolean"
CHOICE, MULTI_CHOICE = "choice", "multi_choice"
KINDS = (TEXT, NUMBER, DATE, BOOLEAN, CHOICE, MULTI_CHOICE)

LONGEST_TEXT = 2000
LARGEST_NUMBER = Decimal(10) ** 15
YES = frozenset({"1", "on", "yes", "true", "ja", "y", "wahr"})
NO = frozenset({"0", "off", "no", "false", "nein", "n", "falsch"})

_GAPS = re.compile(r"[\s'’]")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
# One comma that is no thousands mark: a decimal comma.
_DECIMAL_COMMA = re.compile(r"-?\d+,(\d{1,2}|\d{4,})")

Option = Mapping[str, str]


class Unreadable(ValueError):
    """The value is none of this kind."""


def typed(kind: str, raw: Any, options: Sequence[Option] = ()) -> Any:
    """Return the value as JSON keeps it: decimals and dates as text, choices by key. Raises Unreadable.

    See Note [Nothing is guessed].
    """
    if isinstance(raw, str) and "\x00" in raw:
        raise Unreadable(raw)
    if kind == MULTI_CHOICE:
        return _choices(raw, options)
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if isinstance(raw, list | dict):
        raise Unreadable(raw)
    if kind == CHOICE:
        return _choice(raw, options)
    return _READERS[kind](raw)


def _text(raw: Any) -> str:
    text = tidy(str(raw))
    if not text or len(text) > LONGEST_TEXT or isinstance(raw, bool):
        raise Unreadable(raw)
    return text


def _number(raw: Any) -> int | str:
    if isinstance(raw, bool):
        raise Unreadable(raw)
    text = _GAPS.sub("", str(raw))
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable(raw) from error
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        raise Unreadable(raw)
    # Fractions as text: no sum of money may change by being kept.
    return int(number) if number == number.to_integral_value() else format(number.normalize(), "f")


def _date(raw: Any) -> str:
    text = str(raw).strip()
    dotted = _DOTTED.fullmatch(text)
    try:
        if dotted:
            day, month, year = (int(part) for part in dotted.groups())
            return date(year, month, day).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError as error:
        raise Unreadable(raw) from error


def _boolean(raw: Any) -> bool:
    word = str(raw).strip().lower()
    if word not in YES | NO:
        raise Unreadable(raw)
    return word in YES


def _choice(raw: Any, options: Sequence[Option]) -> str:
    wanted = fold(str(raw))
    for option in options:
        if wanted and wanted in (option["key"], fold(option["label"])):
            return option["key"]
    raise Unreadable(raw)


def _choices(raw: Any, options: Sequence[Option]) -> list[str]:
    parts = raw if isinstance(raw, list) else re.split(r"[,;]", str(raw))
    chosen = {_choice(part, options) for part in parts if str(part).strip()}
    if not chosen:
        raise Unreadable(raw)
    return [option["key"] for option in options if option["key"] in chosen]


_READERS = {TEXT: _text, NUMBER: _number, DATE: _date, BOOLEAN: _boolean}


def shown(kind: str, value: Any, options: Sequence[Option] = ()) -> str:
    """Return a typed value for people; labels instead of keys, "" for none. Yes and no are the caller's words."""
    if value is None or value == "":
        return ""
    labels = {option["key"]: option["label"] for option in options}
    if kind == MULTI_CHOICE:
        return ", ".join(labels.get(key, key) for key in value)
    return labels.get(value, str(value)) if kind == CHOICE else str(value)
