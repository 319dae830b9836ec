"""Durations with their unit, and the calendar facts of a moment in a zone."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sla.business_time.hours import DurationInvalid, Hours, to_utc
from sla.business_time.problem import gettext_noop

ELAPSED_HOURS = "elapsed_hours"
BUSINESS_HOURS = "business_hours"
BUSINESS_DAYS = "business_days"
UNITS = (ELAPSED_HOURS, BUSINESS_HOURS, BUSINESS_DAYS)

# An amount comes from content, where a fraction may stand as text ("0.5").
Amount = int | Decimal


def due_after(start: datetime, amount: Amount, unit: str, hours: Hours) -> datetime:
    """When a promise of `amount` `unit`, given at `start`, is due."""
    if unit == BUSINESS_DAYS:
        return hours.add_days(start, whole_days(amount))
    duration = duration_of(amount, unit)
    if unit == ELAPSED_HOURS:
        return to_utc(start) + duration
    return hours.after(start, duration)


def duration_of(amount: Amount, unit: str) -> timedelta:
    """An amount of elapsed or business hours as a duration."""
    if unit not in (ELAPSED_HOURS, BUSINESS_HOURS):
        raise DurationInvalid(
            gettext_noop("The unit must be elapsed or business hours, or days."), reason="unit_unknown"
        )
    require_positive(amount)
    # Rounded: a third of an hour has no exact decimal.
    return timedelta(microseconds=round(Decimal(amount) * 3_600_000_000))


def whole_days(amount: Amount) -> int:
    """An amount of business days; a fraction of a day has no meaning."""
    require_positive(amount)
    if amount != int(amount):
        raise DurationInvalid(gettext_noop("Business days must be whole days."), reason="days_fractional")
    return int(amount)


def require_positive(amount: Amount) -> None:
    """Refuse what is no duration: zero, negative, not a number."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise DurationInvalid(gettext_noop("The amount must be a number."), reason="amount_invalid")
    if not (Decimal(amount).is_finite() and amount > 0):
        raise DurationInvalid(gettext_noop("The amount must be more than zero."), reason="amount_not_positive")


def month_of(at: datetime, zone: str) -> str:
    """The month in which a moment falls for people in `zone`, as 2026-02."""
    local = to_utc(at).astimezone(ZoneInfo(zone))
    return f"{local.year:04}-{local.month:02}"
