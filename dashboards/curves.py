"""A month's points as series by day of the month (pure): delivered, planned, forecast."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sla.pace import Pace

Series = list[tuple[int, Decimal]]
Cone = list[tuple[int, Decimal, Decimal, Decimal]]


def cumulative(by_day: Mapping[date, Decimal], *, until: int) -> Series:
    """Return what had come by the end of each day, from the first to the day ``until``."""
    series: Series = []
    total = Decimal(0)
    amounts = {day.day: points for day, points in by_day.items()}
    for number in range(1, until + 1):
        total += amounts.get(number, Decimal(0))
        series.append((number, total))
    return series


def planned(target: Decimal, working_days: Sequence[date], *, days: int) -> Series:
    """Return the plan at the end of each day; it rests where nobody works."""
    working = {day.day for day in working_days}
    series: Series = []
    passed = 0
    for number in range(1, days + 1):
        passed += number in working
        series.append((number, target * passed / len(working)))
    return series


def cone(pace: Pace, working_days: Sequence[date], *, today: date, days: int) -> Cone:
    """Return day, low, middle and high from today to the end of the month; empty without a range to tell.

    The range opens with the square root of the working days, as sums of independent days do.
    """
    forecast = pace.forecast
    if forecast is None or forecast.low is None or forecast.high is None or today.day >= days:
        return []
    ahead = {day.day for day in working_days if day > today}
    series: Cone = [(today.day, pace.delivered, pace.delivered, pace.delivered)]
    passed = 0
    for number in range(today.day + 1, days + 1):
        passed += number in ahead
        part = Decimal(passed) / len(ahead) if ahead else Decimal(1)
        middle = pace.delivered + (forecast.points - pace.delivered) * part
        opening = part.sqrt()
        low = middle - (forecast.points - forecast.low) * opening
        high = middle + (forecast.high - forecast.points) * opening
        series.append((number, max(low, pace.delivered), middle, high))
    return series
