"""What clients are answered about routing, moving and fairness."""

from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import MonthText, Page


class RoutingTarget(TypedDict):
    """A rep, a team, or the manager's queue (without an id)."""

    kind: str
    id: str


class RoutingCondition(TypedDict):
    """One field of the lead, compared as in the agreement's criteria."""

    field: str
    operator: str
    value: str | int | bool | list[str | int] | None


class RoutingRule(TypedDict):
    """One rule."""

    key: str
    name: str
    enabled: bool
    conditions: list[RoutingCondition]
    to: RoutingTarget


class RepLimit(TypedDict):
    """What a rep can take; null is no limit."""

    max_open: int | None
    max_per_day: int | None


class RoutingPlan(TypedDict):
    """All rules in order, where other leads go, and what each rep can take."""

    default: str
    rules: list[RoutingRule]
    limits: dict[str, RepLimit]


class TriedRule(TypedDict):
    """What one rule says of a lead."""

    number: int
    key: str
    conditions: list[str]
    matches: bool


class RoutingTrial(TypedDict):
    """Where a lead would go, the rule that decides (0: none), and what each rule says."""

    to: RoutingTarget
    rule: int
    rules: list[TriedRule]


class Moved(TypedDict):
    """A handover and who has it now."""

    handover: UUID
    to: UUID


class Stayed(TypedDict):
    """A handover that stays where it is, and why."""

    handover: UUID
    code: str
    detail: str


class MovePreview(TypedDict):
    """What would move, and what would stay."""

    moves: list[UUID]
    stayed: list[Stayed]


class Moves(TypedDict):
    """What moved to whom, and what stayed."""

    moved: list[Moved]
    stayed: list[Stayed]


class RepShare(TypedDict):
    """What a rep was given this month."""

    member: UUID
    given: int
    open: int
    absent_days: int
    accepted: int
    decided: int
    contacted: int
    median_seconds_to_contact: int | None


class Fairness(Page[RepShare]):
    """What each rep was given in a month."""

    month: MonthText
