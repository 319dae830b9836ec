"""Filling a year with targets: last year's, the same for all, or a sum spread over the working days (pure)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal


def by_working_days(total: Decimal, working_days: Mapping[date, int]) -> dict[date, Decimal]:
    """Spread a sum over months by their working days, in whole points that add up to it exactly.

    What rounding down leaves goes to the months with the largest remainder, the earlier one first.
    """
    days = sum(working_days.values())
    if days <= 0:
        return dict.fromkeys(working_days, Decimal(0))
    exact = {month: total * number / days for month, number in working_days.items()}
    shares = {month: Decimal(int(points)) for month, points in exact.items()}
    left = total - sum(shares.values(), Decimal(0))
    for month in sorted(exact, key=lambda month: (shares[month] - exact[month], month)):
        part = min(Decimal(1), left)
        shares[month] += part
        left -= part
    return shares


def same_for_all(points: Decimal, months: Sequence[date]) -> dict[date, Decimal]:
    """Give every month the same points."""
    return dict.fromkeys(months, points)


def as_last_year(before: Mapping[date, Decimal | None], months: Sequence[date]) -> dict[date, Decimal]:
    """Give each month what it had a year before; months without a figure then are left out."""
    found = {month: before.get(month.replace(year=month.year - 1)) for month in months}
    return {month: points for month, points in found.items() if points}
