"""What a month owes, as figures: its volume, its weeks, its acceptance, its completeness."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sla.actions.judging import Owed
from sla.clocks import POINTS, SHARE
from sla.content import with_defaults
from sla.models import Month
from sla.pace import weeks_of
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.courses import planned_days_of
from sla.queries.months import day_begins, end_of_month, last_day
from sla.queries.targets import target_as_of

# A promise is dated at the last second of its period, so that it counts in that period.
LAST_SECOND = timedelta(seconds=1)


def owed_in(row: Month, *, at: datetime, zone: str) -> Iterator[Owed]:
    """Yield the promises of a month as they stand; a target that came after a promise's end is not its own."""
    terms = {term["key"]: term for term in with_defaults(row.subject.version.content)["commitments"]}
    until = end_of_month(row.month, zone=zone) - LAST_SECOND
    if "volume" in terms and (points := _target(row.month, at, until)):
        yield Owed("volume", 1, points, POINTS, row.opened_at, until)
    for key in ("acceptance_rate", "completeness"):
        if key in terms:
            yield Owed(key, 1, Decimal(terms[key]["share"]), SHARE, row.opened_at, until)
    if "pace" in terms:
        yield from _weeks(row, terms["pace"], at=at, zone=zone)


def _weeks(row: Month, terms: Mapping[str, Any], *, at: datetime, zone: str) -> Iterator[Owed]:
    hours = hours_for(calendar_in_force("marketing"))
    days = planned_days_of(row.month, hours=hours, zone=zone)
    for week in weeks_of(days, last_day(row.month)):
        until = day_begins(week.ends_on + timedelta(days=1), zone=zone) - LAST_SECOND
        if points := _target(row.month, at, until):
            # The plan is one line from the beginning of the month, so every week's promise begins there.
            planned = week.planned(points, Decimal(terms["share"]))
            yield Owed("pace", week.number, planned, POINTS, row.opened_at, until)


def _target(month: date, at: datetime, until: datetime) -> Decimal | None:
    return target_as_of(month, moment=min(at, until + LAST_SECOND)).points
