"""Who sits where on the board."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from arbitration.models import Seat
from arbitration.rules import EXECUTIVE, OF_A_SIDE
from events.actions import record
from smarketing.lib.errors import DomainError, Forbidden
from tenants.models import Membership
from tenants.roles import Role


class NotExecutive(DomainError):
    """Only a neutral executive can chair or stand in."""

    code = "not_executive"


class SeatTaken(DomainError):
    """The member sits on the board already."""

    code = "seat_taken"


class NotYourBoard(Forbidden):
    """The executives appoint who stands in for the chair."""

    code = "not_your_board"


@transaction.atomic
def seat_first_executive(member: Membership, *, at: datetime) -> Seat | None:
    """Make an executive who joined the chair when nobody is; None when there is nothing to do."""
    taken = Seat.objects.filter(kind=Seat.Kind.CHAIR, until=None).exists()
    if taken or not _is_neutral_executive(member):
        return None
    try:
        with transaction.atomic():
            return _seat(member, Seat.Kind.CHAIR, by=None, at=at)
    except IntegrityError:
        # Another executive joined at the same moment and was first.
        return None


@transaction.atomic
def appoint_deputy(member: Membership, *, by: Membership, at: datetime) -> Seat:
    """Let another executive stand in where the chair is involved. Raises NotYourBoard, NotExecutive, SeatTaken."""
    if not by.has(Role.EXECUTIVE):
        raise NotYourBoard(_("Only executives appoint a deputy."))
    if not _is_neutral_executive(member):
        raise NotExecutive(_("A deputy must be an executive who belongs to neither side."))
    if Seat.objects.filter(member=member, until=None).exists():
        raise SeatTaken(_("This person has a seat on the board already."))
    return _seat(member, Seat.Kind.DEPUTY, by=by, at=at)


def _is_neutral_executive(member: Membership) -> bool:
    return member.is_active and EXECUTIVE in member.roles and OF_A_SIDE.isdisjoint(member.roles)


def _seat(member: Membership, kind: Seat.Kind, *, by: Membership | None, at: datetime) -> Seat:
    seat = Seat.objects.create(member=member, kind=kind, since=at)
    record("seat.taken", seat, by=by, at=at, data={"member": str(member.pk), "kind": str(kind)})
    return seat
