"""How a lead is judged (pure): fit and readiness apart, each with its reasons, then the tier they make.

# Note [Required criteria]
A required criterion that is known not to hold makes the fit grade D, whatever the points say. One that is
unknown only lacks its points: a short web form must not turn a good company into a bad one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from leads.normal import fold

MET = "met"
NOT_MET = "not_met"
UNKNOWN = "unknown"
WORST_FIT = "D"
NOT_YET = "not_yet"
HAND_RAISER = "hand_raiser"
STANDARD = "standard"


@dataclass(frozen=True)
class Did:
    """Something the person did."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """What is known of a person and their company, by the catalogue's field names, and what they did."""

    fields: Mapping[str, Any]
    behaviours: Sequence[Did] = ()
    wants_sales_talk: bool = False


@dataclass(frozen=True)
class Reason:
    """One criterion as it was judged, with its proof in words."""

    key: str
    label: str
    kind: str
    state: str
    proof: str
    required: bool
    points: int


@dataclass(frozen=True)
class Score:
    """Two grades, never one; ``tier`` is "" for not yet."""

    fit_grade: str
    fit_points: int
    readiness_grade: int
    readiness_points: int
    tier: str
    reasons: tuple[Reason, ...]

    def reasons_as_data(self) -> list[dict[str, Any]]:
        """The reasons as they are stored."""
        return [asdict(reason) for reason in self.reasons]


def score(facts: Facts, definitions: Mapping[str, Any], *, at: datetime) -> Score:
    """Judge a lead by the definitions of an agreement version, as of ``at``."""
    fit = [_judge_fact(criterion, facts.fields) for criterion in definitions["fit"]]
    readiness = [_judge_behaviour(criterion, facts.behaviours, at) for criterion in definitions["readiness"]]
    fit_points, readiness_points = _points(fit), _points(readiness)
    # See Note [Required criteria].
    spoilt = any(reason.required and reason.state == NOT_MET for reason in fit)
    fit_grade = WORST_FIT if spoilt else grade(fit_points, definitions["fit_grades"])
    readiness_grade = grade(readiness_points, definitions["readiness_grades"])
    tier = _tier(fit_grade, readiness_grade, _asks_for_sales(facts, definitions, at), definitions)
    return Score(fit_grade, fit_points, int(readiness_grade), readiness_points, tier, (*fit, *readiness))


def grade(points: int, floors: Mapping[str, int]) -> str:
    """Return the best grade whose floor the points reach."""
    reached = [name for name, floor in floors.items() if points >= floor]
    return min(reached)


def is_request_for_sales(intent: str, definitions: Mapping[str, Any]) -> bool:
    """Tell whether a form's intent is an explicit request for a sales talk."""
    return bool(intent) and intent in definitions["hand_raiser"]["intents"]


def missing_fields(fields: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Return the fields that must be present at handover and are not, in the agreement's order."""
    return [name for name in definitions["required_fields"] if not _is_known(fields.get(name))]


def exclusions_of(fields: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Return the agreement's exclusions that apply: facts of that name which say yes."""
    return [name for name in definitions["exclusions"] if fields.get(name) in (True, "true", "yes", "1", 1)]


def _asks_for_sales(facts: Facts, definitions: Mapping[str, Any], at: datetime) -> bool:
    kinds = definitions["hand_raiser"]["behaviours"]
    return facts.wants_sales_talk or any(did.kind in kinds and did.at <= at for did in facts.behaviours)


def _tier(fit_grade: str, readiness_grade: str, asks: bool, definitions: Mapping[str, Any]) -> str:
    # An explicit request skips readiness, not fit.
    if asks and fit_grade in definitions["hand_raiser"]["fit_grades"]:
        return HAND_RAISER
    found = str(definitions["matrix"][fit_grade][readiness_grade])
    return "" if found == NOT_YET else found


def _points(reasons: Iterable[Reason]) -> int:
    return sum(reason.points for reason in reasons)


def _judge_fact(criterion: Mapping[str, Any], fields: Mapping[str, Any]) -> Reason:
    value = fields.get(criterion["field"])
    if not _is_known(value):
        state = NOT_MET if criterion["operator"] == "is_present" else UNKNOWN
        return _reason(criterion, "fit", state, "", 0)
    holds = OPERATORS[criterion["operator"]](value, criterion["value"])
    return _reason(criterion, "fit", MET if holds else NOT_MET, str(value), criterion["points"] if holds else 0)


def _judge_behaviour(criterion: Mapping[str, Any], behaviours: Sequence[Did], at: datetime) -> Reason:
    since = at - timedelta(days=criterion["window_days"])
    times = sorted(did.at for did in behaviours if did.kind == criterion["field"] and since < did.at <= at)
    if len(times) < criterion["value"]:
        return _reason(criterion, "readiness", NOT_MET, "", 0)
    # What was done long ago says less: the points halve with every half-life.
    age = (at - times[-1]) / timedelta(days=criterion["half_life_days"])
    points = round(criterion["points"] * 0.5**age)
    return _reason(criterion, "readiness", MET, f"{len(times)} ×, {times[-1]:%Y-%m-%d}", points)


def _reason(criterion: Mapping[str, Any], kind: str, state: str, proof: str, points: int) -> Reason:
    return Reason(criterion["key"], criterion["label"], kind, state, proof, criterion["required"], points)


def _is_known(value: Any) -> bool:
    return value is not None and value != ""


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _between(value: Any, edges: Sequence[int]) -> bool:
    number = _number(value)
    return number is not None and edges[0] <= number <= edges[1]


def _at_least(value: Any, floor: int) -> bool:
    number = _number(value)
    return number is not None and number >= floor


def _at_most(value: Any, ceiling: int) -> bool:
    number = _number(value)
    return number is not None and number <= ceiling


def _in(value: Any, words: Sequence[str]) -> bool:
    return fold(str(value)) in {fold(word) for word in words}


def _matches_any(value: Any, words: Sequence[str]) -> bool:
    """Tell whether one of the words stands in the text as a word of its own ("VP Sales", not "development")."""
    found = set(fold(str(value)).split("_"))
    return any(fold(word) in found for word in words)


def _equals(value: Any, wanted: Any) -> bool:
    return fold(str(value)) == fold(str(wanted))


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "between": _between,
    "in": _in,
    "not_in": lambda value, words: not _in(value, words),
    "equals": _equals,
    "at_least": _at_least,
    "at_most": _at_most,
    "matches_any": _matches_any,
    "is_present": lambda value, _: True,
}
