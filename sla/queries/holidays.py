"""Public holidays as the package of that name lists them: read to fill dated rows, never while time is counted."""

from datetime import date
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES


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


def public_holidays(country: str, *, subdivision: str = "", first_year: int, last_year: int) -> dict[date, str]:
    """Return the public holidays of a country, or of a part of it; of a country that nobody has listed, none."""
    try:
        years = range(first_year, last_year + 1)
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
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
