"""What a new organisation starts with: calendars with their holidays, and an agreement in force."""

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from sla.actions.calendars import write_first_version
from sla.business_time import parse_calendar, standard_calendar
from sla.content import content_hash, default_content
from sla.models import AgreementVersion
from sla.queries.holidays import public_holidays
from tenants.models import Membership


@transaction.atomic
def set_up_organisation(*, country: str, zone: str, by: Membership | None, at: datetime) -> AgreementVersion:
    """Make the calendars and the founding agreement, in force at once; the two heads sign it afterwards."""
    today = at.astimezone(ZoneInfo(zone)).date()
    known = public_holidays(country, first_year=today.year - 1, last_year=today.year + 2)
    rows = {day.isoformat(): name for day, name in known.items()}
    names = {"marketing": _("Marketing hours"), "sales": _("Sales hours"), "board": _("Board hours")}
    for key, name in names.items():
        content = {**standard_calendar(name, zone, rows), "sources": dict.fromkeys(rows, country)}
        write_first_version(key, parse_calendar(content), by=by, at=at)
    return _found_agreement(country, zone, today, by=by, at=at)


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
