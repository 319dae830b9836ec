"""A calendar compiled to instants: windows as sorted intervals with prefix sums.

Intervals are whole microseconds since 1970 in UTC, so that daylight saving is
settled once, when a window is turned into instants, and no fraction of a second
is lost. An edge that a change of clocks skips moves forward by the change
(02:30 becomes 03:30); an edge that occurs twice means its first occurrence.
"""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from sla.business_time.problem import gettext_noop
from sla.business_time.reading import parse_calendar
from sla.business_time.spec import DAY, WEEKDAYS, CalendarSpec, Windows
from smarketing.lib.errors import DomainError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
# No promise runs longer; beyond it a typing error would compile centuries.
_LONGEST_YEARS = 40
_FIRST_YEAR, _LAST_YEAR = 1971, 2199
_COMPILED_CALENDARS = 512


class DurationInvalid(DomainError, ValueError):
    """Zero, negative, a fraction of a day, or endless; `extra["reason"]` says which."""

    code = "duration_invalid"
    status = 422


@dataclass(frozen=True)
class ClosedDay:
    """A day on which work was due by the week, but the calendar is closed."""

    day: date
    name: str


@dataclass(frozen=True)
class _Span:
    """The intervals of some whole years; replaced by a longer one, never changed."""

    first_year: int
    last_year: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int
    days: tuple[int, ...]

    def worked_until(self, instant: int) -> int:
        index = bisect_right(self.starts, instant) - 1
        if index < 0:
            return 0
        return self.before[index] + min(instant, self.ends[index]) - self.starts[index]

    def instant_of(self, worked: int) -> int:
        # bisect_left: an amount that exactly fills a window ends at its closing,
        # not at the next opening.
        index = bisect_left(self.before, worked) - 1
        return self.starts[index] + worked - self.before[index]


