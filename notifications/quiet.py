"""When mail may come and when it is gathered (pure): quiet hours in the person's own zone, the hour, the morning."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)


def after_quiet(at: datetime, *, begin: time, end: time, zone: ZoneInfo) -> datetime:
    """Return ``at``, or the end of the quiet hours that it falls into; they may span midnight, equal ends mean none."""
    local = at.astimezone(zone)
    spans_midnight = begin > end
    moment = local.time()
    inside = (moment >= begin or moment < end) if spans_midnight else begin <= moment < end
    if not inside:
        return at
    day = local.date() + timedelta(days=1) if spans_midnight and moment >= begin else local.date()
    return datetime.combine(day, end, zone).astimezone(UTC)


def next_hour(at: datetime) -> datetime:
    """Return the next full hour after ``at``."""
    return at.replace(minute=0, second=0, microsecond=0) + HOUR


def next_daily(at: datetime, *, on: time, zone: ZoneInfo) -> datetime:
    """Return the next moment after ``at`` at which it is this time of day in the zone."""
    local = at.astimezone(zone)
    today = datetime.combine(local.date(), on, zone)
    if today.astimezone(UTC) > at:
        return today.astimezone(UTC)
    return datetime.combine(local.date() + timedelta(days=1), on, zone).astimezone(UTC)
