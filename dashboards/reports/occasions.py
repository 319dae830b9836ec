"""When a report is due and which days it is about (pure)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKLY, MONTHLY = "weekly", "monthly"
KINDS = (WEEKLY, MONTHLY)

# So many days after it was due a report is no news any more: an outage of a weekend does not bring an old one.
NEWS_FOR_DAYS = {WEEKLY: 2, MONTHLY: 5}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Schedule:
    """One member's occasions: a weekday (Monday is 0) or a day of the month, an hour, on the clock of a zone."""

    kind: str
    hour: int
    zone: ZoneInfo
    weekday: int = 0
    day: int = 1

    def moment_on(self, day: date) -> datetime:
        """Return the moment on a day; an hour that the clocks leave out comes right after they did."""
        return datetime.combine(day, time(self.hour), self.zone)


@dataclass(frozen=True)
class Period:
    """The days that a report is about, both included."""

    first: date
    last: date

    @property
    def month(self) -> date:
        """The first day of the month whose figures are told."""
        return self.last.replace(day=1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def last_due(schedule: Schedule, *, at: datetime) -> date:
    """Return the day of the newest occasion that is not after ``at``."""
    day = at.astimezone(schedule.zone).date()
    while not _is_day(schedule, day) or schedule.moment_on(day) > at:
        day -= _DAY
    return day


def next_due(schedule: Schedule, *, at: datetime) -> datetime:
    """Return the moment of the first occasion after ``at``."""
    day = at.astimezone(schedule.zone).date()
    while not _is_day(schedule, day) or schedule.moment_on(day) <= at:
        day += _DAY
    return schedule.moment_on(day)


def _is_day(schedule: Schedule, day: date) -> bool:
    return day.weekday() == schedule.weekday if schedule.kind == WEEKLY else day.day == schedule.day


def is_news(schedule: Schedule, due_on: date, *, at: datetime) -> bool:
    """Tell whether a report that was due on a day is still worth sending."""
    return at.astimezone(schedule.zone).date() < due_on + NEWS_FOR_DAYS[schedule.kind] * _DAY


def period_of(kind: str, on: date) -> Period:
    """Return what a report of this day is about: the seven days before it, or the month before."""
    if kind == WEEKLY:
        return Period(on - 7 * _DAY, on - _DAY)
    last = on.replace(day=1) - _DAY
    return Period(last.replace(day=1), last)
