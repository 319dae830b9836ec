"""All figures of one month, as page and API show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dashboards.formulas import is_mature
from dashboards.queries.cohorts import Cohort, cohorts
from dashboards.queries.cut import Cut
from dashboards.queries.points import Credits, Ledger, credits_of, ledger, total
from dashboards.queries.promises import Promises, promises
from dashboards.queries.rejections import Rejections, rejections
from dashboards.queries.speed import Speeds, medians, speeds
from sla.models import AgreementVersion, Signature
from sla.pace import Pace, pace
from sla.queries import (
    TargetView,
    agreement_in_force,
    calendar_in_force,
    end_of_month,
    hours_for,
    month_state,
    planned_days_of,
    target_for,
)


@dataclass(frozen=True)
class Agreement:
    """The version that the month is measured by; ``signed_at`` is None until both heads have signed."""

    number: int
    signed_at: datetime | None


@dataclass(frozen=True)
class Delivery:
    """Marketing's points of a month against the target."""

    target: TargetView
    ledger: Ledger
    credits: list[Credits]
    working_days: list[date]
    today: date
    # None without a target or a working day.
    pace: Pace | None

    def points_of(self, month: date) -> Decimal:
        """Return what counts as delivered in a month."""
        return total(self.ledger.get(month, {}))


@dataclass(frozen=True)
class MonthFigures:
    """Everything that the joint dashboard is made of."""

    cut: Cut
    at: datetime
    state: str
    is_mature: bool
    agreement: Agreement | None
    delivery: Delivery
    cohorts: Mapping[date, Cohort]
    promises: Promises
    speeds: Speeds
    medians: Mapping[date, int]
    rejections: Rejections

    @property
    def cohort(self) -> Cohort:
        """The handovers sent in the month."""
        return self.cohort_of(self.cut.month)

    def cohort_of(self, month: date) -> Cohort:
        """Return a month's cohort, an empty one where nothing was sent."""
        return self.cohorts.get(month, Cohort())


def month_figures(cut: Cut, *, at: datetime, zone: str) -> MonthFigures:
    """Return the figures of a month as of ``at``."""
    return MonthFigures(
        cut=cut,
        at=at,
        state=month_state(cut.month, at=at, zone=zone),
        is_mature=is_mature(end_of_month(cut.month, zone=zone), at=at),
        agreement=agreement_of(cut.month, at=at, zone=zone),
        delivery=delivery(cut, at=at, zone=zone),
        cohorts=cohorts(cut),
        promises=promises(cut, at=at, zone=zone),
        speeds=speeds_of(cut, at=at),
        medians=medians(cut),
        rejections=rejections(cut),
    )


def speeds_of(cut: Cut, *, at: datetime) -> Speeds:
    """Return the month's speed to lead, business time by the sales calendar."""
    return speeds(cut, at=at, hours=hours_for(calendar_in_force("sales")))


def delivery(cut: Cut, *, at: datetime, zone: str) -> Delivery:
    """Return the month's points, target and pace; a part of the leads has no target of its own."""
    today = at.astimezone(ZoneInfo(zone)).date()
    target = target_for(cut.month)
    by_month = ledger(cut)
    # Of the month in which the first agreement began, the days since then.
    working_days = planned_days_of(cut.month, hours=hours_for(calendar_in_force("marketing")), zone=zone)
    return Delivery(
        target=target,
        ledger=by_month,
        credits=credits_of(cut),
        working_days=working_days,
        today=min(today, cut.last),
        pace=_pace(cut, target, by_month, working_days, today=today),
    )


def _pace(cut: Cut, target: TargetView, by_month: Ledger, working_days: list[date], *, today: date) -> Pace | None:
    if cut.tier or not target.points or not working_days:
        return None
    # The day after the last one: nothing is open any more.
    as_of = min(today, cut.last + timedelta(days=1))
    return pace(target.points, by_month.get(cut.month, {}), working_days, as_of)


def agreement_of(month: date, *, at: datetime, zone: str) -> Agreement | None:
    """Return the agreement in force at the end of the month, or now while the month runs."""
    last_moment = end_of_month(month, zone=zone) - timedelta(microseconds=1)
    version = agreement_in_force(at=min(at, last_moment))
    return Agreement(version.number, _signed_at(version)) if version else None


def _signed_at(version: AgreementVersion) -> datetime | None:
    signed = list(Signature.objects.filter(version=version).values_list("signed_at", flat=True))
    return max(signed) if len(signed) > 1 else None
