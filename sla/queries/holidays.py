"""Public holidays as the package of that name lists them: read to fill dated rows, never while time is counted."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import get_language
from holidays.registry import COUNTRIES

from sla.business_time import parse_calendar
from sla.business_time.dated import HolidayRows, compare_holidays
from sla.models import CalendarVersion

# So many years are looked at together.
MOST_YEARS = 10


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """Return code and name of every listed country, by name."""
    # The registry has class names: "UnitedStates", "HolidaysAX" among its aliases.
    found = {entry[1]: module.replace("_", " ").title() for module, entry in COUNTRIES.items()}
    return tuple(sorted(found.items(), key=lambda pair: pair[1]))


@lru_cache(maxsize=64)
def subdivisions_of(country: str) -> tuple[tuple[str, str], ...]:
    """Return code and name of the parts of a country that have holidays of their own."""
    if country not in dict(countries()):
        return ()
    listed = holidays.country_holidays(country)
    names: dict[str, str] = {}
    for name, code in (getattr(listed, "subdivisions_aliases", None) or {}).items():
        # The first alias is the full name; shorter ones follow.
        names.setdefault(code, name)
    return tuple(sorted(((code, names.get(code, code)) for code in listed.subdivisions), key=lambda pair: pair[1]))


@lru_cache(maxsize=256)
def _language_for(country: str, language: str) -> str | None:
    """Return the reader's language where the package has it, else the country's own; never this machine's."""
    listed = holidays.country_holidays(country)
    wanted = language.partition("-")[0]
    supported = [code for code in listed.supported_languages if code.partition("_")[0] == wanted]
    return supported[0] if supported else listed.default_language


def public_holidays(country: str, *, subdivision: str = "", first_year: int, last_year: int) -> dict[date, str]:
    """Return the public holidays of a country, or of a part of it; of a country that nobody has listed, none."""
    try:
        years = range(first_year, last_year + 1)
        language = _language_for(country, get_language() or "")
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=language)
    except NotImplementedError:
        # So the package says that it does not know the country; its list of all would load every one of them.
        return {}
    return {day: name[:100] for day, name in sorted(found.items())}


def source_of(country: str, subdivision: str = "") -> str:
    """Return where rows come from, as a calendar keeps it: AT, AT-9."""
    return f"{country}-{subdivision}" if subdivision else country


def split_source(source: str) -> tuple[str, str] | None:
    """Return country and part of it; None where the rows came from no list of a country."""
    country, _dash, subdivision = source.partition("-")
    known = country in dict(countries()) and (not subdivision or subdivision in dict(subdivisions_of(country)))
    return (country, subdivision) if known else None


@dataclass(frozen=True)
class Wanted:
    """Which list of holidays, and which years of it."""

    country: str
    subdivision: str
    first_year: int
    last_year: int


def wanted_next(version: CalendarVersion, *, country: str, at: datetime) -> Wanted:
    """Return what is most likely wanted: the list of the last rows, else of ``country``; this year and two more."""
    spec = parse_calendar(version.content)
    year = at.astimezone(ZoneInfo(spec.zone)).year
    listed = [found for _day, source in spec.sources if (found := split_source(source)) is not None]
    return Wanted(*(listed[-1] if listed else (country, "")), first_year=year, last_year=year + 2)


def offered_holidays(version: CalendarVersion, wanted: Wanted) -> HolidayRows:
    """Return what a country's list would change of a calendar in these years."""
    years = {"first_year": wanted.first_year, "last_year": wanted.last_year}
    offered = public_holidays(wanted.country, subdivision=wanted.subdivision, **years)
    source = source_of(wanted.country, wanted.subdivision)
    return compare_holidays(parse_calendar(version.content), offered, source=source, **years)
