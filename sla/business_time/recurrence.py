"""Which days a repeated all-day event falls on, as RFC 5545 has it.

# Note [Day by day]
Rules from outside may be hostile: one that asks for 30 February never ends in a search for the
next date. So nothing is searched here: every day of a bounded stretch is asked whether the rule
fits it. What needs more than that (positions in a set, numbers of weeks) is not understood.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_UNDERSTOOD = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"}


class NotUnderstood(ValueError):
    """The rule says something that cannot be answered day by day."""


@dataclass(frozen=True)
class Recurrence:
    """A rule; `weekdays` are pairs of the number in the month (0: every) and the weekday from 0."""

    start: date
    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    week_start: int = 0

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days from `first` to `last` on which it falls. See Note [Day by day]."""
        # A count is counted from the beginning; without one, what lies before is of no interest.
        day = self.start if self.count else max(self.start, first)
        left = self.count
        while day <= min(last, self.until or last) and left != 0:
            if self.falls_on(day):
                left = left - 1 if left else left
                if day >= first:
                    yield day
            day += timedelta(days=1)

    def falls_on(self, day: date) -> bool:
        """Whether the rule fits a day on or after its start."""
        if self.months and day.month not in self.months:
            return False
        match self.frequency:
            case "DAILY":
                return (day - self.start).days % self.interval == 0 and self._fits_month_days(day) and self._fits(day)
            case "WEEKLY":
                wanted = {weekday for _number, weekday in self.weekdays} or {self.start.weekday()}
                return self._weeks_since_start(day) % self.interval == 0 and day.weekday() in wanted
            case "MONTHLY":
                months = (day.year - self.start.year) * 12 + day.month - self.start.month
                return months % self.interval == 0 and self._falls_in_month(day)
            case _:
                return (day.year - self.start.year) % self.interval == 0 and self._falls_in_year(day)

    def _falls_in_year(self, day: date) -> bool:
        if not self.months and not self.month_days and day.month != self.start.month:
            return False
        return self._falls_in_month(day)

    def _falls_in_month(self, day: date) -> bool:
        if not self.month_days and not self.weekdays:
            return day.day == self.start.day
        return self._fits_month_days(day) and self._fits(day)

    def _fits_month_days(self, day: date) -> bool:
        return not self.month_days or day.day in self.month_days or day.day - _length(day) - 1 in self.month_days

    def _fits(self, day: date) -> bool:
        return not self.weekdays or any(
            weekday == day.weekday() and number in (0, (day.day + 6) // 7, -((_length(day) - day.day) // 7 + 1))
            for number, weekday in self.weekdays
        )

    def _weeks_since_start(self, day: date) -> int:
        return (_week_of(day, self.week_start) - _week_of(self.start, self.week_start)).days // 7


def read_recurrence(start: date, rule: Mapping[str, Sequence[object]], *, until: date | None) -> Recurrence:
    """Read a rule's parts, each a list of values; raises NotUnderstood."""
    parts = {name.upper(): [str(value).upper() for value in values] for name, values in rule.items()}
    frequency = parts.get("FREQ", [""])[0]
    weekdays = tuple(_weekday(text) for text in parts.get("BYDAY", []))
    if not set(parts) <= _UNDERSTOOD or frequency not in FREQUENCIES:
        raise NotUnderstood(frequency)
    if frequency in {"DAILY", "WEEKLY"} and any(number for number, _day in weekdays):
        raise NotUnderstood("BYDAY")
    if frequency == "WEEKLY" and "BYMONTHDAY" in parts:
        # RFC 5545, 3.3.10: a weekly rule must not name days of the month; readers differ on what it means.
        raise NotUnderstood("BYMONTHDAY")
    if frequency == "YEARLY" and weekdays and not parts.get("BYMONTH"):
        # It counts weekdays through the year then, not through a month.
        raise NotUnderstood("BYDAY")
    return Recurrence(
        start=start,
        frequency=frequency,
        interval=max(_number(parts, "INTERVAL") or 1, 1),
        count=_number(parts, "COUNT"),
        until=until,
        weekdays=weekdays,
        month_days=tuple(int(text) for text in parts.get("BYMONTHDAY", [])),
        months=tuple(int(text) for text in parts.get("BYMONTH", [])),
        week_start=_weekday(parts.get("WKST", ["MO"])[0])[1],
    )


def _number(parts: Mapping[str, Sequence[str]], name: str) -> int | None:
    return int(parts[name][0]) if name in parts else None


def _weekday(text: str) -> tuple[int, int]:
    number, day = text[:-2], text[-2:]
    if day not in WEEKDAYS:
        raise NotUnderstood(text)
    return (int(number) if number else 0, WEEKDAYS.index(day))


def _week_of(day: date, week_start: int) -> date:
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def _length(day: date) -> int:
    """How many days the month has."""
    return ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
