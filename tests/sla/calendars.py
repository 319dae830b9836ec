"""The calendars of the agreed cases, and short ways to name a moment."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sla.business_time import Hours, hours_of, standard_calendar

VIENNA = ZoneInfo("Europe/Vienna")
NEW_YORK = ZoneInfo("America/New_York")
HOLIDAYS_2026 = {
    "2026-01-01": "New Year's Day",
    "2026-01-06": "Epiphany",
    "2026-04-06": "Easter Monday",
    "2026-05-01": "Labour Day",
    "2026-05-14": "Ascension Day",
    "2026-05-25": "Whit Monday",
    "2026-06-04": "Corpus Christi",
    "2026-08-15": "Assumption Day",
    "2026-10-26": "National Day",
    "2026-11-01": "All Saints' Day",
    "2026-12-08": "Immaculate Conception",
    "2026-12-25": "Christmas Day",
    "2026-12-26": "St Stephen's Day",
}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def std(**changes: object) -> Hours:
    """Mon–Fri 9–17 in Vienna with Austria's holidays, changed where a case says so."""
    return hours_of({**standard_calendar("STD", "Europe/Vienna", HOLIDAYS_2026), **changes})


def night_shift(days: tuple[str, ...] = WEEK[:5], *, cut: bool = False) -> Hours:
    """22:00–06:00 in Vienna with Austria's holidays."""
    return std(
        weekly={day: [["22:00", "06:00"]] for day in days},
        holiday_cuts_night_shift=cut,
    )


def around_the_clock(zone: str = "Europe/Vienna") -> Hours:
    return hours_of({"name": "24x7", "zone": zone, "weekly": {day: [["00:00", "24:00"]] for day in WEEK}})


def vienna(month: int, day: int, hour: int, minute: int = 0, second: int = 0, *, fold: int = 0) -> datetime:
    """A moment of 2026 on a wall clock in Vienna."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=VIENNA, fold=fold).astimezone(UTC)
