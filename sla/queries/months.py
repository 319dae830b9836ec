"""Months as the organisation counts them."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smarketing.lib.scope import current_organisation_id
from tenants.models import Organisation


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