class Hours:
    """When a calendar works. Build it with `hours_of`, which keeps it compiled."""

    def __init__(self, spec: CalendarSpec) -> None:
        self.spec = spec
        self._span: _Span | None = None

    def __repr__(self) -> str:
        return f"<Hours {self.spec.name!r} {self.spec.zone}>"

    def add(self, start: datetime, seconds: int) -> datetime:
        """The instant at which `seconds` of working time since `start` are used up."""
        return self.after(start, timedelta(seconds=seconds))

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """As `add`, exact to the microsecond. Nothing left to use means: at opening."""
        amount = duration // _MICROSECOND
        if amount < 0:
            raise DurationInvalid(gettext_noop("A duration cannot be negative."), reason="duration_negative")
        if amount == 0:
            return self.next_opening(start)
        instant = _micros(start)
        span = self._covering(instant)
        worked = span.worked_until(instant) + amount
        while worked > span.total:
            span = self._longer(span, instant)
            # A longer span may begin earlier, which moves every prefix sum.
            worked = span.worked_until(instant) + amount
        return _moment(span.instant_of(worked))

    def between(self, begin: datetime, end: datetime) -> int:
        """Whole seconds of working time from `begin` to `end`."""
        return self.worked(begin, end) // timedelta(seconds=1)

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """Working time from `begin` to `end`, exact to the microsecond."""
        first, last = _micros(begin), _micros(end)
        if last < first:
            raise ValueError("The end lies before the beginning.")
        span = self._covering(first, last)
        return timedelta(microseconds=span.worked_until(last) - span.worked_until(first))

    def is_open(self, at: datetime) -> bool:
        """Open from the opening on, no longer open at the second of closing."""
        instant = _micros(at)
        span = self._covering(instant)
        index = bisect_right(span.starts, instant) - 1
        return index >= 0 and instant < span.ends[index]

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while open, else the next moment at which work begins."""
        if self.is_open(at):
            return to_utc(at)
        instant = _micros(at)
        span = self._covering(instant)
        while not span.starts or instant >= span.starts[-1]:
            span = self._longer(span, instant)
        return _moment(span.starts[bisect_right(span.starts, instant)])

    def segments(self, start: datetime, seconds: int) -> tuple[tuple[datetime, datetime], ...]:
        """The pieces of working time that make up `seconds` from `start` on."""
        return self.segments_between(start, self.add(start, seconds))

    def segments_between(self, begin: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """The pieces of working time between two moments."""
        first, last = _micros(begin), _micros(end)
        span = self._covering(first, last)
        pieces = []
        index = max(bisect_right(span.starts, first) - 1, 0)
        while index < len(span.starts) and span.starts[index] < last:
            piece = max(span.starts[index], first), min(span.ends[index], last)
            if piece[0] < piece[1]:
                pieces.append((_moment(piece[0]), _moment(piece[1])))
            index += 1
        return tuple(pieces)

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same local time `days` working days later, at the latest at closing.

        From outside hours it counts from the next opening. The hours after
        midnight of a night shift belong to the day on which the shift began.
        """
        owner, moment = self._working_day_at(self.next_opening(start))
        local = moment.astimezone(self._zone_on(owner))
        target = self.working_day_after(owner, days)
        shift = local.date().toordinal() - owner.toordinal()
        same_time = datetime.combine(
            date.fromordinal(target.toordinal() + shift),
            local.time().replace(fold=0),
            tzinfo=self._zone_on(target),
        )
        closing = self._instant(target, self.spec.windows_on(target)[-1][1])
        return _moment(min(_micros(same_time), closing))

    def working_day_after(self, day: date, number: int) -> date:
        """The working day that is `number` working days after `day`."""
        if number < 1:
            raise DurationInvalid(gettext_noop("Give at least one business day."), reason="days_not_positive")
        ordinal = day.toordinal()
        instant = self._instant(day, 0)
        span = self._covering(instant)
        index = bisect_right(span.days, ordinal) + number - 1
        while index >= len(span.days):
            span = self._longer(span, instant)
            index = bisect_right(span.days, ordinal) + number - 1
        return date.fromordinal(span.days[index])

    def working_days(self, first: date, last: date) -> list[date]:
        """The days on which work begins, from `first` to `last`, both included."""
        if last < first:
            return []
        span = self._covering(self._instant(first, 0), self._instant(last, 0))
        begin = bisect_left(span.days, first.toordinal())
        end = bisect_right(span.days, last.toordinal())
        return [date.fromordinal(ordinal) for ordinal in span.days[begin:end]]

    def closed_days(self, first: date, last: date) -> list[ClosedDay]:
        """Holidays and closures from `first` to `last` that took working time away."""
        candidates = {day for day, _ in self.spec.holidays} | self.spec.closed
        candidates |= {day for day, windows in self.spec.exceptions if not windows}
        return [
            ClosedDay(day, self.spec.closure_name(day))
            for day in sorted(candidates)
            if first <= day <= last and self.spec.is_closed(day) and self.spec.week_on(day).windows_on(day)
        ]

    def _working_day_at(self, moment: datetime) -> tuple[date, datetime]:
        """The day whose window contains `moment`, an open one."""
        instant = _micros(moment)
        today = moment.astimezone(ZoneInfo(self.spec.zone)).date().toordinal()
        # The day before for a night shift; the day after where an earlier week had another zone.
        for day in map(date.fromordinal, (today, today - 1, today + 1, today - 2)):
            for begin, end in self.spec.windows_on(day):
                if self._instant(day, begin) <= instant < self._instant(day, end):
                    return day, moment
        raise AssertionError(f"{self!r} is open at {moment} without a window.")

    def _covering(self, first: int, last: int | None = None) -> _Span:
        """A span with a year to spare on both sides of the instants."""
        low = _moment(first).year - 1
        high = (_moment(last).year if last is not None else low + 1) + 1
        if low < _FIRST_YEAR or high > _LAST_YEAR:
            raise DurationInvalid(
                gettext_noop("Business time is known from 1972 to 2198."), reason="moment_out_of_range"
            )
        span = self._span
        if span and span.first_year <= low and high <= span.last_year:
            return span
        if span:
            low, high = min(low, span.first_year), max(high, span.last_year)
        return self._compile(low, high)

    def _longer(self, span: _Span, instant: int) -> _Span:
        if span.last_year - _moment(instant).year > _LONGEST_YEARS:
            raise DurationInvalid(
                gettext_noop("This duration ends more than 40 years from its start."), reason="duration_too_long"
            )
        years = span.last_year - span.first_year + 1
        return self._compile(span.first_year, span.last_year + years)

    def _compile(self, first_year: int, last_year: int) -> _Span:
        low, high = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31)
        days = [
            (day, windows)
            for day in map(date.fromordinal, range(low, high.toordinal() + 1))
            if (windows := self.spec.windows_on(day))
        ]
        merged = list(_merge(sorted(self._intervals(days))))
        lengths = [end - start for start, end in merged]
        span = _Span(
            first_year=first_year,
            last_year=last_year,
            starts=tuple(start for start, _ in merged),
            ends=tuple(end for _, end in merged),
            before=tuple(accumulate(lengths[:-1], initial=0)),
            total=sum(lengths),
            days=tuple(day.toordinal() for day, _ in days),
        )
        # One assignment: a thread that reads meanwhile sees the old or the new span.
        self._span = span
        return span

    def _intervals(self, days: Sequence[tuple[date, Windows]]) -> Iterator[tuple[int, int]]:
        for day, windows in days:
            for begin, end in windows:
                start, stop = self._instant(day, begin), self._instant(day, end)
                # A window inside the skipped hour vanishes.
                if start < stop:
                    yield start, stop

    def _zone_on(self, day: date) -> ZoneInfo:
        return ZoneInfo(self.spec.week_on(day).zone)

    def _instant(self, day: date, minutes: int) -> int:
        """A wall clock's minute of the day on which a window begins, in the zone of that day."""
        zone = self._zone_on(day)
        over, minutes = divmod(minutes, DAY)
        local = date.fromordinal(day.toordinal() + over)
        return _micros(
            datetime(
                local.year,
                local.month,
                local.day,
                minutes // 60,
                minutes % 60,
                tzinfo=zone,
            )
        )


