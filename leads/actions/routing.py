"""Whose a handover is: the plan's rule, then round robin, fair under concurrency; and changing the plan.

# Note [The longest wait is next]
Whoever took a turn of a pool longest ago is next. Between two turns of one rep every other rep who could have had
one has had one, so counts of equally eligible reps differ by at most one; and who comes back from an absence is next
once, not until they have caught up. Turns are numbered: times are equal within a bulk.

# Note [The lock on turns]
A turn is taken under a lock on all turns of its pool, held to the end of the transaction: nobody can know that the
turn counts before it is committed. So it is taken as late as possible, after everything that can refuse. Locks are
always asked for in this order: handovers, leads, turns, the day's capacity, clocks. Several handovers that are sent
together may go to several pools, and two such sets to the same ones in another order: a set locks all turns at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.gathering import once
from leads.models import Handover, RoutingPlan, RoutingTurn
from leads.queries.routing import plan_in_force
from leads.routing import QUEUE, REP, TEAM, Limit, Plan, Route, Target, faults_of, route
from smarketing.lib.altering import alterations
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.prepared import Call, Prepared, ask, ask_all
from smarketing.lib.scope import current_organisation_id
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


@dataclass
class Load:
    """How many handovers a rep has in hand, and how many came today."""

    in_hand: int
    today: int


class Turns:
    """Who gets handovers that are sent together: whose turn it is, in their order, as if they came one by one.

    What is taken is written by ``write`` or with ``calls``. ``without`` are ids of members who are passed over;
    ``several``: see Note [The lock on turns].
    """

    def __init__(
        self,
        *,
        day: date,
        at: datetime,
        deputies: Mapping[UUID, UUID | None] | None = None,
        without: Collection[Any] = (),
        several: bool = False,
    ) -> None:
        self._number, self._plan = plan_in_force()
        self._day, self._at, self._without, self._several = day, at, without, several
        self._deputies = deputies_on(day) if deputies is None else deputies
        self._people: dict[str, dict[UUID, Membership]] = {}
        self._turns: dict[str, list[RoutingTurn]] = {}
        self._loads: dict[UUID, Load] = {}
        self._taken: dict[UUID, RoutingTurn] = {}

    def choose(self, fields: Mapping[str, Any]) -> Choice:
        """Take the next turn where the plan sends a lead with these fields, and say whose it is."""
        found = route(self._plan, fields)
        kept = _kept(self._number, found)
        if found.target.kind == QUEUE:
            return Choice(None, kept | {"waits_because": BY_RULE if found.rule else BY_DEFAULT})
        rep, because = self.take(found.target)
        return Choice(rep, kept | ({"waits_because": because} if rep is None else {}))

    def take(self, target: Target) -> tuple[Membership | None, str]:
        """Take the next turn of a pool: whose it is, or why it is nobody's."""
        there = self._people_of(target)
        if not there:
            return None, NOBODY_THERE
        limits = {pk: limit for pk in there if (limit := self._plan.limits.get(str(pk))) is not None}
        mine = self._locked(target.pool, there, limits)
        free = there.keys() - self._full(limits)
        if not free:
            return None, AT_CAPACITY
        chosen = min((turn for turn in mine if turn.member_id in free), key=lambda turn: turn.turn)
        chosen.turn, chosen.given, chosen.last_at = max(turn.turn for turn in mine) + 1, chosen.given + 1, self._at
        self._taken[chosen.pk] = chosen
        if chosen.member_id in self._loads:
            self._loads[chosen.member_id].in_hand += 1
            self._loads[chosen.member_id].today += 1
        return there[chosen.member_id], ""

    def calls(self) -> list[Call]:
        """Return what writes the turns that were taken."""
        told = {
            pk: {"turn": turn.turn, "given": turn.given, "last_at": turn.last_at} for pk, turn in self._taken.items()
        }
        return alterations(RoutingTurn, told)

    def write(self) -> None:
        """Write the turns that were taken."""
        ask_all(self.calls())

    def _people_of(self, target: Target) -> dict[UUID, Membership]:
        if target.pool not in self._people:
            people = _people_of(target, self._deputies)
            self._people[target.pool] = {pk: person for pk, person in people.items() if pk not in self._without}
        return self._people[target.pool]

    def _locked(self, pool: str, there: Iterable[UUID], limits: Mapping[UUID, Limit]) -> list[RoutingTurn]:
        if pool not in self._turns:
            if self._several:
                lock_all_turns()
                self._several = False
            turns = _locked_turns(pool, there, limited=limits)
            self._turns[pool] = [turn for turn in turns if turn.pool == pool]
        return self._turns[pool]

    def _full(self, limits: Mapping[UUID, Limit]) -> set[UUID]:
        """Return who has as much as they can take, what was given here included."""
        unknown = limits.keys() - self._loads.keys()
        if unknown:
            self._loads |= _loads(unknown, day=self._day)
        return _over(limits, self._loads)


