"""Who sits where on the board, and what happens when a seat becomes empty.

# Note [The board keeps itself]
Who is no longer active, or as chair or deputy no longer a neutral executive, cannot rule any more, whatever the
seat says (rules, trigger). The seat itself is ended by a round soon afterwards, and an empty chair goes to the
deputy who has sat longest, else to the executive who has been here longest.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from arbitration.actions.hearing import tell_if_nobody_rules
from arbitration.models import Seat
from arbitration.queries.board import cases_nobody_rules, present_seats
from arbitration.rules import EXECUTIVE, OF_A_SIDE, RULING_SEATS
from events.actions import record
from events.models import Event
from smarketing.lib.errors import DomainError, Forbidden
from tenants.models import Membership
from tenants.roles import Role

Kind = Seat.Kind


class NotExecutive(DomainError):
    """Only a neutral executive can chair or stand in."""

    code = "not_executive"


class NotActive(DomainError):
    """Who has left sits nowhere."""

    code = "not_active"


class SeatTaken(DomainError):
    """The member has this seat already."""

    code = "seat_taken"


class SeatEmpty(DomainError):
    """The seat was given up already."""

    code = "seat_empty"


class ChairNeeded(DomainError):
    """The chair is handed over, never left empty."""

    code = "chair_needed"


class NotYourBoard(Forbidden):
    """The executives say who sits on the board."""

    code = "not_your_board"


@transaction.atomic
def seat_first_executive(member: Membership, *, at: datetime) -> Seat | None:
    """Make an executive who joined the chair when nobody is; None when there is nothing to do."""
    taken = Seat.objects.filter(kind=Kind.CHAIR, until=None).exists()
    if taken or not is_neutral_executive(member):
        return None
    try:
        with transaction.atomic():
            return _seat(member, Kind.CHAIR, by=None, at=at)
    except IntegrityError:
        # Another executive joined at the same moment and was first.
        return None


@transaction.atomic
def appoint(member: Membership, *, kind: str, by: Membership, at: datetime) -> Seat:
    """Give a member a seat on the board; another seat of theirs ends, and so does the old chair's for a new chair.

    Raises NotYourBoard, NotActive, NotExecutive, SeatTaken, and ChairNeeded for the chair's own other seat.
    """
    if not by.has(Role.EXECUTIVE):
        raise NotYourBoard(_("Only executives say who sits on the board."))
    if not member.is_active:
        raise NotActive(_("This person is not active here any more."))
    if kind in RULING_SEATS and not is_neutral_executive(member):
        raise NotExecutive(_("Chair and deputies must be executives who belong to neither side."))
    seats = list(present_seats().select_for_update(of=("self",)))
    own = next((seat for seat in seats if seat.member_id == member.pk), None)
    if own is not None and own.kind == kind:
        raise SeatTaken(_("This person has this seat already."))
    if own is not None and own.kind == Kind.CHAIR:
        raise ChairNeeded(_("Give the chair to somebody else first."))
    for seat in seats:
        if seat is own or (kind == Kind.CHAIR and seat.kind == Kind.CHAIR):
            _end(seat, because="replaced", by=by, at=at)
    return _seat_once(member, Kind(kind), by=by, at=at)


def appoint_deputy(member: Membership, *, by: Membership, at: datetime) -> Seat:
    """Let another executive stand in where the chair is involved. Raises as appoint does."""
    return appoint(member, kind=Kind.DEPUTY, by=by, at=at)


@transaction.atomic
def end_seat(seat: Seat, *, by: Membership, at: datetime) -> None:
    """Take a deputy or a member off the board. Raises NotYourBoard, SeatEmpty, ChairNeeded."""
    if not by.has(Role.EXECUTIVE):
        raise NotYourBoard(_("Only executives say who sits on the board."))
    held = Seat.objects.select_for_update().get(pk=seat.pk)
    if held.until is not None:
        raise SeatEmpty(_("This person has left the board already."))
    if held.kind == Kind.CHAIR:
        raise ChairNeeded(_("Give the chair to somebody else first."))
    before = _without_a_chair()
    _end(held, because="ended", by=by, at=at)
    _tell_of_others(before, at=at)


@transaction.atomic
def keep_board(at: datetime) -> None:
    """End the seats of those who left, and fill an empty chair. See Note [The board keeps itself]."""
    gone = [(seat, _gone_because(seat)) for seat in present_seats().select_for_update(of=("self",))]
    empty = not Seat.objects.filter(kind=Kind.CHAIR, until=None).exists()
    if not empty and not any(because for _seat, because in gone):
        return
    before = _told_already()
    for seat, because in gone:
        if because:
            _end(seat, because=because, by=None, at=at)
    if not Seat.objects.filter(kind=Kind.CHAIR, until=None).exists():
        _fill_chair(at=at)
    _tell_of_others(before, at=at)


def _gone_because(seat: Seat) -> str:
    """Return why the holder of a seat cannot keep it, "" when they can."""
    if not seat.member.is_active:
        return "left"
    return "not_executive" if seat.kind in RULING_SEATS and not is_neutral_executive(seat.member) else ""


def _without_a_chair() -> set[UUID]:
    return {case.pk for case in cases_nobody_rules()}


def _told_already() -> set[UUID]:
    """Return the open cases of which the executives were told that nobody may rule."""
    waiting = _without_a_chair()
    return set(
        Event.objects.filter(kind="case.chair_missing", subject_id__in=waiting).values_list("subject_id", flat=True)
    )


def _tell_of_others(before: set[UUID], *, at: datetime) -> None:
    """Let the executives know of the cases on which nobody may rule any more since the board changed."""
    for case in cases_nobody_rules():
        if case.pk not in before:
            tell_if_nobody_rules(case, at=at)


def _fill_chair(*, at: datetime) -> None:
    deputy = present_seats().filter(kind=Kind.DEPUTY).order_by("since", "pk").first()
    if deputy is not None:
        _end(deputy, because="replaced", by=None, at=at)
        _seat(deputy.member, Kind.CHAIR, by=None, at=at)
        return
    executives = Membership.objects.filter(is_active=True, roles__overlap=[EXECUTIVE]).order_by("joined_at", "pk")
    heir = next((member for member in executives if is_neutral_executive(member)), None)
    if heir is not None:
        for seat in present_seats().filter(member=heir):
            _end(seat, because="replaced", by=None, at=at)
        _seat(heir, Kind.CHAIR, by=None, at=at)


def is_neutral_executive(member: Membership) -> bool:
    """Tell whether a member may hold the chair's or a deputy's seat."""
    return member.is_active and EXECUTIVE in member.roles and OF_A_SIDE.isdisjoint(member.roles)


def _seat_once(member: Membership, kind: Seat.Kind, *, by: Membership, at: datetime) -> Seat:
    try:
        with transaction.atomic():
            return _seat(member, kind, by=by, at=at)
    except IntegrityError as error:
        raise SeatTaken(_("Somebody has just filled this seat. Look at the board again.")) from error


def _seat(member: Membership, kind: Seat.Kind, *, by: Membership | None, at: datetime) -> Seat:
    seat = Seat.objects.create(member=member, kind=kind, since=at)
    record("seat.taken", seat, by=by, at=at, data={"member": str(member.pk), "kind": str(kind)})
    return seat


def _end(seat: Seat, *, because: str, by: Membership | None, at: datetime) -> None:
    Seat.objects.filter(pk=seat.pk).update(until=at)
    seat.until = at
    data = {"member": str(seat.member_id), "kind": str(seat.kind), "because": because}
    record("seat.ended", seat, by=by, at=at, data=data)
