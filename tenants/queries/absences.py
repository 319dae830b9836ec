"""Who is away on a day, and who stands in.

# Note [Deputies of deputies]
A deputy who is away on the same day hands on to a deputy of their own, and so on, until somebody is there. A chain
that ends at somebody who is away without a deputy, or that comes back to its beginning, has nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id
from tenants.access import may_manage_absences_of
from tenants.models import Absence, Membership, Organisation
from tenants.roles import Role

PAST_SHOWN = 30
SEE_ALL = (Role.ADMINISTRATOR, Role.AUDITOR)


def today_in(*, at: datetime) -> date:
    """Return the organisation's day at this moment."""
    zone = Organisation.objects.values_list("zone", flat=True).get()
    return at.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class LocalDay:
    """A day of the organisation, the zone in which it is one, and who is away on it, each with the deputy named."""

    zone: str
    day: date
    deputies: Mapping[UUID, UUID | None]


# Asked with every handover. Which day it is depends on the zone, so the days around are asked as well.
AROUND = Prepared(
    "zone_and_absences",
    ["bigint", "date", "date"],
    """
select o.zone, a.first_day, a.last_day, a.member_id, a.deputy_id
from tenants_organisation o left join tenants_absence a
  on a.organisation_id = o.id and a.first_day <= $3 and a.last_day >= $2 and a.called_off_at is null
where o.id = $1 order by a.first_day, a.id
""",
)
ONE_DAY = timedelta(days=1)


def local_day_of(*, at: datetime) -> LocalDay:
    """Return the organisation's day at this moment, in one statement."""
    utc_day = at.astimezone(UTC).date()
    rows = ask(AROUND, current_organisation_id(), utc_day - ONE_DAY, utc_day + ONE_DAY)
    zone = rows[0][0]
    day = at.astimezone(ZoneInfo(zone)).date()
    return LocalDay(
        zone, day, {member: deputy for _z, first, last, member, deputy in rows if member and first <= day <= last}
    )


def absences_between(first: date, last: date) -> list[Absence]:
    """Return the absences that touch these days, both included."""
    rows = Absence.objects.filter(first_day__lte=last, last_day__gte=first, called_off_at=None)
    return list(rows.order_by("first_day", "id"))


def absent_on(day: date) -> set[UUID]:
    """Return the ids of the members who are away on this day."""
    return set(deputies_on(day))


def deputies_on(day: date) -> dict[UUID, UUID | None]:
    """Return who is away on this day, each with the deputy that was named."""
    return {absence.member_id: absence.deputy_id for absence in absences_between(day, day)}


def deputy_of(member: Membership, day: date) -> Membership | None:
    """Return who stands in for a member who is away on this day; None when they are there, or nobody does."""
    found = present_deputy(member.pk, deputies_on(day))
    return Membership.objects.filter(pk=found, is_active=True).first() if found else None


def present_deputy(member_id: UUID, deputies: Mapping[UUID, UUID | None]) -> UUID | None:
    """Return the id of the first in the chain of deputies who is there. See Note [Deputies of deputies]."""
    seen = {member_id}
    following = deputies.get(member_id)
    while following is not None and following in deputies:
        if following in seen:
            return None
        seen.add(following)
        following = deputies[following]
    return following


def covered_by(member: Membership, day: date) -> set[UUID]:
    """Return the ids of those who are away on this day and for whom the member stands in."""
    deputies = deputies_on(day)
    return {absent for absent in deputies if present_deputy(absent, deputies) == member.pk}


@dataclass(frozen=True)
class AbsenceRow:
    """One absence as the page prints it."""

    id: UUID
    name: str
    initials: str
    side: str
    first_day: date
    last_day: date
    deputy: str
    state: str
    you: bool
    may_end: bool


def absence_rows(viewer: Membership, *, today: date) -> list[AbsenceRow]:
    """Return what the viewer may see, what is now first, then what comes, then what was."""
    rows = Absence.objects.select_related("member__manager", "deputy").filter(called_off_at=None)
    current = list(rows.filter(last_day__gte=today).order_by("first_day", "id"))
    past = list(rows.filter(last_day__lt=today).order_by("-last_day", "id")[: PAST_SHOWN * 4])
    seen = [row for row in [*current, *past] if _sees(viewer, row)]
    return [_row(row, viewer, today) for row in seen[: len(current) + PAST_SHOWN]]


def _sees(viewer: Membership, absence: Absence) -> bool:
    if viewer.has(*SEE_ALL) or may_manage_absences_of(viewer, absence.member):
        return True
    return absence.deputy_id == viewer.pk


def _row(absence: Absence, viewer: Membership, today: date) -> AbsenceRow:
    state = "now" if absence.covers(today) else "coming" if absence.first_day > today else "past"
    return AbsenceRow(
        id=absence.pk,
        name=absence.member.name,
        initials=absence.member.initials,
        side=absence.member.side,
        first_day=absence.first_day,
        last_day=absence.last_day,
        deputy=absence.deputy.name if absence.deputy else "",
        state=state,
        you=absence.member_id == viewer.pk,
        may_end=state != "past" and may_manage_absences_of(viewer, absence.member),
    )


def manageable_members(viewer: Membership) -> list[Membership]:
    """Return whose absences a member may enter: their own first, then their people's by name."""
    rows = Membership.objects.filter(is_active=True).filter(~Q(pk=viewer.pk)).order_by("name", "id")
    return [viewer, *(member for member in rows if may_manage_absences_of(viewer, member))]
