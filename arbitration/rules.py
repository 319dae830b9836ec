"""Who may appeal, speak and rule, and what stage a case is in (pure)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MARKETING = "marketing"
SALES = "sales"
SIDES = (MARKETING, SALES)

FILED = "filed"
EVIDENCE = "evidence"
READY = "ready"
REMANDED = "remanded"
RULED = "ruled"
WITHDRAWN = "withdrawn"
OPEN_STAGES = (FILED, EVIDENCE, READY, REMANDED)

EXECUTIVE = "executive"
OF_A_SIDE = frozenset({"marketer", "marketing_manager", "sales_rep", "sales_manager"})
RULING_SEATS = frozenset({"chair", "deputy"})


@dataclass(frozen=True)
class Party:
    """A member with a hand in the case, and their direct manager."""

    member_id: UUID
    manager_id: UUID | None = None


class Bar(StrEnum):
    """Why a member cannot rule; FREE when nothing stands in the way."""

    FREE = ""
    NOT_NEUTRAL = "not_neutral"
    NO_SEAT = "no_seat"
    INVOLVED = "involved"
    RECUSED = "recused"


def involved_in(parties: Iterable[Party | None]) -> frozenset[UUID]:
    """Return who sent, was assigned, decided or filed, and the direct manager of each of them."""
    known = [party for party in parties if party is not None]
    managers = {party.manager_id for party in known if party.manager_id is not None}
    return frozenset({party.member_id for party in known} | managers)


def may_rule(
    *,
    member_id: UUID,
    roles: Collection[str],
    seat: str,
    involved: Collection[UUID],
    recused: Collection[UUID] = (),
) -> Bar:
    """Tell what keeps a member from ruling: only a neutral executive in the chair's or a deputy's seat may.

    ``seat`` is the kind of the member's seat on the board, "" without one; ``recused`` have declared themselves.
    """
    if EXECUTIVE not in roles or not OF_A_SIDE.isdisjoint(roles):
        return Bar.NOT_NEUTRAL
    if seat not in RULING_SEATS:
        return Bar.NO_SEAT
    return _neutrality(member_id, involved, recused)


def may_vote(*, member_id: UUID, seat: str, involved: Collection[UUID], recused: Collection[UUID] = ()) -> Bar:
    """Tell what keeps a member from voting: everybody on the board may who has no hand in the case."""
    return _neutrality(member_id, involved, recused) if seat else Bar.NO_SEAT


def _neutrality(member_id: UUID, involved: Collection[UUID], recused: Collection[UUID]) -> Bar:
    if member_id in involved:
        return Bar.INVOLVED
    return Bar.RECUSED if member_id in recused else Bar.FREE


def may_appeal(*, member_id: UUID, roles: Collection[str], senders: Collection[UUID]) -> bool:
    """Tell whether a member may dispute a rejection: a marketing manager, or the marketer whose lead it is.

    ``senders`` are who sent the handover and who answers for the lead; a lead that nobody claimed is any marketer's.
    """
    if "marketing_manager" in roles:
        return True
    return "marketer" in roles and (not senders or member_id in senders)


def side_in_case(
    *, member_id: UUID, roles: Collection[str], marketing: Collection[UUID], sales: Collection[UUID]
) -> str:
    """Return the side for which a member may speak in a case, or "".

    A head speaks for the side, everybody else only about their own lead; whoever works for both sides
    speaks for the one that they took in this case.
    """
    if member_id in marketing and not {"marketer", "marketing_manager"}.isdisjoint(roles):
        return MARKETING
    if member_id in sales and not {"sales_rep", "sales_manager"}.isdisjoint(roles):
        return SALES
    heads = {"marketing_manager": MARKETING, "sales_manager": SALES}
    sides = [side for role, side in heads.items() if role in roles]
    return sides[0] if len(sides) == 1 else ""


def stage_at(stored: str, *, statements_close_at: datetime, at: datetime) -> str:
    """Return the stage at a moment: an open case is ready once its statements are closed."""
    if stored in (FILED, EVIDENCE) and at >= statements_close_at:
        return READY
    return stored


def stage_after_statement(stored: str, *, spoken: Collection[str]) -> str:
    """Return the stage to store once these sides have spoken (in a remanded case: since the question)."""
    both = set(SIDES) <= set(spoken)
    if stored == REMANDED:
        return READY if both else REMANDED
    return READY if both else EVIDENCE


def next_stages(stage: str, *, spoken: Collection[str], statements_open: bool) -> tuple[str, ...]:
    """Return the stages to which the board may move an open case by hand.

    Nobody is cut off: before the sealing date a case is ready only once both sides have spoken.
    """
    if stage == FILED:
        return (EVIDENCE,) if statements_open else ()
    if stage == EVIDENCE:
        return (READY,) if set(SIDES) <= set(spoken) else ()
    return (EVIDENCE,) if stage == READY and statements_open else ()


def is_late(*, due_at: datetime | None, at: datetime) -> bool:
    """Tell whether an appeal comes after its window; the last instant is still in time."""
    return due_at is not None and at > due_at
