"""Which target a month has, and the year of targets as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from sla.business_time import Hours
from sla.models import AgreementVersion, Target
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.credit import counted_in, delivered_in
from sla.queries.months import closing_day, end_of_month, last_day, start_of_month, zone_of_organisation
from tenants.models import Membership
from tenants.roles import Role

COUNTERSIGNED, CARRIED, AGREEMENT, NONE = "countersigned", "carried", "agreement", "none"


@dataclass(frozen=True)
class TargetView:
    """The points that a month is measured against, and why.

    "countersigned" for this month, "carried" from the last countersigned one, from the "agreement", or "none".
    """

    points: Decimal | None
    source: str


@dataclass(frozen=True)
class Proposal:
    """A target that waits for the sales manager."""

    target_id: UUID
    points: Decimal
    by_name: str
    at: datetime
    note: str
    may_countersign: bool


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to a month's target."""

    at: datetime
    by_name: str
    text: str


@dataclass(frozen=True)
class TargetCell:
    """One month of the grid."""

    month: str
    label: str
    target: Decimal | None
    source: str
    proposed: Proposal | None
    delivered: Decimal | None
    counts: int | None
    working_days: int
    share: float | None
    state: str
    may_propose: bool
    history: list[HistoryLine]


def target_for(month: date) -> TargetView:
    """Return the target of the month whose first day is given."""
    signed = Target.objects.filter(month__lte=month, state=Target.State.COUNTERSIGNED)
    latest = signed.order_by("-month").first()
    if latest is not None:
        return _from_target(latest, month)
    volume = _volume(_signed_versions(), month, zone=zone_of_organisation())
    return TargetView(volume, NONE if volume is None else AGREEMENT)


def targets_of_year(year: int, *, member: Membership, at: datetime, zone: str) -> list[TargetCell]:
    """Return the twelve months of a year as this member sees them."""
    first, last = date(year, 1, 1), date(year, 12, 1)
    rows = Target.objects.filter(month__lte=last).select_related("proposed_by", "countersigned_by")
    known = _Year(
        targets=list(rows.order_by("month", "proposed_at")),
        versions=_signed_versions(),
        delivered=delivered_in(first, last),
        counts=counted_in(first, last),
        hours=hours_for(calendar_in_force("marketing")),
        today=at.astimezone(ZoneInfo(zone)).date(),
        zone=zone,
    )
    return [_cell(date(year, number, 1), known, member) for number in range(1, 13)]


def agreement_volume(month: date) -> Decimal | None:
    """Return the points that the agreement alone asks for in a month."""
    return _volume(_signed_versions(), month, zone=zone_of_organisation())


def month_state(month: date, *, at: datetime, zone: str) -> str:
    """Return "future", "open" (the present one), "past" (over, can still change) or "closed"."""
    today = at.astimezone(ZoneInfo(zone)).date()
    return _state(month, today, hours_for(calendar_in_force("marketing")))


def _state(month: date, today: date, hours: Hours) -> str:
    if today < month:
        return "future"
    if today <= last_day(month):
        return "open"
    return "closed" if today > closing_day(month, hours) else "past"


@dataclass(frozen=True)
class _Year:
    """What the cells of a year are made of, read once."""

    targets: Sequence[Target]
    versions: Sequence[AgreementVersion]
    delivered: Mapping[date, Decimal]
    counts: Mapping[date, int]
    hours: Hours
    today: date
    zone: str


def _cell(month: date, known: _Year, member: Membership) -> TargetCell:
    view = _view(known.targets, known.versions, month, zone=known.zone)
    state = _state(month, known.today, known.hours)
    mine = [target for target in known.targets if target.month == month]
    points = None if state == "future" else known.delivered.get(month, Decimal(0))
    return TargetCell(
        month=f"{month:%Y-%m}",
        label=format_date(month, "F"),
        target=view.points,
        source=view.source,
        proposed=next((_proposal(t, member) for t in mine if t.state == Target.State.PROPOSED), None),
        delivered=points,
        counts=None if state == "future" else known.counts.get(month, 0),
        working_days=len(known.hours.working_days(month, last_day(month))),
        share=None if points is None or not view.points else float(points * 100 / view.points),
        state=state,
        may_propose=state in {"open", "future"} and member.has(Role.MARKETING_MANAGER),
        history=[line for target in mine for line in _history(target)],
    )


def _view(targets: Sequence[Target], versions: Sequence[AgreementVersion], month: date, *, zone: str) -> TargetView:
    signed = [t for t in targets if t.state == Target.State.COUNTERSIGNED and t.month <= month]
    if signed:
        return _from_target(max(signed, key=lambda target: target.month), month)
    volume = _volume(versions, month, zone=zone)
    return TargetView(volume, NONE if volume is None else AGREEMENT)


def _from_target(target: Target, month: date) -> TargetView:
    return TargetView(target.points, COUNTERSIGNED if target.month == month else CARRIED)


def _signed_versions() -> list[AgreementVersion]:
    return list(AgreementVersion.objects.filter(state=AgreementVersion.State.SIGNED).order_by("starts_at"))


def _volume(versions: Sequence[AgreementVersion], month: date, *, zone: str) -> Decimal | None:
    """Return the volume of the last version in force within the month; the first one may begin in the middle."""
    begin, end = start_of_month(month, zone=zone), end_of_month(month, zone=zone)
    found = [v for v in versions if v.starts_at and v.starts_at < end and (v.ends_at is None or v.ends_at > begin)]
    return Decimal(found[-1].content["volume"]["points_per_month"]) if found else None


def _proposal(target: Target, member: Membership) -> Proposal:
    return Proposal(
        target_id=target.pk,
        points=target.points,
        by_name=target.proposed_by.name,
        at=target.proposed_at,
        note=target.note,
        may_countersign=member.has(Role.SALES_MANAGER) and member.pk != target.proposed_by_id,
    )


def _history(target: Target) -> list[HistoryLine]:
    points = f"{target.points.normalize():f}"
    note = f" ({target.note})" if target.note else ""
    text = _("proposed %(points)s points") % {"points": points}
    lines = [HistoryLine(target.proposed_at, target.proposed_by.name, text + note)]
    if target.countersigned_at and target.countersigned_by:
        text = _("countersigned %(points)s points") % {"points": points}
        lines.append(HistoryLine(target.countersigned_at, target.countersigned_by.name, text))
    return lines
