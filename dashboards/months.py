"""Months as addresses name them (pure)."""

from datetime import date

# As far as business time and calendars are known with some sense.
FIRST_YEAR, LAST_YEAR = 2000, 2190


def month_from(text: str, *, today: date) -> date | None:
    """Return the first day of a month given as 2026-11, the present one for nothing, None for anything else."""
    if not text:
        return today.replace(day=1)
    year, dash, number = text.partition("-")
    if not (dash and len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()):
        return None
    if not (FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(number) <= 12):
        return None
    return date(int(year), int(number), 1)
