"""Where a handover goes by the rules (pure): a plan, a lead's fields, and the rule that decides.

# Note [A rule decides alone]
The first enabled rule whose conditions all hold decides. When nobody it names can take the lead, the lead waits in
the manager's queue; the rules below it are not asked, for they were written for other leads. A condition on what is
not known does not hold.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leads.scoring import MET, OPERATORS, answer
from leads.scoring.operators import measured
from smarketing.lib.errors import FieldError

REP, TEAM, QUEUE, REPS = "rep", "team", "queue", "reps"
TARGETS = (REP, TEAM, QUEUE)
DEFAULTS = (REPS, QUEUE)
LISTS = frozenset({"in", "not_in", "matches_any"})
NUMBERS = frozenset({"at_least", "at_most"})
NO_VALUE = frozenset({"is_present", "is_absent"})
MOST_RULES = 100
MOST_CONDITIONS = 10
MOST_WORDS = 200
LONGEST_WORD = 200
LARGEST = 10**9
_FIELD = re.compile(r"^[a-z][a-z0-9_]{0,59}$")


@dataclass(frozen=True)
class Condition:
    """One field of the lead, compared."""

    field: str
    operator: str
    value: Any = None


@dataclass(frozen=True)
class Target:
    """A rep, a team, or the manager's queue; ``id`` is "" for the queue."""

    kind: str
    id: str = ""

    @property
    def pool(self) -> str:
        """The name under which turns are counted."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


@dataclass(frozen=True)
class Rule:
    """A line of the plan; ``key`` stays when it is moved or renamed."""

    key: str
    name: str
    enabled: bool
    conditions: tuple[Condition, ...]
    to: Target


@dataclass(frozen=True)
class Limit:
    """What one rep can take; None is no limit."""

    max_open: int | None = None
    max_per_day: int | None = None


@dataclass(frozen=True)
class Plan:
    """All rules in order, where a lead goes that none matches, and what each rep can take."""

    rules: tuple[Rule, ...] = ()
    default: str = REPS
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def as_content(self) -> dict[str, Any]:
        """The plan as it is stored."""
        return {
            "default": self.default,
            "rules": [asdict(rule) for rule in self.rules],
            "limits": {member: asdict(limit) for member, limit in self.limits.items()},
        }


@dataclass(frozen=True)
class Route:
    """Where the plan sends a lead; ``number`` counts the rules from 1, 0 is the default."""

    target: Target
    number: int = 0
    rule: Rule | None = None


@dataclass(frozen=True)
class Tried:
    """A rule as it was asked for one lead, for the test box."""

    number: int
    rule: Rule
    states: tuple[str, ...]
    matches: bool
    decides: bool


def plan_of(content: Mapping[str, Any]) -> Plan:
    """Read a plan that was stored; an empty one sends everything to all reps in turn."""
    rules = tuple(
        Rule(
            rule["key"],
            rule["name"],
            rule["enabled"],
            tuple(Condition(**condition) for condition in rule["conditions"]),
            Target(**rule["to"]),
        )
        for rule in content.get("rules", ())
    )
    limits = {member: Limit(**limit) for member, limit in content.get("limits", {}).items()}
    return Plan(rules, content.get("default", REPS), limits)


def route(plan: Plan, fields: Mapping[str, Any]) -> Route:
    """Return where a lead with these fields goes. See Note [A rule decides alone]."""
    for number, rule in enumerate(plan.rules, start=1):
        if rule.enabled and all(state == MET for state in states_of(rule, fields)):
            return Route(rule.to, number, rule)
    return Route(Target(plan.default))


def tried(plan: Plan, fields: Mapping[str, Any]) -> list[Tried]:
    """Return every rule with what each of its conditions says of these fields."""
    decided = route(plan, fields).number
    found = []
    for number, rule in enumerate(plan.rules, start=1):
        states = states_of(rule, fields)
        matches = all(state == MET for state in states)
        found.append(Tried(number, rule, states, matches, number == decided))
    return found


def states_of(rule: Rule, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return met, not_met or unknown for each condition."""
    return tuple(answer(one.operator, fields.get(one.field), one.value) for one in rule.conditions)


