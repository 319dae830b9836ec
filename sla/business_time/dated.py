"""Dated rows of a calendar: closing days, hours of their own, holidays from a list; each gives a new calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sla.business_time.spec import CalendarSpec, Windows

# A closing period is weeks, not years; a longer one is a typing error.
LONGEST_PERIOD_DAYS = 366


def days_from(first: date, last: date) -> tuple[date, ...]:
    """Every day from `first` to `last`, both included."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def close_days(spec: CalendarSpec, days: Iterable[date], *, name: str = "", source: str = "") -> CalendarSpec:
    """Close whole days. A closure with a name is kept as a holiday is: explanations say its name.

    What is a holiday already keeps its name and origin.
    """
    known = dict(spec.holidays)
    chosen = frozenset(day for day in days if not (day in known and spec.is_closed(day)))
    cleared = clear_days(spec, chosen)
    if not name:
        return replace(cleared, closed=cleared.closed | chosen)
    return add_holidays(cleared, dict.fromkeys(chosen, name), source=source)


def set_hours(spec: CalendarSpec, days: Iterable[date], windows: Windows) -> CalendarSpec:
    """Give days hours of their own, on a holiday too; its name stays."""
    chosen = frozenset(days)
    others = tuple(entry for entry in spec.exceptions if entry[0] not in chosen)
    own = tuple((day, windows) for day in chosen)
    return replace(spec, closed=spec.closed - chosen, exceptions=tuple(sorted(others + own)))


def clear_days(spec: CalendarSpec, days: Iterable[date]) -> CalendarSpec:
    """Take away whatever is said of these days, so that the week holds again."""
    chosen = frozenset(days)
    return replace(
        spec,
        closed=spec.closed - chosen,
        exceptions=tuple(entry for entry in spec.exceptions if entry[0] not in chosen),
        holidays=tuple(entry for entry in spec.holidays if entry[0] not in chosen),
        sources=tuple(entry for entry in spec.sources if entry[0] not in chosen),
    )


def add_holidays(spec: CalendarSpec, rows: Mapping[date, str], *, source: str) -> CalendarSpec:
    """Add named closed days, or give those that are there another name and origin."""
    holidays = {**dict(spec.holidays), **rows}
    sources = {day: origin for day, origin in spec.sources if day not in rows}
    if source:
        sources |= dict.fromkeys(rows, source)
    return replace(spec, holidays=tuple(sorted(holidays.items())), sources=tuple(sorted(sources.items())))


@dataclass(frozen=True)
class HolidayRows:
    """What taking over a list would do: rows that come, that are there, that go."""

    source: str
    added: tuple[tuple[date, str], ...]
    there: tuple[tuple[date, str], ...]
    removed: tuple[tuple[date, str], ...]

    @property
    def changes_nothing(self) -> bool:
        return not self.added and not self.removed

    def applied_to(self, spec: CalendarSpec) -> CalendarSpec:
        """The calendar with these rows; names that are there stay as they were written."""
        kept = clear_days(spec, [day for day, _name in self.removed])
        return add_holidays(kept, dict(self.added) | dict(self.there), source=self.source)


def compare_holidays(
    spec: CalendarSpec, offered: Mapping[date, str], *, source: str, first_year: int, last_year: int
) -> HolidayRows:
    """What `source` (AT, or AT-9 for a part of it) offers against what the calendar has in these years.

    Rows go only when they came from the same country: what was written by hand or read from a file stays.
    """
    known, origins = dict(spec.holidays), dict(spec.sources)
    country = source.partition("-")[0]
    return HolidayRows(
        source=source,
        added=tuple(sorted((day, name) for day, name in offered.items() if day not in known)),
        there=tuple(sorted((day, known[day]) for day in offered if day in known)),
        removed=tuple(
            (day, name)
            for day, name in spec.holidays
            if first_year <= day.year <= last_year
            and day not in offered
            and origins.get(day, "").partition("-")[0] == country
        ),
    )
