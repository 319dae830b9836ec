"""What the operators of criteria mean (pure): the same for scoring, entry criteria of stages and whoever else asks.

# Note [Unreadable is unknown]
A size of "many" says neither that a company is large enough nor that it is too small. Where an operator needs a
number or a date and the value is none, the answer is "unknown", never "no".
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from leads.normal import fold

MET = "met"
NOT_MET = "not_met"
UNKNOWN = "unknown"

ORDERED = frozenset({"between", "at_least", "at_most"})
# They ask whether something is known at all.
OF_PRESENCE = frozenset({"is_present", "is_absent"})

# The words of an agreement are few and come again with every lead; values of people are never kept.
_word = lru_cache(maxsize=4096)(fold)


def answer(operator: str, value: Any, wanted: Any) -> str:
    """Return met, not_met or unknown for a value that may be missing. See Note [Unreadable is unknown]."""
    known = is_known(value)
    if operator in OF_PRESENCE:
        return MET if known is (operator == "is_present") else NOT_MET
    if not known:
        return UNKNOWN
    if operator in ORDERED and not _comparable(value, wanted):
        return UNKNOWN
    return MET if OPERATORS[operator](value, wanted) else NOT_MET


def is_known(value: Any) -> bool:
    """Tell whether there is a value; an empty list is none."""
    return value is not None and value not in ("", [])


def measured(value: Any) -> float | date | None:
    """Return a number or a date as something that can be compared, None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return _dated(value)
    return number if math.isfinite(number) else None


def _dated(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _comparable(value: Any, wanted: Any) -> bool:
    found = measured(value)
    edges = wanted if isinstance(wanted, list | tuple) else [wanted]
    return found is not None and all(type(measured(edge)) is type(found) for edge in edges)


def _between(value: Any, edges: Sequence[Any]) -> bool:
    return _at_least(value, edges[0]) and _at_most(value, edges[1])


def _at_least(value: Any, floor: Any) -> bool:
    return _comparable(value, floor) and measured(value) >= measured(floor)  # type: ignore[operator]  # one type: comparable


def _at_most(value: Any, ceiling: Any) -> bool:
    return _comparable(value, ceiling) and measured(value) <= measured(ceiling)  # type: ignore[operator]  # one type: comparable


def _words_in(value: Any) -> set[str]:
    """Return the value as folded words; a list has one per entry."""
    return {fold(str(part)) for part in value} if isinstance(value, list | tuple) else {fold(str(value))}


def _in(value: Any, words: Sequence[str]) -> bool:
    return bool(_words_in(value) & {_word(word) for word in words})


def _matches_any(value: Any, words: Sequence[str]) -> bool:
    """Tell whether one of the words stands in the text as a word of its own ("VP Sales", not "development")."""
    found = {part for text in _words_in(value) for part in text.split("_")}
    return any(_word(word) in found for word in words)


def _contains(value: Any, wanted: str) -> bool:
    """Tell whether a list has this entry, or a text this part, also inside a longer word."""
    if isinstance(value, list | tuple):
        return _word(wanted) in _words_in(value)
    return _word(wanted) in fold(str(value))


def _equals(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return _truth(value) is not None and _truth(value) == _truth(wanted)
    if isinstance(value, list | tuple):
        return _words_in(value) == {_word(str(wanted))}
    numbers = measured(value), measured(wanted)
    if None not in numbers and type(numbers[0]) is type(numbers[1]):
        return numbers[0] == numbers[1]
    return fold(str(value)) == _word(str(wanted))


def _truth(value: Any) -> bool | None:
    """Return yes or no as people write it, None for everything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(fold(str(value)))


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "between": _between,
    "in": _in,
    "not_in": lambda value, words: not _in(value, words),
    "equals": _equals,
    "at_least": _at_least,
    "at_most": _at_most,
    "contains": _contains,
    "matches_any": _matches_any,
    "is_present": lambda value, _: is_known(value),
    "is_absent": lambda value, _: not is_known(value),
}
