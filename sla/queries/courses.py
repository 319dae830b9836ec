"""How a month goes: its points by day against its target, over the days on which it is planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sla.business_time import Hours
from sla.pace import Pace, Points, pace
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.credit import CreditCounts, credit_counts, ledger_by_day
from sla.queries.months import first_agreement_at, last_day, planned_days
from sla.queries.targets import TargetView, target_for


@dataclass(frozen=True)
class Course:
    """One month as of a day; ``pace`` is None without a target or a working day."""

    month: date
    target: TargetView
    planned_days: list[date]
    credit: CreditCounts
    pace: Pace | None


def course_of(month: date, *, at: datetime, zone: str) -> Course:
    """Return how the month, its first day given, stands at this moment."""
    hours = hours_for(calendar_in_force("marketing"))
    days = planned_days_of(month, hours=hours, zone=zone)
    target = target_for(month)
    today = at.astimezone(ZoneInfo(zone)).date()
    by_day = ledger_by_day(month)
    return Course(
        month=month,
        target=target,
        planned_days=days,
        credit=credit_counts(month),
        pace=pace_on(target.points, by_day, days, month=month, today=today),
    )


def planned_days_of(month: date, *, hours: Hours, zone: str) -> list[date]:
    """Return the working days over which the month is planned; see Note [The first month] in targets."""
    return planned_days(month, since=first_agreement_at(), hours=hours, zone=zone)


def pace_on(
    target: Decimal | None, by_day: Mapping[date, Points], days: list[date], *, month: date, today: date
) -> Pace | None:
    """Return the pace as of a day; None where there is nothing to be on pace for."""
    if not target or not days:
        return None
    # The day after the last one: nothing is open any more.
    return pace(target, by_day, days, min(today, last_day(month) + timedelta(days=1)))