def choose_rep(fields: Mapping[str, Any], *, day: date, at: datetime, without: Collection[Any] = ()) -> Choice:
    """Take the next turn where the plan sends a lead with these fields, and say whose it is.

    ``without`` are ids of members who are passed over this time (they said it is not theirs).
    """
    turns = Turns(day=day, at=at, without=without)
    choice = turns.choose(fields)
    turns.write()
    return choice


def next_in(target: Target, *, day: date, at: datetime, without: Collection[Any] = ()) -> Membership | None:
    """Take the next turn of a team, of all reps, or of one rep; None when nobody there can take it."""
    turns = Turns(day=day, at=at, without=without)
    rep, _because = turns.take(target)
    turns.write()
    return rep


def peek(target: Target, plan: Plan, *, day: date) -> Membership | None:
    """Return whose turn it would be, without taking it: for the test box."""
    people = _people_of(target, deputies_on(day))
    limits = {pk: limit for pk in people if (limit := plan.limits.get(str(pk))) is not None}
    free = people.keys() - _full(limits, day=day)
    taken = dict(RoutingTurn.objects.filter(pool=target.pool).values_list("member_id", "turn"))
    # As the locked turns are ordered.
    return people[min(free, key=lambda pk: (taken.get(pk, 0), pk))] if free else None


def _kept(number: int, found: Route) -> dict[str, Any]:
    rule = {"rule": found.number, "key": found.rule.key, "name": found.rule.name} if found.rule else {"rule": 0}
    return {"plan": number, "to": found.target.pool, **rule}


def _people_of(target: Target, deputies: Mapping[UUID, UUID | None]) -> dict[UUID, Membership]:
    """Return who can be given what goes to this target today: active, of sales, and there."""
    people = once("sales", Membership, _sales)
    if target.kind == REP:
        # A rep who is away has their deputy stand in, for new leads as for old ones.
        wanted = UUID(target.id)
        holder = present_deputy(wanted, deputies) if wanted in deputies else wanted
        people = [member for member in people if member.pk == holder]
    else:
        people = [member for member in people if member.has(Role.SALES_REP)]
    team = UUID(target.id) if target.kind == TEAM else None
    return {member.pk: member for member in people if member.pk not in deputies and team in (None, member.team_id)}


def _sales() -> list[Membership]:
    return active_members(roles=sorted(SALES))


def _locked_turns(pool: str, member_ids: Iterable[Any], *, limited: Iterable[Any] = ()) -> list[RoutingTurn]:
    """Return the turns of a pool, all locked: the next pick sees this one, or waits for it.

    Reps with a limit have all their turns locked, so that two pools cannot fill the same last place.
    """
    ids, limits = list(member_ids), list(limited)
    turns = _read_locked(pool, limits)
    missing = set(ids) - {turn.member_id for turn in turns if turn.pool == pool}
    if missing:
        made = [RoutingTurn(pool=pool, member_id=pk) for pk in sorted(missing)]
        RoutingTurn.objects.bulk_create(made, ignore_conflicts=True)
        turns = _read_locked(pool, limits)
    return turns


# Asked with every handover.
COLUMNS = [field.attname for field in RoutingTurn._meta.concrete_fields]
LOCKED = Prepared(
    "routing_turns_locked",
    ["bigint", "text", "uuid[]"],
    f"select {', '.join(COLUMNS)} from leads_routingturn where organisation_id = $1"  # noqa: S608 -- names of ours only
    " and (pool = $2 or member_id = any($3)) order by member_id, pool for update",
)


def _read_locked(pool: str, limited: Sequence[UUID]) -> list[RoutingTurn]:
    rows = ask(LOCKED, current_organisation_id(), pool, list(limited))
    return [RoutingTurn.from_db("default", COLUMNS, row) for row in rows]


def lock_all_turns() -> None:
    """Lock every turn of the organisation, for a bulk whose leads go to several pools."""
    list(RoutingTurn.objects.order_by("member_id", "pool").select_for_update().values_list("pk", flat=True))


def _full(limits: Mapping[UUID, Limit], *, day: date) -> set[UUID]:
    """Return the reps who have as much as they can take, in hand or today."""
    return _over(limits, _loads(limits, day=day)) if limits else set()


def _loads(member_ids: Iterable[UUID], *, day: date) -> dict[UUID, Load]:
    """Return how much these reps have."""
    ids = list(member_ids)
    rows = Handover.objects.filter(assigned_to__in=ids).values_list("assigned_to").order_by()
    in_hand = dict(rows.filter(IN_HAND).annotate(n=Count("pk")))
    today = dict(rows.filter(counted_month=day.replace(day=1), subject__counted_on=day).annotate(n=Count("pk")))
    return {pk: Load(in_hand.get(pk, 0), today.get(pk, 0)) for pk in ids}


def _over(limits: Mapping[UUID, Limit], loads: Mapping[UUID, Load]) -> set[UUID]:
    return {
        member
        for member, limit in limits.items()
        if (limit.max_open is not None and loads[member].in_hand >= limit.max_open)
        or (limit.max_per_day is not None and loads[member].today >= limit.max_per_day)
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