def faults_of(plan: Plan, *, members: Iterable[str], teams: Iterable[str]) -> list[FieldError]:
    """Return what is wrong with a plan, each fault with its pointer; ``members`` and ``teams`` are ids that exist."""
    known = {REP: set(members), TEAM: set(teams), QUEUE: {""}}
    faults = []
    if plan.default not in DEFAULTS:
        faults.append(FieldError("/default", "unknown_value", "Choose all reps in turn, or the manager's queue."))
    if len(plan.rules) > MOST_RULES:
        faults.append(FieldError("/rules", "out_of_range", f"A plan has {MOST_RULES} rules at most."))
    keys = [rule.key for rule in plan.rules]
    if len(set(keys)) < len(keys):
        faults.append(FieldError("/rules", "not_unique", "Each rule has a key of its own."))
    for number, rule in enumerate(plan.rules):
        faults += _faults_of_rule(rule, f"/rules/{number}", known)
    for member, limit in plan.limits.items():
        faults += _faults_of_limit(limit, f"/limits/{member}", known=member in known[REP])
    return faults


def _faults_of_rule(rule: Rule, pointer: str, known: Mapping[str, set[str]]) -> list[FieldError]:
    faults = []
    if not rule.name.strip():
        faults.append(FieldError(f"{pointer}/name", "missing", "Give the rule a name."))
    if rule.to.kind not in TARGETS:
        faults.append(FieldError(f"{pointer}/to/kind", "unknown_value", "Choose a rep, a team or the manager's queue."))
    elif rule.to.id not in known[rule.to.kind]:
        faults.append(FieldError(f"{pointer}/to/id", "unknown_value", "There is no such rep or team in sales."))
    if not rule.conditions:
        sentence = "Without a condition the rule takes every lead; use the setting below the rules for that."
        faults.append(FieldError(f"{pointer}/conditions", "missing", sentence))
    if len(rule.conditions) > MOST_CONDITIONS:
        faults.append(
            FieldError(f"{pointer}/conditions", "out_of_range", f"A rule has {MOST_CONDITIONS} conditions at most.")
        )
    for number, condition in enumerate(rule.conditions):
        faults += faults_of_condition(condition, f"{pointer}/conditions/{number}")
    return faults


def faults_of_condition(condition: Condition, pointer: str) -> list[FieldError]:
    """Return what is wrong with one condition."""
    if not _FIELD.match(condition.field):
        return [FieldError(f"{pointer}/field", "malformed", "A field is written in small letters, digits and _.")]
    if condition.operator not in OPERATORS:
        return [FieldError(f"{pointer}/operator", "unknown_value", "This comparison does not exist.")]
    if not _suits(condition.operator, condition.value):
        sentence = "This value does not suit the comparison."
        return [FieldError(f"{pointer}/value", "value_contradicts_operator", sentence)]
    return []


def _suits(operator: str, value: Any) -> bool:
    if operator in NO_VALUE:
        return value is None
    if operator in LISTS:
        return isinstance(value, list) and 0 < len(value) <= MOST_WORDS and all(_is_word(word) for word in value)
    if operator == "between":
        return _is_range(value)
    if operator in NUMBERS:
        return _is_measure(value)
    return _is_word(value) or _is_number(value) or (operator == "equals" and isinstance(value, bool))


def _is_range(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(_is_measure(edge) for edge in value):
        return False
    low, high = (measured(edge) for edge in value)
    return type(low) is type(high) and bool(low <= high)  # type: ignore[operator]  # one type, as compared before


def _is_measure(value: Any) -> bool:
    """Tell whether it is a number or a date."""
    return _is_number(value) or (isinstance(value, str) and len(value) <= LONGEST_WORD and measured(value) is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_WORD and "\x00" not in value


def _faults_of_limit(limit: Limit, pointer: str, *, known: bool) -> list[FieldError]:
    if not known:
        return [FieldError(pointer, "unknown_value", "There is no such rep.")]
    given = {"max_open": limit.max_open, "max_per_day": limit.max_per_day}
    return [
        FieldError(f"{pointer}/{name}", "out_of_range", "A whole number from 1 to 100,000, or nothing.")
        for name, value in given.items()
        if value is not None and not 1 <= value <= 100_000
    ]


def moved(rules: Sequence[Rule], key: str, *, by: int) -> tuple[Rule, ...]:
    """Return the rules with one of them so many places lower; at either end it stays."""
    order = list(rules)
    place = next(number for number, rule in enumerate(order) if rule.key == key)
    rule = order.pop(place)
    order.insert(max(0, min(place + by, len(order))), rule)
    return tuple(order)
