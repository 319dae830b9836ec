"""Whose turn it is: round robin over the sales reps, fair under concurrency.

# Note [The longest wait is next]
Whoever took a turn longest ago is next. Between two turns of one rep every other rep who could have had one has
had one, so counts of equally eligible reps differ by at most one; and who comes back from an absence is next
once, not until they have caught up. Turns are numbered: times are equal within a bulk.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F

from leads.models import RoutingTurn
from tenants.models import Membership
from tenants.queries import active_members
from tenants.roles import Role


def next_rep(*, at: datetime, without: Collection[Any] = ()) -> Membership | None:
    """Take the next turn and return whose it is; None when nobody is eligible: the sales manager's queue.

    ``without`` are ids of members who are passed over this time (they said it is not theirs).
    """
    reps = {rep.pk: rep for rep in active_members(roles=[Role.SALES_REP])}
    if reps.keys() <= set(without):
        return None
    turns = _locked_turns(reps)
    chosen = min((turn for turn in turns if turn.member_id not in without), key=lambda turn: turn.turn)
    number = max(turn.turn for turn in turns) + 1
    RoutingTurn.objects.filter(pk=chosen.pk).update(turn=number, given=F("given") + 1, last_at=at)
    return reps[chosen.member_id]


def _locked_turns(member_ids: Iterable[Any]) -> list[RoutingTurn]:
    """Return the reps' turns, all locked: the next pick sees this one, or waits for it."""
    ids = list(member_ids)
    rows = RoutingTurn.objects.filter(member_id__in=ids).order_by("member_id")
    turns = list(rows.select_for_update())
    if len(turns) < len(ids):
        RoutingTurn.objects.bulk_create([RoutingTurn(member_id=pk) for pk in ids], ignore_conflicts=True)
        turns = list(rows.select_for_update())
    return turns
