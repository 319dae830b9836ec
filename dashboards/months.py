"""Months as addresses name them (pure)."""

from datetime import date

from smarketing.lib.months import month_of


def month_from(text: str, *, today: date) -> date | None:
    """Return the first day of a month given as 2026-11, the present one for nothing, None for anything else."""
    return month_of(text) if text else today.replace(day=1)
