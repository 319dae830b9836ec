"""The year of targets, as its page shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from sla.business_time import Hours
from sla.models import AgreementVersion, Month, Target
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.credit import counted_in, delivered_in
from sla.queries.months import closing_day, last_day
from sla.queries.targets import signed_versions, view_among
from tenants.models import Membership
from tenants.roles import Role


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
    # When the month can change no more: its closing, or the day on which that is due.
    closes_on: date | None
    at_risk: bool


def targets_of_year(year: int, *, member: Membership, at: datetime, zone: str) -> list[TargetCell]:
    """Return the twelve months of a year as this member sees them."""
    first, last = date(year, 1, 1), date(year, 12, 1)
    # What carries on into the year, and the year itself: the years before it cost nothing.
    carried = Target.objects.filter(month__lt=first, state=Target.State.COUNTERSIGNED).order_by("-month")[:1]
    rows = Target.objects.filter(Q(month__range=(first, last)) | Q(pk__in=carried.values("pk")))
    rows = rows.select_related("proposed_by", "countersigned_by")
    known = _Year(
        targets=list(rows.order_by("month", "proposed_at")),
        versions=signed_versions(),
        months={row.month: row for row in Month.objects.filter(month__range=(first, last))},
        delivered=delivered_in(first, last),
        counts=counted_in(first, last),
        hours=hours_for(calendar_in_force("marketing")),
        today=at.astimezone(ZoneInfo(zone)).date(),
        zone=zone,
    )
    return [_cell(date(year, number, 1), known, member) for number in range(1, 13)]


def months_to_fill(year: int, *, at: datetime, zone: str) -> dict[date, int]:
    """Return the months of a year that are not over, with their working days."""
    today = at.astimezone(ZoneInfo(zone)).date()
    hours = hours_for(calendar_in_force("marketing"))
    months = [date(year, number, 1) for number in range(1, 13)]
    return {month: len(hours.working_days(month, last_day(month))) for month in months if today <= last_day(month)}


def targets_a_year_before(months: Iterable[date], *, zone: str) -> dict[date, Decimal | None]:
    """Return what each of these months had a year before, in one query, by the month of then."""
    before = [month.replace(year=month.year - 1) for month in months]
    if not before:
        return {}
    targets = list(Target.objects.filter(month__lte=max(before), state=Target.State.COUNTERSIGNED))
    versions = signed_versions()
    return {month: view_among(targets, versions, month, zone=zone).points for month in before}


def month_state(month: date, *, at: datetime, zone: str) -> str:
    """Return "future", "open" (the present one), "past" (over, can still change) or "closed"."""
    today = at.astimezone(ZoneInfo(zone)).date()
    return state_on(today, month, hours_for(calendar_in_force("marketing")))


def state_on(today: date, month: date, hours: Hours) -> str:
    """Return the state of a month on a day, by marketing's hours."""
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
    months: Mapping[date, Month]
    delivered: Mapping[date, Decimal]
    counts: Mapping[date, int]
    hours: Hours
    today: date
    zone: str

    def state_of(self, month: date) -> str:
        """Return the state of a month; one that was frozen stays so, whatever its calendar says now."""
        row = self.months.get(month)
        return "closed" if row and row.state == Month.State.CLOSED else state_on(self.today, month, self.hours)

    def count_of(self, month: date) -> int:
        """Return how many handovers count; of a closed month, how many did when it was frozen."""
        row = self.months.get(month)
        if row and row.state == Month.State.CLOSED:
            return sum(tier["count"] for tier in row.figures["by_tier"].values())
        return self.counts.get(month, 0)


def _cell(month: date, known: _Year, member: Membership) -> TargetCell:
    view = view_among(known.targets, known.versions, month, zone=known.zone)
    state = known.state_of(month)
    mine = [target for target in known.targets if target.month == month]
    points = None if state == "future" else known.delivered.get(month, Decimal(0))
    row = known.months.get(month)
    return TargetCell(
        month=f"{month:%Y-%m}",
        label=format_date(month, "F"),
        target=view.points,
        source=view.source,
        proposed=next((_proposal(t, member) for t in mine if t.state == Target.State.PROPOSED), None),
        delivered=points,
        counts=None if state == "future" else known.count_of(month),
        working_days=len(known.hours.working_days(month, last_day(month))),
        share=None if points is None or not view.points else float(points * 100 / view.points),
        state=state,
        may_propose=state in {"open", "future"} and member.has(Role.MARKETING_MANAGER),
        history=history_lines(mine),
        closes_on=closing_day(month, known.hours) if state == "past" else None,
        at_risk=bool(row and row.at_risk_since and state == "open"),
    )


def _proposal(target: Target, member: Membership) -> Proposal:
    return Proposal(
        target_id=target.pk,
        points=target.points,
        by_name=target.proposed_by.name,
        at=target.proposed_at,
        note=target.note,
        may_countersign=member.has(Role.SALES_MANAGER) and member.pk != target.proposed_by_id,
    )


def history_lines(targets: Sequence[Target]) -> list[HistoryLine]:
    """Return who proposed and countersigned what, and what it was before, in order of time."""
    acts = [(target.proposed_at, False, target) for target in targets]
    acts += [(target.countersigned_at, True, target) for target in targets if target.countersigned_at]
    lines, before = [], ""
    for at, signed, target in sorted(acts, key=lambda act: (act[0], act[1])):
        lines.append(_signed_line(at, target, before) if signed else _proposed_line(at, target))
        before = _plain(target.points) if signed else before
    return lines


def _proposed_line(at: datetime, target: Target) -> HistoryLine:
    text = _("proposed %(points)s points") % {"points": _plain(target.points)}
    return HistoryLine(at, target.proposed_by.name, f"{text} ({target.note})" if target.note else text)


def _signed_line(at: datetime, target: Target, before: str) -> HistoryLine:
    name = target.countersigned_by.name if target.countersigned_by else ""
    text = _("countersigned %(points)s points") if not before else _("countersigned: %(before)s → %(points)s points")
    return HistoryLine(at, name, text % {"before": before, "points": _plain(target.points)})


def _plain(points: Decimal) -> str:
    return f"{points.normalize():f}"
