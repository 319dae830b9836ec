"""What both sides call a qualified lead: criteria, grades, matrix, exclusions."""

from collections.abc import Collection, Mapping
from typing import Any

from sla.business_time.problem import gettext_noop
from sla.content.faults import Faults

FIELD_OPERATORS = (
    "between",
    "in",
    "not_in",
    "equals",
    "at_least",
    "at_most",
    "matches_any",
    "is_present",
)
BEHAVIOUR_OPERATORS = ("count_at_least",)
NOT_YET = "not_yet"
FIT_GRADES = ("A", "B", "C", "D")
READINESS_GRADES = ("1", "2", "3", "4")
_CRITERION = ("key", "label", "field", "operator", "value", "required", "points")
_BEHAVIOUR = (*_CRITERION, "window_days", "half_life_days")
_SECTIONS = (
    "fit",
    "readiness",
    "fit_grades",
    "readiness_grades",
    "matrix",
    "hand_raiser",
    "required_fields",
    "exclusions",
)


def check_definitions(
    faults: Faults,
    value: Any,
    *,
    tiers: Collection[str],
    known_fields: Collection[str] | None,
    known_behaviours: Collection[str] | None,
) -> None:
    """The definition of a qualified lead, its names checked where they are known."""
    given = faults.record("/definitions", value, required=_SECTIONS, optional=("auto_handover",))
    if "auto_handover" in given:
        faults.flag("/definitions/auto_handover", given["auto_handover"])
    fit = _check_fit(faults, given.get("fit"), known_fields)
    readiness = _check_readiness(faults, given.get("readiness"), known_behaviours)
    faults.unique("/definitions", fit[0] + readiness[0])
    _check_grades(faults, "fit_grades", given.get("fit_grades"), FIT_GRADES, fit[1])
    _check_grades(
        faults,
        "readiness_grades",
        given.get("readiness_grades"),
        READINESS_GRADES,
        readiness[1],
    )
    _check_matrix(faults, given.get("matrix"), tiers)
    _check_hand_raiser(faults, given.get("hand_raiser"), known_behaviours)
    _check_names(faults, "required_fields", given.get("required_fields"), known_fields)
    _check_names(faults, "exclusions", given.get("exclusions"), None)


def _check_fit(faults: Faults, value: Any, known: Collection[str] | None) -> tuple[list[str | None], int]:
    keys, points = [], 0
    for pointer, item in faults.items("/definitions/fit", value):
        terms = faults.record(pointer, item, required=_CRITERION)
        keys.append(_check_criterion(faults, pointer, terms, FIELD_OPERATORS, known))
        points += faults.not_negative_int(f"{pointer}/points", terms.get("points")) or 0
        _check_value(faults, f"{pointer}/value", terms)
    if not keys:
        faults.empty("/definitions/fit")
    return keys, points


def _check_readiness(faults: Faults, value: Any, known: Collection[str] | None) -> tuple[list[str | None], int]:
    keys, points = [], 0
    for pointer, item in faults.items("/definitions/readiness", value):
        terms = faults.record(pointer, item, required=_BEHAVIOUR)
        keys.append(_check_criterion(faults, pointer, terms, BEHAVIOUR_OPERATORS, known))
        points += faults.not_negative_int(f"{pointer}/points", terms.get("points")) or 0
        for field in ("value", "window_days", "half_life_days"):
            faults.positive_int(f"{pointer}/{field}", terms.get(field))
    return keys, points


def _check_criterion(
    faults: Faults,
    pointer: str,
    terms: Mapping[str, Any],
    operators: Collection[str],
    known: Collection[str] | None,
) -> str | None:
    faults.text(f"{pointer}/label", terms.get("label"))
    faults.flag(f"{pointer}/required", terms.get("required"))
    faults.one_of(f"{pointer}/operator", terms.get("operator"), operators)
    _check_name(faults, f"{pointer}/field", terms.get("field"), known)
    return faults.key(f"{pointer}/key", terms.get("key"))


def _check_value(faults: Faults, pointer: str, terms: Mapping[str, Any]) -> None:
    operator, value = terms.get("operator"), terms.get("value")
    if operator == "between":
        fits = _is_range(value)
    elif operator in ("in", "not_in", "matches_any"):
        fits = _is_word_list(value)
    elif operator in ("at_least", "at_most"):
        fits = _is_whole(value)
    elif operator == "equals":
        fits = _is_whole(value) or isinstance(value, bool) or _is_word(value)
    else:
        fits = operator != "is_present" or value is None
    if not fits:
        faults.add(
            pointer,
            "value_contradicts_operator",
            gettext_noop("This value does not suit “%(operator)s”."),
            operator=operator,
        )


def _is_range(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(_is_whole(edge) for edge in value)
        and bool(value[0] <= value[1])
    )


def _is_word_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(_is_word(word) for word in value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_grades(faults: Faults, name: str, value: Any, grades: Collection[str], reachable: int) -> None:
    pointer = f"/definitions/{name}"
    given = faults.record(pointer, value, required=grades)
    floors = [faults.not_negative_int(f"{pointer}/{g}", given.get(g)) for g in grades]
    known = [floor for floor in floors if floor is not None]
    if len(known) < len(floors):
        return
    if known != sorted(set(known), reverse=True) or known[-1] != 0:
        faults.add(
            pointer,
            "grades_not_descending",
            gettext_noop("Grades need falling thresholds; the last one is zero."),
        )
    elif known[0] > reachable:
        faults.add(
            pointer,
            "grade_unreachable",
            gettext_noop("All criteria together give %(points)s points only."),
            points=reachable,
        )


def _check_matrix(faults: Faults, value: Any, tiers: Collection[str]) -> None:
    matrix = faults.record("/definitions/matrix", value, required=FIT_GRADES)
    cells = []
    for grade in FIT_GRADES:
        pointer = f"/definitions/matrix/{grade}"
        row = faults.record(pointer, matrix.get(grade), required=READINESS_GRADES)
        for column in READINESS_GRADES:
            allowed = (*tiers, NOT_YET)
            cells.append(faults.one_of(f"{pointer}/{column}", row.get(column), allowed))
    if cells and all(cell == NOT_YET for cell in cells):
        faults.add(
            "/definitions/matrix",
            "nothing_qualifies",
            gettext_noop("No lead could ever qualify under this matrix."),
        )


def _check_hand_raiser(faults: Faults, value: Any, known_behaviours: Collection[str] | None) -> None:
    pointer = "/definitions/hand_raiser"
    fields = ("intents", "behaviours", "fit_grades")
    terms = faults.record(pointer, value, required=fields)
    _check_names(faults, "hand_raiser/intents", terms.get("intents"), None)
    _check_names(faults, "hand_raiser/behaviours", terms.get("behaviours"), known_behaviours)
    for place, grade in faults.items(f"{pointer}/fit_grades", terms.get("fit_grades")):
        faults.one_of(place, grade, FIT_GRADES)


def _check_names(faults: Faults, section: str, value: Any, known: Collection[str] | None) -> None:
    pointer = f"/definitions/{section}"
    names = list(faults.items(pointer, value))
    for place, name in names:
        _check_name(faults, place, name, known)
    faults.unique(pointer, [name for _, name in names if isinstance(name, str)])


def _check_name(faults: Faults, pointer: str, name: Any, known: Collection[str] | None) -> None:
    if faults.key(pointer, name) is None or known is None:
        return
    if name not in known:
        faults.add(
            pointer,
            "field_unknown",
            gettext_noop("There is no field “%(field)s”."),
            field=name,
        )
