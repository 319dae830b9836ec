"""Who may ask that a breach be excused or disproved, and who must consent (pure).

# Note [The other side consents]
A breach is judged by whom it was done to: what sales owed is excused by the head of marketing, what marketing owed
by the head of sales. The board belongs to neither side, so what it owed is excused by both heads together. Nobody
consents to their own request or to their own breach, whatever roles they hold.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from tenants.roles import Role

MARKETING = "marketing"
SALES = "sales"
BOARD = "board"

# The heads whose consent is needed, all of them.
CONSENTING: dict[str, tuple[Role, ...]] = {
    SALES: (Role.MARKETING_MANAGER,),
    MARKETING: (Role.SALES_MANAGER,),
    BOARD: (Role.MARKETING_MANAGER, Role.SALES_MANAGER),
}
# Who speaks for a side about anything it owes, and who about what is their own.
HEADS: dict[str, Role] = {
    SALES: Role.SALES_MANAGER,
    MARKETING: Role.MARKETING_MANAGER,
    BOARD: Role.EXECUTIVE,
}
MEMBERS: dict[str, Role] = {SALES: Role.SALES_REP, MARKETING: Role.MARKETER}


@dataclass(frozen=True)
class Person:
    """A member as the rules see one."""

    id: UUID
    roles: frozenset[str]


@dataclass(frozen=True)
class Asked:
    """A request as the rules see it: about whose clock, by whom, and which head has consented already."""

    side: str
    owner: UUID | None
    requested_by: UUID | None
    consented_by: UUID | None = None
    consented_roles: frozenset[str] = frozenset()


def may_ask(person: Person, *, side: str, concerned: Collection[UUID]) -> bool:
    """Tell whether somebody may speak for what ``side`` owes: its head, or whom the clock concerns.

    ``concerned`` are those who owned or sent it; what nobody owned is anybody's of the side.
    """
    if HEADS[side] in person.roles:
        return True
    return MEMBERS.get(side) in person.roles and (not concerned or person.id in concerned)


def missing_consents(asked: Asked) -> tuple[Role, ...]:
    """Return the heads who have not consented yet; one person never stands for two."""
    needed = CONSENTING[asked.side]
    if asked.consented_by is None:
        return needed
    taken = next((role for role in needed if role in asked.consented_roles), None)
    return tuple(role for role in needed if role != taken)


def may_decide(person: Person, asked: Asked) -> bool:
    """Tell whether somebody may answer a request. See Note [The other side consents]."""
    if person.id in {asked.requested_by, asked.owner, asked.consented_by} - {None}:
        return False
    return not person.roles.isdisjoint(missing_consents(asked))
