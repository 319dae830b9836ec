"""Months as the organisation counts them."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.business_time import Hours
from sla.models import AgreementVersion, Month
from sla.queries.calendars import calendar_in_force, hours_for
from smarketing.lib.scope import current_organisation_id
from tenants.models import Organisation

# How long after its end a month can still change.
BUSINESS_DAYS_UNTIL_CLOSED = 10


def zone_of_organisation() -> str:
    """Return the zone in which the organisation of the open scope counts days and months."""
    return Organisation.objects.values_list("zone", flat=True).get(pk=current_organisation_id())


def start_of_month(month: date, *, zone: str) -> datetime:
    """Return the first moment of a month there."""
    return datetime.combine(month.replace(day=1), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def end_of_month(month: date, *, zone: str) -> datetime:
    """Return the first moment after a month there."""
    return start_of_month(next_month(month), zone=zone)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return last_day(month) + timedelta(days=1)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def day_begins(day: date, *, zone: str) -> datetime:
    """Return the first moment of a day there."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def first_agreement_at() -> datetime | None:
    """Return since when anything has been promised."""
    rows = AgreementVersion.objects.filter(state=AgreementVersion.State.SIGNED).order_by("starts_at")
    return rows.values_list("starts_at", flat=True).first()


def planned_days(month: date, *, since: datetime | None, hours: Hours, zone: str) -> list[date]:
    """Return the working days over which a month is planned: those since the first agreement, its day included."""
    began_on = since.astimezone(ZoneInfo(zone)).date() if since else month
    return hours.working_days(max(month, began_on), last_day(month))


def closed_months(first: date, last: date) -> set[date]:
    """Return which of these months are frozen."""
    rows = Month.objects.filter(month__range=(first, last), state=Month.State.CLOSED)
    return set(rows.values_list("month", flat=True))


def month_is_closed(month: date, *, today: date) -> bool:
    """Tell whether a month can change no more, by marketing's calendar."""
    # So many business days take at least as many days: the calendar need not be asked.
    if today <= last_day(month) + timedelta(days=BUSINESS_DAYS_UNTIL_CLOSED):
        return False
    return today > closing_day(month, hours_for(calendar_in_force("marketing")))


def closing_day(month: date, hours: Hours) -> date:
    """Return the last day on which a month can change: the tenth business day after its end."""
    return hours.working_day_after(last_day(month), BUSINESS_DAYS_UNTIL_CLOSED)
