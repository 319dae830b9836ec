"""How a month goes against its target: plan line, forecast, evenness, risk.

# Note [Forecast]
r is what was delivered per completed working day (before today), s the standard
deviation of those days, c their number, k the working days still open, today
included. The forecast is delivered + r × k, where today counts with what it
already brought if that is more than r. The range is the forecast
± 1.2816 × s × √(k × (1 + k ÷ c)), an 80 % prediction interval for independent
days; it never falls below what is delivered. One completed day gives a forecast,
two give a range, three give a judgement of risk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from sla.business_time.problem import gettext_noop
from smarketing.lib.errors import DomainError

# Nine out of ten normal values lie below mean + 1.2816 deviations.
_EIGHTY_PERCENT = Decimal("1.2816")
_DAYS_FOR_RANGE = 2
_DAYS_FOR_RISK = 3
_HUNDRED = Decimal(100)

Points = Decimal | int
_HUNDREDTH = Decimal("0.01")


class TargetInvalid(DomainError):
    """There is nothing to be on pace for: no target, or no working day."""

    code = "target_invalid"
    status = 422


@dataclass(frozen=True)
class PlanPoint:
    """One working day: planned by its close, and delivered; None in the future."""

    day: date
    planned: Decimal
    delivered: Decimal | None


@dataclass(frozen=True)
class Forecast:
    """Where the month will end. See Note [Forecast]."""

    points: Decimal
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class Pace:
    """The month as of `today`; `index` is 100 where delivery is exactly on plan."""

    target: Decimal
    delivered: Decimal
    planned_to_date: Decimal
    line: tuple[PlanPoint, ...]
    days_elapsed: int
    days_open: int
    index: Decimal | None
    forecast: Forecast | None
    required_per_day: Decimal | None
    evenness: Decimal | None
    at_risk: bool


@dataclass(frozen=True)
class Week:
    """One week of the plan, by its ISO number: how many of the month's planned days have passed when it ends."""

    number: int
    ends_on: date
    days_elapsed: int
    days: int

    def planned(self, target: Points, share: Points = 1) -> Decimal:
        """Points that the plan has by the end of the week, or an agreed share of them, to a hundredth."""
        exact = Decimal(target) * Decimal(share) * self.days_elapsed / self.days
        return exact.quantize(_HUNDREDTH, ROUND_HALF_UP)


def weeks_of(planned_days: Sequence[date], last_day: date) -> list[Week]:
    """Return the weeks in which something is planned; the one in which the month ends is the volume's own."""
    days = sorted(set(planned_days))
    weeks = []
    for monday in sorted({_monday(day) for day in days}):
        sunday = monday + timedelta(days=6)
        if sunday < last_day:
            elapsed = sum(day <= sunday for day in days)
            weeks.append(Week(monday.isocalendar().week, sunday, elapsed, len(days)))
    return weeks


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def pro_rata(points: Points, planned_days: int, working_days: int) -> Decimal:
    """Points of a month in which the promise held for a part of the working days only, in whole points."""
    if planned_days >= working_days:
        return Decimal(points)
    return (Decimal(points) * planned_days / working_days).quantize(Decimal(1), ROUND_HALF_UP)


def pace(
    target_points: Points,
    delivered_by_day: Mapping[date, Points],
    working_days: Sequence[date],
    today: date,
) -> Pace:
    """Progress of one month; a day counts as elapsed from its beginning.

    `working_days` are those of the month; what came on other days counts towards
    the total and shows on the next working day.
    """
    target = Decimal(target_points)
    _require_target(target, working_days)
    days = sorted(set(working_days))
    delivered = {day: Decimal(points) for day, points in delivered_by_day.items() if day <= today}
    total = sum(delivered.values(), Decimal(0))
    elapsed = [day for day in days if day <= today]
    days_open = sum(day >= today for day in days)
    planned = target * len(elapsed) / len(days)
    forecast = _forecast(delivered, days, today)
    return Pace(
        target=target,
        delivered=total,
        planned_to_date=planned,
        line=tuple(_line(target, delivered, days, today)),
        days_elapsed=len(elapsed),
        days_open=days_open,
        index=total / planned * _HUNDRED if planned else None,
        forecast=forecast,
        required_per_day=max(target - total, Decimal(0)) / days_open if days_open else None,
        evenness=_evenness(delivered, elapsed),
        at_risk=_at_risk(target, forecast, days, today),
    )


def _require_target(target: Decimal, working_days: Sequence[date]) -> None:
    if not target.is_finite() or target <= 0:
        raise TargetInvalid(gettext_noop("The target must be more than zero."))
    if not working_days:
        raise TargetInvalid(gettext_noop("The month has no working day."))


def _line(target: Decimal, delivered: Mapping[date, Decimal], days: Sequence[date], today: date) -> Iterable[PlanPoint]:
    for number, day in enumerate(days, start=1):
        so_far = _until(delivered, day) if day <= today else None
        yield PlanPoint(day, target * number / len(days), so_far)


def _forecast(delivered: Mapping[date, Decimal], days: Sequence[date], today: date) -> Forecast | None:
    completed = [day for day in days if day < today]
    open_days = len(days) - len(completed)
    total = _until(delivered, today)
    if not open_days:
        return Forecast(total, total, total)
    if not completed:
        return None
    amounts = _amounts(delivered, completed)
    rate = sum(amounts, Decimal(0)) / len(amounts)
    came_today = total - _until(delivered, completed[-1])
    expected = total + rate * open_days - min(came_today, rate)
    if len(amounts) < _DAYS_FOR_RANGE:
        return Forecast(expected, None, None)
    spread = _spread(amounts, rate, open_days)
    return Forecast(expected, max(expected - spread, total), expected + spread)


def _amounts(delivered: Mapping[date, Decimal], days: Sequence[date]) -> list[Decimal]:
    """What each working day brought, with the free days before it."""
    totals = [Decimal(0), *(_until(delivered, day) for day in days)]
    return [after - before for before, after in pairwise(totals)]


def _spread(amounts: Sequence[Decimal], mean: Decimal, open_days: int) -> Decimal:
    count = len(amounts)
    squares = sum(((amount - mean) ** 2 for amount in amounts), Decimal(0))
    variance = squares / (count - 1)
    growth = Decimal(open_days) * (1 + Decimal(open_days) / count)
    return _EIGHTY_PERCENT * (variance * growth).sqrt()


def _evenness(delivered: Mapping[date, Decimal], elapsed: Sequence[date]) -> Decimal | None:
    """1 − ½ Σ|share of week − planned share|, over the weeks up to today."""
    total = sum(delivered.values(), Decimal(0))
    if not elapsed or total <= 0:
        return None
    weeks = {_week(day) for day in (*delivered, *elapsed)}
    distance = Decimal(0)
    for week in weeks:
        came = sum((points for day, points in delivered.items() if _week(day) == week), Decimal(0))
        planned = Decimal(sum(_week(day) == week for day in elapsed)) / len(elapsed)
        distance += abs(came / total - planned)
    # Points taken back can make shares negative.
    return max(1 - distance / 2, Decimal(0))


def _at_risk(target: Decimal, forecast: Forecast | None, days: Sequence[date], today: date) -> bool:
    completed = sum(day < today for day in days)
    if forecast is None or completed < min(_DAYS_FOR_RISK, len(days)):
        return False
    return forecast.points < target


def _until(delivered: Mapping[date, Decimal], day: date) -> Decimal:
    return sum((points for at, points in delivered.items() if at <= day), Decimal(0))


def _week(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week
