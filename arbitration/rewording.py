"""What precedents suggest for their criterion (pure).

A ruling that overturned says that leads of its conditions meet the criterion; one that upheld says that they do not.
Where criterion and condition speak of the same field, the criterion's value is widened or narrowed so far; anything
else is for people to word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads.scoring.operators import measured


@dataclass(frozen=True)
class Lesson:
    """What one precedent teaches about leads of its conditions."""

    outcome: str
    conditions: Sequence[Mapping[str, Any]]


def suggested(criterion: Mapping[str, Any], lessons: Sequence[Lesson]) -> dict[str, Any]:
    """Return the criterion as the lessons suggest it; unchanged where they say nothing that can be computed."""
    found = dict(criterion)
    for lesson in lessons:
        for condition in lesson.conditions:
            if condition["field"] == found["field"]:
                found["value"] = _moved(found, condition, includes=lesson.outcome == "overturned")
    return found


def _moved(criterion: Mapping[str, Any], condition: Mapping[str, Any], *, includes: bool) -> Any:
    operator, value = criterion["operator"], criterion["value"]
    if operator in ("in", "not_in"):
        # A list of exceptions shrinks where a list of matches grows.
        grows = includes == (operator == "in")
        return _list(value, _named(condition), grows=grows)
    low, high = _edges(condition["operator"], condition["value"])
    if operator == "between":
        return _range(value[0], value[1], low, high, includes=includes)
    if operator == "at_least":
        return _floor(value, low, high, includes=includes)
    if operator == "at_most":
        return _ceiling(value, low, high, includes=includes)
    return value


def _named(condition: Mapping[str, Any]) -> list[Any]:
    if condition["operator"] not in ("in", "equals"):
        return []
    value = condition["value"]
    return list(value) if isinstance(value, list | tuple) else [value]


def _list(present: Sequence[Any], named: Sequence[Any], *, grows: bool) -> list[Any]:
    if grows:
        return [*present, *(word for word in named if word not in present)]
    kept = [word for word in present if word not in named]
    # A criterion that nothing can meet is none.
    return kept or list(present)


def _edges(operator: str, value: Any) -> tuple[int | None, int | None]:
    """Return the lowest and the highest whole number of a condition, None where it has none."""
    if operator == "between":
        return _whole(value[0]), _whole(value[1])
    if operator == "equals":
        return _whole(value), _whole(value)
    return (
        (_whole(value), None)
        if operator == "at_least"
        else (None, _whole(value))
        if operator == "at_most"
        else (
            None,
            None,
        )
    )


def _whole(value: Any) -> int | None:
    number = measured(value)
    return int(number) if isinstance(number, float) and number == int(number) else None


def _range(floor: Any, ceiling: Any, low: int | None, high: int | None, *, includes: bool) -> list[Any]:
    if includes:
        return [min(floor, low) if low is not None else floor, max(ceiling, high) if high is not None else ceiling]
    if high is not None and floor <= high < ceiling and (low is None or low <= floor):
        return [high + 1, ceiling]
    if low is not None and floor < low <= ceiling and (high is None or high >= ceiling):
        return [floor, low - 1]
    return [floor, ceiling]


def _floor(floor: Any, low: int | None, high: int | None, *, includes: bool) -> Any:
    if includes:
        return min(floor, low) if low is not None else floor
    return high + 1 if high is not None and high >= floor else floor


def _ceiling(ceiling: Any, low: int | None, high: int | None, *, includes: bool) -> Any:
    if includes:
        return max(ceiling, high) if high is not None else ceiling
    return low - 1 if low is not None and low <= ceiling else ceiling
