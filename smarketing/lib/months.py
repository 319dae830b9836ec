"""Months as addresses name them (pure)."""

from datetime import date
from typing import Final

# As far as business time and calendars are known with some sense.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2190


def month_of(text: str) -> date | None:
    """Return the first day of a month as an address names it (2026-11), None for anything else."""
    year, dash, number = text.partition("-")
    if not (dash and len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()):
        return None
    if not (FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(number) <= 12):
        return None
    return date(int(year), int(number), 1)
