"""Whose a handover is: the plan's rule, then round robin, fair under concurrency; and changing the plan.

# Note [The longest wait is next]
Whoever took a turn of a pool longest ago is next. Between two turns of one rep every other rep who could have had
one has had one, so counts of equally eligible reps differ by at most one; and who comes back from an absence is next
once, not until they have caught up. Turns are numbered: times are equal within a bulk.

# Note [The lock on turns]
A turn is taken under a lock on all turns of its pool, held to the end of the transaction: nobody can know that the
turn counts before it is committed. So it is taken as late as possible, after everything that can refuse. Locks are
always asked for in this order: handovers, leads, turns, the day's capacity, clocks.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from events.actions import record
from leads.models import Handover, RoutingPlan, RoutingTurn
from leads.queries.routing import plan_in_force
from leads.routing import QUEUE, REP, TEAM, Limit, Plan, Route, Target, faults_of, route
from smarketing.lib.errors import DomainError, InvalidInput
from tenants.models import Membership, Team
from tenants.queries import active_members, deputies_on, present_deputy
from tenants.roles import SALES, Role

ALL_REPS = Target("reps")
IN_HAND = ~Q(progress=Handover.Progress.CLOSED) & ~Q(decision=Handover.Decision.REJECTED)
# Why nobody was given a handover.
BY_RULE, BY_DEFAULT, NOBODY_THERE, AT_CAPACITY = "queue_by_rule", "queue_by_default", "nobody_there", "at_capacity"


class RoutingChanged(DomainError):
    """Somebody changed the plan meanwhile; ``number`` is the one in force."""

    code = "routing_changed"


@dataclass(frozen=True)
class Choice:
    """Who gets a handover (None: the manager's queue), and why, to be kept with it."""

    rep: Membership | None
    routed: Mapping[str, Any] = field(default_factory=dict)


def choose_rep(fields: Mapping[str, Any], *, day: date, at: datetime, without: Collection[Any] = ()) -> Choice:
    """Take the next turn where the plan sends a lead with these fields, and say whose it is.

    ``without`` are ids of members who are passed over this time (they said it is not theirs).
    """
    number, plan = plan_in_force()
    found = route(plan, fields)
    kept = _kept(number, found)
    if found.target.kind == QUEUE:
        return Choice(None, kept | {"waits_because": BY_RULE if found.rule else BY_DEFAULT})
    rep, because = _take_turn(found.target, plan, day=day, at=at, without=without)
    return Choice(rep, kept | ({"waits_because": because} if rep is None else {}))


def next_in(target: Target, *, day: date, at: datetime, without: Collection[Any] = ()) -> Membership | None:
    """Take the next turn of a team, of all reps, or of one rep; None when nobody there can take it."""
    return _take_turn(target, plan_in_force()[1], day=day, at=at, without=without)[0]


def peek(target: Target, plan: Plan, *, day: date) -> Membership | None:
    """Return whose turn it would be, without taking it: for the test box."""
    people = _people_of(target, day=day)
    limits = {pk: limit for pk in people if (limit := plan.limits.get(str(pk))) is not None}
    free = people.keys() - _full(limits, day=day)
    taken = dict(RoutingTurn.objects.filter(pool=target.pool).values_list("member_id", "turn"))
    # As the locked turns are ordered.
    return people[min(free, key=lambda pk: (taken.get(pk, 0), pk))] if free else None


def _kept(number: int, found: Route) -> dict[str, Any]:
    rule = {"rule": found.number, "key": found.rule.key, "name": found.rule.name} if found.rule else {"rule": 0}
    return {"plan": number, "to": found.target.pool, **rule}


def _take_turn(
    target: Target, plan: Plan, *, day: date, at: datetime, without: Collection[Any]
) -> tuple[Membership | None, str]:
    people = _people_of(target, day=day)
    there = {pk: person for pk, person in people.items() if pk not in without}
    if not there:
        return None, NOBODY_THERE
    limits = {pk: limit for pk in there if (limit := plan.limits.get(str(pk))) is not None}
    turns = _locked_turns(target.pool, there, limited=limits)
    free = there.keys() - _full(limits, day=day)
    if not free:
        return None, AT_CAPACITY
    mine = [turn for turn in turns if turn.pool == target.pool]
    chosen = min((turn for turn in mine if turn.member_id in free), key=lambda turn: turn.turn)
    number = max(turn.turn for turn in mine) + 1
    RoutingTurn.objects.filter(pk=chosen.pk).update(turn=number, given=F("given") + 1, last_at=at)
    return there[chosen.member_id], ""


def _people_of(target: Target, *, day: date) -> dict[UUID, Membership]:
    """Return who can be given what goes to this target today: active, of sales, and there."""
    deputies = deputies_on(day)
    if target.kind == REP:
        # A rep who is away has their deputy stand in, for new leads as for old ones.
        wanted = UUID(target.id)
        holder = present_deputy(wanted, deputies) if wanted in deputies else wanted
        people = [member for member in active_members(roles=sorted(SALES)) if member.pk == holder]
    else:
        people = active_members(roles=[Role.SALES_REP])
    team = UUID(target.id) if target.kind == TEAM else None
    return {member.pk: member for member in people if member.pk not in deputies and team in (None, member.team_id)}


def _locked_turns(pool: str, member_ids: Iterable[Any], *, limited: Iterable[Any] = ()) -> list[RoutingTurn]:
    """Return the turns of a pool, all locked: the next pick sees this one, or waits for it.

    Reps with a limit have all their turns locked, so that two pools cannot fill the same last place.
    """
    ids = list(member_ids)
    rows = RoutingTurn.objects.filter(Q(pool=pool) | Q(member_id__in=list(limited))).order_by("member_id", "pool")
    turns = list(rows.select_for_update())
    missing = set(ids) - {turn.member_id for turn in turns if turn.pool == pool}
    if missing:
        made = [RoutingTurn(pool=pool, member_id=pk) for pk in sorted(missing)]
        RoutingTurn.objects.bulk_create(made, ignore_conflicts=True)
        turns = list(rows.select_for_update())
    return turns


def lock_all_turns() -> None:
    """Lock every turn of the organisation, for a bulk whose leads go to several pools."""
    list(RoutingTurn.objects.order_by("member_id", "pool").select_for_update().values_list("pk", flat=True))


def _full(limits: Mapping[UUID, Limit], *, day: date) -> set[UUID]:
    """Return the reps who have as much as they can take, in hand or today."""
    if not limits:
        return set()
    rows = Handover.objects.filter(assigned_to__in=list(limits)).values_list("assigned_to").order_by()
    in_hand = dict(rows.filter(IN_HAND).annotate(n=Count("pk")))
    today = dict(rows.filter(counted_month=day.replace(day=1), subject__counted_on=day).annotate(n=Count("pk")))
    return {
        member
        for member, limit in limits.items()
        if (limit.max_open is not None and in_hand.get(member, 0) >= limit.max_open)
        or (limit.max_per_day is not None and today.get(member, 0) >= limit.max_per_day)
    }


@transaction.atomic
def change_routing(plan: Plan, *, based_on: int, change: str, by: Membership, at: datetime) -> RoutingPlan:
    """Put a new plan in force for every handover from now on; ``based_on`` is the number that was changed.

    ``change`` says in a stable word what was done. Raises InvalidInput, RoutingChanged.
    """
    faults = faults_of(plan, members=_ids_of_sales(), teams=_ids_of_teams())
    if faults:
        raise InvalidInput(faults)
    number, _present = plan_in_force()
    if number != based_on:
        raise RoutingChanged(_("Somebody changed the rules meanwhile. Look at them again, then decide."), number=number)
    try:
        with transaction.atomic():
            made = RoutingPlan.objects.create(
                number=based_on + 1, content=plan.as_content(), change=change, made_by=by, made_at=at
            )
    except IntegrityError as error:
        sentence = _("Somebody changed the rules meanwhile. Look at them again, then decide.")
        raise RoutingChanged(sentence, number=based_on + 1) from error
    data = {"number": made.number, "change": change, "rules": len(plan.rules), "default": plan.default}
    record("routing.changed", made, by=by, at=at, data=data)
    return made


def _ids_of_sales() -> list[str]:
    return [str(member.pk) for member in active_members(roles=sorted(SALES))]


def _ids_of_teams() -> list[str]:
    return [str(pk) for pk in Team.objects.filter(side="sales").values_list("pk", flat=True)]
