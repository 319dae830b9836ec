"""What clients are answered about targets."""

from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Amount, Moment, MonthText


class Target(TypedDict):
    """A month's target, proposed or signed."""

    id: UUID
    month: MonthText
    points: Amount
    note: str
    state: str
    proposed_by: UUID
    proposed_at: Moment
    countersigned_by: UUID | None
    countersigned_at: Moment | None


class TargetInForce(TypedDict):
    """What a month is measured against, and where that comes from."""

    points: Amount | None
    source: str


class _TargetList(TypedDict):
    results: list[Target]
    next: str | None


class TargetList(_TargetList, total=False):
    """A page of targets; asked for one month, with what is in force in it."""

    in_force: TargetInForce
