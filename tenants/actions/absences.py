"""Being away and coming back; what follows for work in hand is done by those who hear of the events."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.access import may_manage_absences_of
from tenants.models import Absence, Membership
from tenants.queries import today_in
from tenants.roles import SIDES

# Longer than anybody is away without leaving.
LONGEST = timedelta(days=731)
ONE_DAY = timedelta(days=1)


class AbsenceOverlaps(DomainError):
    """The member is away on one of these days already."""

    code = "absence_overlaps"


class NotYourPeople(DomainError):
    """One enters one's own absences and those of one's people; an administrator anybody's."""

    code = "not_your_people"


class AbsenceOver(DomainError):
    """What is over cannot be ended."""

    code = "absence_over"


@transaction.atomic
def plan_absence(
    member: Membership,
    *,
    first_day: date,
    last_day: date,
    deputy: Membership | None = None,
    by: Membership,
    at: datetime,
) -> Absence:
    """Note that a member is away on these days, both included, in the organisation's zone.

    What they owe moves to the deputy when it begins and comes back after the last day. Raises InvalidInput,
    AbsenceOverlaps, NotYourPeople.
    """
    _check_manages(by, member)
    today = today_in(at=at)
    faults = _faults(member, first_day, last_day, deputy, today=today)
    if faults:
        raise InvalidInput(faults)
    try:
        with transaction.atomic():
            absence = Absence.objects.create(
                member=member, first_day=first_day, last_day=last_day, deputy=deputy, created_by=by, created_at=at
            )
    except IntegrityError as error:
        # absence_never_overlaps, also against somebody who enters it at the same moment.
        raise AbsenceOverlaps(_("%(who)s is away on one of these days already.") % {"who": member.name}) from error
    record("absence.planned", absence, by=by, at=at, data=_facts(absence))
    return absence


def _check_manages(by: Membership, member: Membership) -> None:
    if not may_manage_absences_of(by, member):
        raise NotYourPeople(_("You can enter your own absences and those of your people."))


def _faults(
    member: Membership, first_day: date, last_day: date, deputy: Membership | None, *, today: date
) -> list[FieldError]:
    faults = []
    if last_day < first_day:
        faults.append(FieldError("/last_day", "before_first_day", _("The last day comes before the first.")))
    elif last_day < today:
        faults.append(FieldError("/last_day", "past", _("These days are over.")))
    elif last_day - first_day > LONGEST:
        faults.append(FieldError("/last_day", "out_of_range", _("An absence lasts two years at most.")))
    if not member.is_active:
        faults.append(FieldError("/member", "unknown_value", _("This member is not active.")))
    if deputy is not None and not _may_stand_in(deputy, member):
        sentence = _("Choose a colleague of the same department.")
        faults.append(FieldError("/deputy", "unknown_value", sentence))
    return faults


def _may_stand_in(deputy: Membership, member: Membership) -> bool:
    """Tell whether what one owes can be the other's: an active colleague of the same side, or of the same role."""
    if deputy.pk == member.pk or not deputy.is_active:
        return False
    if not SIDES.isdisjoint(member.roles):
        return member.side in ("", deputy.side) and deputy.side != ""
    return deputy.has(*member.roles)


@transaction.atomic
def end_absence(absence: Absence, *, by: Membership, at: datetime) -> Absence:
    """Say that a member is here again from today on; an absence that has not begun is called off.

    Raises AbsenceOver when it has ended or was called off, NotYourPeople.
    """
    _check_manages(by, absence.member)
    today = today_in(at=at)
    absence = Absence.objects.select_for_update(of=("self",)).select_related("member").get(pk=absence.pk)
    if absence.called_off_at is not None or absence.last_day < today:
        raise AbsenceOver(_("This absence is over."))
    changes: dict[str, object] = {"called_off_at": at}
    if absence.first_day < today:
        changes = {"last_day": today - ONE_DAY}
    Absence.objects.filter(pk=absence.pk).update(**changes)
    for name, value in changes.items():
        setattr(absence, name, value)
    record("absence.ended", absence, by=by, at=at, data=_facts(absence))
    return absence


def _facts(absence: Absence) -> dict[str, str | None]:
    return {
        "member": str(absence.member_id),
        "first_day": absence.first_day.isoformat(),
        "last_day": absence.last_day.isoformat(),
        "deputy": str(absence.deputy_id) if absence.deputy_id else None,
    }
