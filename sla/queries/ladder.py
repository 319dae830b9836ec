"""Who stands on which rung of an escalation ladder, and from when they may be told."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from events.models import Event
from sla.consent import HEADS
from sla.models import Clock, Month, Side
from sla.queries.calendars import calendar_in_force, hours_for
from tenants.models import Membership
from tenants.queries import active_members, deputies_on, present_deputy, today_in
from tenants.roles import Role


def people_on(rungs: Sequence[str], clock: Clock, *, at: datetime) -> list[Membership]:
    """Return whom a step tells, each once; where a rung is empty, the next one up is told instead.

    Who is away is told through their deputy, if they have named one.
    """
    found: dict[UUID, Membership] = {}
    for rung in rungs:
        for member in _people(rung, clock, at=at):
            found[member.pk] = member
    return _present(list(found.values()), at=at)


def time_to_tell(event: Event, at: datetime) -> datetime | None:
    """Return when whoever is told of a warning or a missed figure may hear of it; None when it is no news any more.

    Nobody is told outside their hours. Of several warnings that waited for an opening only the last is told, and none
    of a clock that has ended, stands still, is due at another time by now, or whose deadline has passed.
    """
    if event.kind == "clock.warning":
        return _time_to_warn(event, at=at)
    if event.kind == "clock.breached" and "promised" in event.data:
        # A shortfall of a month is told to the head and whoever owes it: both keep the hours of their side.
        return _opening(event.data["side"], at=at)
    if event.kind in ("pace.at_risk", "pace.on_track"):
        return _time_of_pace(event, at=at)
    return at


def _time_to_warn(event: Event, *, at: datetime) -> datetime | None:
    clock = Clock.objects.select_related("owner").filter(pk=event.subject_id).first()
    if clock is None or clock.owner is None or not _is_news(event, clock, at=at):
        return None
    return opening_for(clock.owner, at=at)


def _time_of_pace(event: Event, *, at: datetime) -> datetime | None:
    """Return when a month's outlook may be told: in the hours of marketing, which owes it, while it still stands."""
    month = Month.objects.filter(pk=event.subject_id).first()
    stands = month is not None and (month.at_risk_since is not None) == (event.kind == "pace.at_risk")
    return _opening(Side.MARKETING, at=at) if stands else None


def _is_news(event: Event, clock: Clock, *, at: datetime) -> bool:
    given = clock.warn_shares[: clock.step]
    return (
        clock.state == Clock.State.RUNNING
        and at <= clock.due_at
        and clock.due_at == datetime.fromisoformat(event.data["due_at"])
        and str(clock.owner_id) == event.data["owner"]
        and given[-1:] == [event.data["share"]]
    )


def opening_for(member: Membership, at: datetime) -> datetime:
    """Return from when on the member may be told: at once within their hours, else at the next opening."""
    return _opening(member.side, at=at)


def _opening(side: str | None, *, at: datetime) -> datetime:
    # The board has no hours of its own to be told in and keeps those of sales.
    key = side if side in (Side.MARKETING, Side.SALES) else Side.SALES.value
    hours = hours_for(calendar_in_force(key))
    return at if hours.is_open(at) else hours.next_opening(at)


def _people(rung: str, clock: Clock, *, at: datetime) -> list[Membership]:
    ladder: dict[str, Callable[[], list[Membership]]] = {
        "owner": lambda: _active(clock.owner),
        "deputy": lambda: _deputy_of_owner(clock, at=at),
        "manager": lambda: _active(clock.owner.manager if clock.owner else None),
        "head": lambda: active_members(roles=[HEADS[clock.side]]),
        "executive": lambda: active_members(roles=[Role.EXECUTIVE]),
    }
    # A deputy is only ever an addition: without one nobody is told in their place.
    if rung == "deputy":
        return ladder[rung]()
    upwards = ["owner", "manager", "head", "executive"]
    return next((people for name in upwards[upwards.index(rung) :] if (people := ladder[name]())), [])


def _active(member: Membership | None) -> list[Membership]:
    return [member] if member is not None and member.is_active else []


def _deputy_of_owner(clock: Clock, *, at: datetime) -> list[Membership]:
    if clock.owner_id is None:
        return []
    return _members([present_deputy(clock.owner_id, deputies_on(today_in(at=at)))])


def _present(members: list[Membership], *, at: datetime) -> list[Membership]:
    """Replace who is away by their deputy; who named none is told all the same."""
    deputies = deputies_on(today_in(at=at))
    away = {member.pk: present_deputy(member.pk, deputies) for member in members if member.pk in deputies}
    if not away:
        return members
    standing_in = {member.pk: member for member in _members(list(away.values()))}
    told = [standing_in.get(away.get(member.pk), member) for member in members]  # type: ignore[arg-type]  # None is nobody’s key
    return list({member.pk: member for member in told}.values())


def _members(ids: Sequence[UUID | None]) -> list[Membership]:
    return list(Membership.objects.filter(pk__in=[pk for pk in ids if pk], is_active=True))
