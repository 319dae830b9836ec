"""All figures of one month, as page and API show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.formulas import is_mature
from dashboards.queries.cohorts import Cohort
from dashboards.queries.costs import Costs, costs
from dashboards.queries.cut import Cut, months_before
from dashboards.queries.points import Credits, Ledger, total
from dashboards.queries.promises import Promises
from dashboards.queries.rejections import Rejections
from dashboards.queries.source import Source, source_of
from dashboards.queries.speed import Speeds
from sla.business_time import Hours
from sla.models import AgreementVersion, Target
from sla.pace import Pace, pace
from sla.queries import TargetView, calendar_in_force, end_of_month, frozen_tiers, hours_for
from sla.queries.months import planned_days
from sla.queries.target_year import state_on
from sla.queries.targets import signed_versions, view_among


@dataclass(frozen=True)
class Agreement:
    """The version that the month is measured by, and from when on it held."""

    number: int
    starts_at: datetime | None


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
    # Of when they are; see MonthFigures.
    as_of: datetime

    def points_of(self, month: date) -> Decimal:
        """Return what counts as delivered in a month."""
        return total(self.ledger.get(month, {}))


@dataclass(frozen=True)
class MonthFigures:
    """Everything that the joint dashboard is made of."""

    cut: Cut
    at: datetime
    # Of when they are: a few seconds before ``at`` while very much happens.
    as_of: datetime
    state: str
    is_mature: bool
    agreement: Agreement | None
    delivery: Delivery
    cohorts: Mapping[date, Cohort]
    promises: Promises
    speeds: Speeds
    medians: Mapping[date, int]
    rejections: Rejections
    # The month's cohort by campaign; "" are leads of none.
    campaigns: Mapping[str, Cohort]
    costs: Costs
    # Opportunity amount for each unit of cost that the agreement asks for.
    floor: Decimal | None
    # Where the leads of the months shown are from.
    segments: list[str]
    # Months whose qualified leads are defined otherwise than those of the month before: they cannot be compared.
    redefined: frozenset[date] = frozenset()

    @property
    def cohort(self) -> Cohort:
        """The handovers sent in the month."""
        return self.cohort_of(self.cut.month)

    def cohort_of(self, month: date) -> Cohort:
        """Return a month's cohort, an empty one where nothing was sent."""
        return self.cohorts.get(month, Cohort())


@dataclass(frozen=True)
class Ground:
    """What a month stands on, read once: the agreements and marketing's hours."""

    versions: list[AgreementVersion]
    hours: Hours
    today: date

    def version_at(self, moment: datetime) -> AgreementVersion | None:
        """Return the version in force at a moment."""
        return _version_at(self.versions, moment)

    @property
    def since(self) -> datetime | None:
        """Since when anything has been promised."""
        return self.versions[0].starts_at if self.versions else None


def _version_at(versions: Sequence[AgreementVersion], moment: datetime) -> AgreementVersion | None:
    begun = [version for version in versions if version.starts_at and version.starts_at <= moment]
    return next((version for version in begun if version.ends_at is None or version.ends_at > moment), None)


def is_redefined(versions: Sequence[AgreementVersion], month: date, *, zone: str) -> bool:
    """Tell whether a month's leads were qualified by another definition than those of the month before."""
    ends = (end_of_month(months_before(month, back), zone=zone) for back in (0, 1))
    found = [_version_at(versions, end - timedelta(microseconds=1)) for end in ends]
    present, before = (_definition(version) if version else None for version in found)
    return before is not None and present != before


def _definition(version: AgreementVersion) -> Mapping[str, Any]:
    """Return what makes a lead qualified; by whom it is then sent is not part of it."""
    return {name: part for name, part in version.content["definitions"].items() if name != "auto_handover"}


def _ground(*, at: datetime, zone: str) -> Ground:
    hours = hours_for(calendar_in_force("marketing"))
    return Ground(signed_versions(), hours, at.astimezone(ZoneInfo(zone)).date())


def month_figures(cut: Cut, *, at: datetime, zone: str) -> MonthFigures:
    """Return the figures of a month as of ``at``."""
    source, ground = source_of(cut, at=at, zone=zone), _ground(at=at, zone=zone)
    version = ground.version_at(_standing(cut, at=at, zone=zone))
    return MonthFigures(
        cut=cut,
        at=at,
        as_of=source.as_of,
        state=state_on(ground.today, cut.month, ground.hours),
        is_mature=is_mature(end_of_month(cut.month, zone=zone), at=at),
        agreement=Agreement(version.number, version.starts_at) if version else None,
        delivery=_delivery(source, ground),
        cohorts=source.cohorts(),
        promises=source.promises(),
        speeds=source.speeds(),
        medians=source.medians(),
        rejections=source.rejections(),
        campaigns=source.campaigns(),
        costs=costs(cut),
        floor=_floor(version),
        segments=source.segments(),
        redefined=frozenset(month for month in cut.months if is_redefined(ground.versions, month, zone=zone)),
    )


def delivery(cut: Cut, *, at: datetime, zone: str) -> Delivery:
    """Return the month's points, target and pace; a part of the leads has no target of its own."""
    return _delivery(source_of(cut, at=at, zone=zone), _ground(at=at, zone=zone))


def _delivery(source: Source, ground: Ground) -> Delivery:
    cut, zone = source.cut, source.zone
    target = _target_of(cut.month, ground, zone=zone)
    by_month = source.ledger()
    # Of the month in which the first agreement began, the days since then.
    working_days = planned_days(cut.month, since=ground.since, hours=ground.hours, zone=zone)
    return Delivery(
        target=target,
        ledger=by_month,
        credits=_credits(source, today=ground.today),
        working_days=working_days,
        today=min(ground.today, cut.last),
        pace=_pace(cut, target, by_month, working_days, today=ground.today),
        as_of=source.as_of,
    )


def _credits(source: Source, *, today: date) -> list[Credits]:
    """Return the month's credited handovers by tier; of a closed month as they were frozen, whatever came later."""
    cut = source.cut
    # Tiers are all that a closed month keeps apart.
    is_kept = cut.last < today and not replace(cut, tier="").is_part
    frozen = frozen_tiers(cut.month) if is_kept else None
    if frozen is None:
        return source.credits()
    chosen = [tier for tier in frozen if cut.tier in ("", tier.tier)]
    found = [Credits(t.tier, t.points / t.count, t.count, Decimal(0), t.suspended_points) for t in chosen]
    return sorted(found, key=lambda credit: (-credit.count, credit.tier))


def _target_of(month: date, ground: Ground, *, zone: str) -> TargetView:
    signed = Target.objects.filter(month__lte=month, state=Target.State.COUNTERSIGNED).order_by("-month")[:1]
    return view_among(list(signed), ground.versions, month, zone=zone, hours=ground.hours)


def _pace(cut: Cut, target: TargetView, by_month: Ledger, working_days: list[date], *, today: date) -> Pace | None:
    if cut.is_part or not target.points or not working_days:
        return None
    # The day after the last one: nothing is open any more.
    as_of = min(today, cut.last + timedelta(days=1))
    return pace(target.points, by_month.get(cut.month, {}), working_days, as_of)


def _standing(cut: Cut, *, at: datetime, zone: str) -> datetime:
    """Return the moment whose agreement holds for a month: its end, or now while it runs."""
    return min(at, end_of_month(cut.month, zone=zone) - timedelta(microseconds=1))


def _floor(version: AgreementVersion | None) -> Decimal | None:
    floor = version.content.get("floors", {}).get("pipeline_per_euro") if version else None
    return Decimal(str(floor)) if floor else None
