"""Fit and readiness apart, each with its reasons, then the tier they make (pure).

# Note [Required criteria]
A required criterion that is known not to hold makes the fit grade D, whatever the points say. One that is
unknown only lacks its points: a short web form must not turn a good company into a bad one.

# Note [One request, one answer]
Asking for a sales talk skips readiness once. When the cycle that it opened has ended (rejected for good, lost,
never reached), the request is answered; only a newer one skips readiness again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leads.scoring.operators import MET, NOT_MET, OF_PRESENCE, answer, is_known

WORST_FIT = "D"
NOT_YET = "not_yet"
HAND_RAISER = "hand_raiser"
STANDARD = "standard"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Did:
    """Something the person did."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """What is known of a person and their company, by the catalogue's field names, and what they did.

    ``answered_at`` is when the last qualification cycle ended. See Note [One request, one answer].
    """

    fields: Mapping[str, Any]
    behaviours: Sequence[Did] = ()
    wants_sales_talk: bool = False
    answered_at: datetime | None = None


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
        return [dict(vars(reason)) for reason in self.reasons]


Times = Mapping[str, Sequence[datetime]]


def score(facts: Facts, definitions: Mapping[str, Any], *, at: datetime) -> Score:
    """Judge a lead by the definitions of an agreement version, as of ``at``."""
    times = _times(facts.behaviours)
    fit = [_judge_fact(criterion, facts.fields) for criterion in definitions["fit"]]
    readiness = [_judge_behaviour(criterion, times, at) for criterion in definitions["readiness"]]
    fit_points, readiness_points = _points(fit), _points(readiness)
    # See Note [Required criteria].
    spoilt = any(reason.required and reason.state == NOT_MET for reason in fit)
    fit_grade = WORST_FIT if spoilt else grade(fit_points, definitions["fit_grades"])
    readiness_grade = grade(readiness_points, definitions["readiness_grades"])
    tier = _tier(fit_grade, readiness_grade, _asks_for_sales(facts, times, definitions, at), definitions)
    return Score(fit_grade, fit_points, int(readiness_grade), readiness_points, tier, (*fit, *readiness))


def next_change(facts: Facts, definitions: Mapping[str, Any], *, at: datetime) -> datetime | None:
    """Return the first whole day after ``at`` on which decay alone worsens the readiness grade or ends its points.

    None when nothing is left to decay. Without new behaviour points only fall, so the day is found by halving.
    """
    times = _times(facts.behaviours)
    longest = max((criterion["window_days"] for criterion in definitions["readiness"]), default=0)
    floors = definitions["readiness_grades"]
    now = _readiness_points(definitions, times, at)
    if not now:
        return None

    def changed(days: int) -> bool:
        then = _readiness_points(definitions, times, at + days * DAY)
        return not then or grade(then, floors) != grade(now, floors)

    return at + bisect_left(range(longest + 1), True, key=changed) * DAY


def grade(points: int, floors: Mapping[str, int]) -> str:
    """Return the best grade whose floor the points reach."""
    reached = [name for name, floor in floors.items() if points >= floor]
    return min(reached)


def is_request_for_sales(intent: str, definitions: Mapping[str, Any]) -> bool:
    """Tell whether a form's intent is an explicit request for a sales talk."""
    return bool(intent) and intent in definitions["hand_raiser"]["intents"]


def missing_fields(fields: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Return the fields that must be present at handover and are not, in the agreement's order."""
    return [name for name in definitions["required_fields"] if not is_known(fields.get(name))]


def exclusions_of(fields: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Return the agreement's exclusions that apply: facts of that name which say yes."""
    return [name for name in definitions["exclusions"] if answer("equals", fields.get(name), True) == MET]


def _times(behaviours: Iterable[Did]) -> dict[str, list[datetime]]:
    """Return when each kind of thing was done, oldest first; sorted once, for every criterion asks."""
    found: dict[str, list[datetime]] = {}
    for did in behaviours:
        found.setdefault(did.kind, []).append(did.at)
    for times in found.values():
        times.sort()
    return found


def _asks_for_sales(facts: Facts, times: Times, definitions: Mapping[str, Any], at: datetime) -> bool:
    if facts.wants_sales_talk:
        return True
    asked = [times.get(kind, ()) for kind in definitions["hand_raiser"]["behaviours"]]
    newest = [done[end - 1] for done in asked if (end := bisect_right(done, at))]
    # See Note [One request, one answer].
    return any(facts.answered_at is None or moment > facts.answered_at for moment in newest)


def _tier(fit_grade: str, readiness_grade: str, asks: bool, definitions: Mapping[str, Any]) -> str:
    # An explicit request skips readiness, not fit.
    if asks and fit_grade in definitions["hand_raiser"]["fit_grades"]:
        return HAND_RAISER
    found = str(definitions["matrix"][fit_grade][readiness_grade])
    return "" if found == NOT_YET else found


def _points(reasons: Iterable[Reason]) -> int:
    return sum(reason.points for reason in reasons)


def _judge_fact(criterion: Mapping[str, Any], fields: Mapping[str, Any]) -> Reason:
    value, operator = fields.get(criterion["field"]), criterion["operator"]
    state = answer(operator, value, criterion["value"])
    proof = "" if operator in OF_PRESENCE and not is_known(value) else _proof(value)
    return _reason(criterion, "fit", state, proof, criterion["points"] if state == MET else 0)


def _proof(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value) if is_known(value) else ""


def _judge_behaviour(criterion: Mapping[str, Any], times: Times, at: datetime) -> Reason:
    count, last = _counted(criterion, times, at)
    if last is None:
        return _reason(criterion, "readiness", NOT_MET, "", 0)
    points = _decayed(criterion, last, at)
    return _reason(criterion, "readiness", MET, f"{count} ×, {last:%Y-%m-%d}", points)


def _counted(criterion: Mapping[str, Any], times: Times, at: datetime) -> tuple[int, datetime | None]:
    """Return how often it was done inside the window, and when last; None when not often enough."""
    done = times.get(criterion["field"], ())
    first, end = bisect_right(done, at - timedelta(days=criterion["window_days"])), bisect_right(done, at)
    return (end - first, done[end - 1]) if end - first >= criterion["value"] else (end - first, None)


def _decayed(criterion: Mapping[str, Any], last: datetime, at: datetime) -> int:
    # What was done long ago says less: the points halve with every half-life.
    age = (at - last) / timedelta(days=criterion["half_life_days"])
    return round(int(criterion["points"]) * float(0.5**age))


def _readiness_points(definitions: Mapping[str, Any], times: Times, at: datetime) -> int:
    points = 0
    for criterion in definitions["readiness"]:
        _count, last = _counted(criterion, times, at)
        points += _decayed(criterion, last, at) if last is not None else 0
    return points


def _reason(criterion: Mapping[str, Any], kind: str, state: str, proof: str, points: int) -> Reason:
    return Reason(criterion["key"], criterion["label"], kind, state, proof, criterion["required"], points)
