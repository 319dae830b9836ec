"""How alike two disputes are, and whether two holdings contradict each other (pure).

A precedent speaks about leads that meet its conditions, which are written in the language of the agreement's
criteria. What is unknown of a lead neither speaks for a precedent nor against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads.scoring import MET, NOT_MET, answer
from leads.scoring.operators import measured

Condition = Mapping[str, Any]

SAME_CRITERION = 50
SAME_REASON = 20
EACH_FACT = 15
# More facts that hold say no more than these.
MOST_FACTS = 3
OTHER_FACTS = -40

_RANGES = frozenset({"between", "at_least", "at_most"})
_SETS = frozenset({"equals", "in"})


@dataclass(frozen=True)
class Question:
    """What is in dispute: the criterion ("" for none), the reason, and the facts of the lead by field."""

    criterion: str
    reason: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Likeness:
    """How alike: points, and which conditions hold and which do not."""

    points: int
    same_criterion: bool
    same_reason: bool
    holds: tuple[Condition, ...] = ()
    differs: tuple[Condition, ...] = ()


def likeness(question: Question, *, criterion: str, reason: str, conditions: Sequence[Condition]) -> Likeness:
    """Compare a question with an earlier one that was decided under these conditions."""
    states = [(c, answer(c["operator"], question.fields.get(c["field"]), c["value"])) for c in conditions]
    holds = tuple(condition for condition, state in states if state == MET)
    differs = tuple(condition for condition, state in states if state == NOT_MET)
    same_criterion = bool(criterion) and criterion == question.criterion
    same_reason = reason == question.reason
    points = SAME_CRITERION * same_criterion + SAME_REASON * same_reason
    points += EACH_FACT * min(len(holds), MOST_FACTS) + OTHER_FACTS * bool(differs)
    return Likeness(points, same_criterion, same_reason, holds, differs)


def can_both_hold(some: Sequence[Condition], others: Sequence[Condition]) -> bool:
    """Tell whether one lead can meet all of these conditions; what cannot be compared is taken for possible."""
    return not any(one["field"] == other["field"] and _exclude(one, other) for one in some for other in others)


def _exclude(one: Condition, other: Condition) -> bool:
    """Tell whether no value can meet both conditions on the same field."""
    for first, second in ((one, other), (other, one)):
        if first["operator"] in _SETS:
            return all(answer(second["operator"], value, second["value"]) == NOT_MET for value in _values(first))
    operators = {one["operator"], other["operator"]}
    if operators == {"is_present", "is_absent"} or ("is_absent" in operators and operators & _RANGES):
        return True
    return operators <= _RANGES and _apart(one, other)


def _values(condition: Condition) -> list[Any]:
    value = condition["value"]
    return list(value) if isinstance(value, list | tuple) else [value]


def _apart(one: Condition, other: Condition) -> bool:
    (low, high), (from_, to) = _edges(one), _edges(other)
    return _less(high, from_) or _less(to, low)


def _edges(condition: Condition) -> tuple[Any, Any]:
    value = condition["value"]
    if condition["operator"] == "between":
        return measured(value[0]), measured(value[1])
    edge = measured(value)
    return (edge, None) if condition["operator"] == "at_least" else (None, edge)


def _less(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one is not None and one < other
