"""Whose figures a member may see (pure). What counts for all is the organisation's rule, a works-council matter."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tenants.roles import MARKETING, SALES, Role


class SightRule(StrEnum):
    """To whom the figures of one person are shown, besides that person."""

    NOBODY = "nobody"
    MANAGERS = "managers"
    EVERYBODY = "everybody"


USUAL = SightRule.MANAGERS

_HEADS = ((Role.MARKETING_MANAGER, MARKETING), (Role.SALES_MANAGER, SALES))


@dataclass(frozen=True)
class Person:
    """As much of a member as the rule asks about."""

    member_id: UUID
    roles: Collection[str]
    manager_id: UUID | None = None


def may_see(rule: SightRule, *, viewer: Person, person: Person) -> bool:
    """Tell whether the viewer may see the figures of a person.

    Everybody sees their own. By the usual rule also the direct manager, the head of the person's side and auditors,
    who read everything; "nobody" shuts out these as well.
    """
    if viewer.member_id == person.member_id or rule is SightRule.EVERYBODY:
        return True
    return rule is SightRule.MANAGERS and (viewer.member_id == person.manager_id or _is_above(viewer, person))


def _is_above(viewer: Person, person: Person) -> bool:
    if Role.AUDITOR in viewer.roles:
        return True
    return any(head in viewer.roles and not side.isdisjoint(person.roles) for head, side in _HEADS)
