"""What both sides call a qualified lead: criteria, grades, matrix, exclusions.

# Note [Who may exclude]
An exclusion keeps somebody from sales altogether, so no stranger may set it: it must be a field of the kind
"flag", which only members and their keys fill; a public form cannot. The catalogue of fields says which those are.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from sla.business_time.problem import Problem, gettext_noop
from sla.content.faults import Faults, amount_of

FIELD_OPERATORS = (
    "between",
    "in",
    "not_in",
    "equals",
    "at_least",
    "at_most",
    "contains",
    "matches_any",
    "is_present",
    "is_absent",
)
BEHAVIOUR_OPERATORS = ("count_at_least",)
NOT_YET = "not_yet"
# What a field's kind can be asked; every field can be asked whether it is there.
OPERATORS_OF = {
    "text": ("equals", "in", "not_in", "contains", "matches_any", "is_present", "is_absent"),
    "number": ("equals", "between", "at_least", "at_most", "is_present", "is_absent"),
    "date": ("equals", "between", "at_least", "at_most", "is_present", "is_absent"),
    "boolean": ("equals", "is_present", "is_absent"),
    "flag": ("equals", "is_present", "is_absent"),
    "choice": ("equals", "in", "not_in", "is_present", "is_absent"),
    "list": ("in", "not_in", "contains", "is_present", "is_absent"),
}
FLAG = "flag"
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
    """The definition of a qualified lead, its names checked where they are known.

    ``known_fields`` may map each name to its kind (OPERATORS_OF); then operators and exclusions are checked, too.
    """
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
    _check_names(faults, "exclusions", given.get("exclusions"), _flags(known_fields))


def faults_of_demand(demand: Any, known_fields: Mapping[str, str]) -> list[Problem]:
    """What is wrong with one question about a field ({field, operator, value}), asked outside an agreement."""
    faults = Faults()
    terms = faults.record("", demand, required=("field", "operator", "value"))
    faults.one_of("/operator", terms.get("operator"), FIELD_OPERATORS)
    _check_name(faults, "/field", terms.get("field"), known_fields)
    _check_value(faults, "/value", terms)
    _check_kind(faults, "/operator", terms, known_fields)
    return faults.first_causes()


def _check_fit(faults: Faults, value: Any, known: Collection[str] | None) -> tuple[list[str | None], int]:
    keys, points = [], 0
    for pointer, item in faults.items("/definitions/fit", value):
        terms = faults.record(pointer, item, required=_CRITERION)
        keys.append(_check_criterion(faults, pointer, terms, FIELD_OPERATORS, known))
        points += faults.not_negative_int(f"{pointer}/points", terms.get("points")) or 0
        _check_value(faults, f"{pointer}/value", terms)
        _check_kind(faults, f"{pointer}/operator", terms, known)
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
    suits = _SUITS.get(str(operator))
    if suits is not None and not suits(value):
        faults.add(
            pointer,
            "value_contradicts_operator",
            gettext_noop("This value does not suit “%(operator)s”."),
            operator=operator,
        )


def _check_kind(faults: Faults, pointer: str, terms: Mapping[str, Any], known: Collection[str] | None) -> None:
    kind = known.get(str(terms.get("field"))) if isinstance(known, Mapping) else None
    operator = terms.get("operator")
    if kind is not None and operator in FIELD_OPERATORS and operator not in OPERATORS_OF[kind]:
        faults.add(
            pointer,
            "operator_contradicts_field",
            gettext_noop("This field is a %(kind)s; it cannot be asked “%(operator)s”."),
            kind=kind,
            operator=operator,
        )


def _flags(known: Collection[str] | None) -> Collection[str] | None:
    """See Note [Who may exclude]."""
    if not isinstance(known, Mapping):
        return None
    return [name for name, kind in known.items() if kind == FLAG]


def _is_range(value: Any) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    low, high = (_edge(edge) for edge in value)
    return low is not None and type(low) is type(high) and bool(low <= high)


def _is_edge(value: Any) -> bool:
    return _edge(value) is not None


def _edge(value: Any) -> Any:
    """Return a number (whole, or a decimal as text) or an ISO date as something comparable, else None."""
    number = amount_of(value)
    if number is not None or not isinstance(value, str):
        return number
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _is_word_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(_is_word(word) for word in value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


_SUITS: Mapping[str, Callable[[Any], bool]] = {
    "between": _is_range,
    "in": _is_word_list,
    "not_in": _is_word_list,
    "matches_any": _is_word_list,
    "at_least": _is_edge,
    "at_most": _is_edge,
    "contains": _is_word,
    "equals": lambda value: isinstance(value, bool) or _is_edge(value) or _is_word(value),
    "is_present": lambda value: value is None,
    "is_absent": lambda value: value is None,
}


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
