"""What a new organisation starts with: calendars with their holidays, and an agreement in force."""

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

import holidays
from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from sla.business_time import CalendarSpec, parse_calendar, standard_calendar
from sla.content import content_hash, default_content
from sla.models import AgreementVersion, Calendar, CalendarVersion
from tenants.models import Membership


@transaction.atomic
def set_up_organisation(*, country: str, zone: str, by: Membership | None, at: datetime) -> AgreementVersion:
    """Make the calendars and the founding agreement, in force at once; the two heads sign it afterwards."""
    today = at.astimezone(ZoneInfo(zone)).date()
    known = public_holidays(country, first_year=today.year - 1, last_year=today.year + 2)
    names = {"marketing": _("Marketing hours"), "sales": _("Sales hours"), "board": _("Board hours")}
    for key, name in names.items():
        spec = parse_calendar(standard_calendar(name, zone, known))
        _open_calendar(key, spec, by=by, at=at)
    return _found_agreement(country, zone, today, by=by, at=at)


def public_holidays(country: str, *, first_year: int, last_year: int) -> dict[str, str]:
    """Return a country's public holidays as dated rows; a country that nobody has listed has none."""
    try:
        found = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    except NotImplementedError:
        # So the package says that it does not know the country; its list of all would load every one of them.
        return {}
    return {day.isoformat(): name for day, name in sorted(found.items())}


def _open_calendar(key: str, spec: CalendarSpec, *, by: Membership | None, at: datetime) -> None:
    calendar = Calendar.objects.create(key=key, name=spec.name)
    version = CalendarVersion.objects.create(
        calendar=calendar, number=1, content=spec.as_content(), content_hash=spec.content_hash, created_at=at
    )
    record("calendar.opened", version, by=by, at=at, data={"key": key, "hash": spec.content_hash})


def _found_agreement(country: str, zone: str, today: date, *, by: Membership | None, at: datetime) -> AgreementVersion:
    content = default_content(zone, country, translate=_)
    version = AgreementVersion.objects.create(
        number=1,
        state=AgreementVersion.State.SIGNED,
        content=content,
        content_hash=content_hash(content),
        starts_at=at,
        review_on=months_after(today, content["review_after_months"]),
        created_at=at,
        created_by=by,
        proposed_at=at,
        signed_at=at,
    )
    data = {"number": version.number, "hash": version.content_hash, "founding": True}
    record("agreement.in_force", version, by=by, at=at, data=data)
    return version


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, at the latest the last day of that month."""
    over, month = divmod(day.month - 1 + months, 12)
    year = day.year + over
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