def to_utc(at: datetime) -> datetime:
    """The same instant in UTC; a datetime without a zone is refused."""
    if at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone.")
    return at.astimezone(UTC)


def hours_of(content: Mapping[str, Any] | CalendarSpec) -> Hours:
    """The compiled hours of a calendar's content; the same content, the same object."""
    if isinstance(content, CalendarSpec):
        key = content.content_hash
    else:
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        key = hashlib.sha256(text.encode()).hexdigest()
    found = _compiled.get(key)
    if found is None:
        spec = content if isinstance(content, CalendarSpec) else parse_calendar(content)
        found = _compiled[key] = Hours(spec)
        if len(_compiled) > _COMPILED_CALENDARS:
            _compiled.popitem(last=False)
    return found


def _merge(intervals: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join intervals that touch or overlap; they come sorted."""
    current: tuple[int, int] | None = None
    for start, end in intervals:
        if current and start <= current[1]:
            current = current[0], max(current[1], end)
            continue
        if current:
            yield current
        current = start, end
    if current:
        yield current


def _micros(at: datetime) -> int:
    # Aware minus aware of another zone is exact; a naive one raises TypeError.
    return (at - _EPOCH) // _MICROSECOND


def _moment(instant: int) -> datetime:
    return _EPOCH + timedelta(microseconds=instant)


_compiled: OrderedDict[str, Hours] = OrderedDict()

ALWAYS = Hours(
    parse_calendar(
        {
            "name": "Always",
            "zone": "UTC",
            "weekly": {day: [["00:00", "24:00"]] for day in WEEKDAYS},
        }
    )
)
