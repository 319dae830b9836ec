"""Months as their page and clients see them: what was promised, what came of it, what was corrected later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from sla.describing import describe
from sla.models import Clock, Month, Subject
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.credit import delivered_in
from sla.queries.month_figures import Correction, corrections_of
from sla.queries.months import closing_day
from sla.words import amount_text, commitment_label, figures_text


@dataclass(frozen=True)
class Verdict:
    """One promise of a month: kept, broken, or still running."""

    clock_id: UUID
    commitment: str
    label: str
    state: str
    promised: str
    # How it came out; empty while it runs.
    text: str
    due_at: datetime
    # The last day that counts for it.
    last_day: date


@dataclass(frozen=True)
class CorrectionLine:
    """What came after the close, and in which month it counts."""

    at: datetime
    points: Decimal
    counted_in: date
    title: str
    url: str


@dataclass(frozen=True)
class MonthLine:
    """One month as lists show it."""

    id: UUID
    month: date
    value: str
    state: str
    target: Decimal | None
    delivered: Decimal
    share: float | None
    verdicts: list[Verdict]
    corrected: Decimal
    corrections: int
    closes_on: date | None
    closed_at: datetime | None
    hash: str

    @property
    def broken(self) -> int:
        """How many promises were broken; excused ones are told apart."""
        return sum(verdict.state == Clock.State.BREACHED for verdict in self.verdicts)

    @property
    def judged(self) -> int:
        """How many promises have a verdict."""
        return sum(verdict.state in {Clock.State.BREACHED, Clock.State.MET} for verdict in self.verdicts)


def month_lines(rows: Iterable[Month], *, zone: str) -> list[MonthLine]:
    """Return finished rows of several months, in as many queries as of one."""
    found = list(rows)
    if not found:
        return []
    clocks = _clocks_of(found)
    delivered = delivered_in(min(row.month for row in found), max(row.month for row in found))
    corrections = corrections_of(row.month for row in found)
    hours = hours_for(calendar_in_force("marketing"))
    return [
        _line(
            row,
            clocks.get(row.subject_id, []),
            delivered.get(row.month, Decimal(0)),
            corrections.get(row.month, []),
            zone=zone,
            closes_on=None if row.state == Month.State.CLOSED else closing_day(row.month, hours),
        )
        for row in found
    ]


def correction_lines(month: date) -> list[CorrectionLine]:
    """Return what was corrected after a month had closed, each named by the app that knows it."""
    found = corrections_of([month]).get(month, [])
    subjects = Subject.objects.filter(pk__in={correction.subject_id for correction in found})
    names = describe(subjects)
    return [
        CorrectionLine(
            at=line.at,
            points=line.points,
            counted_in=line.month,
            title=names[line.subject_id].title,
            url=names[line.subject_id].url,
        )
        for line in found
    ]


def _clocks_of(rows: Sequence[Month]) -> Mapping[UUID, list[Clock]]:
    found: dict[UUID, list[Clock]] = {}
    clocks = Clock.objects.filter(subject__in=[row.subject_id for row in rows])
    for clock in clocks.order_by("due_at", "commitment"):
        found.setdefault(clock.subject_id, []).append(clock)
    return found


def _line(
    row: Month,
    clocks: Sequence[Clock],
    delivered: Decimal,
    corrections: Sequence[Correction],
    *,
    zone: str,
    closes_on: date | None,
) -> MonthLine:
    target = next((clock.amount for clock in clocks if clock.commitment == "volume"), None)
    return MonthLine(
        id=row.pk,
        month=row.month,
        value=f"{row.month:%Y-%m}",
        state=row.state,
        target=target,
        delivered=delivered,
        share=float(delivered * 100 / target) if target else None,
        verdicts=[_verdict(clock, zone) for clock in clocks],
        corrected=sum((correction.points for correction in corrections), Decimal(0)),
        corrections=len(corrections),
        closes_on=closes_on,
        closed_at=row.closed_at,
        hash=row.figures_hash,
    )


def _verdict(clock: Clock, zone: str) -> Verdict:
    label = commitment_label(clock.commitment)
    if clock.commitment == "pace":
        label = _("%(what)s, week %(week)s") % {"what": label, "week": clock.cycle}
    return Verdict(
        clock_id=clock.pk,
        commitment=clock.commitment,
        label=label,
        state=clock.state,
        promised=amount_text(clock.amount, clock.unit),
        text="" if clock.delivered is None else figures_text(clock.amount, clock.delivered, clock.unit),
        due_at=clock.due_at,
        last_day=clock.due_at.astimezone(ZoneInfo(zone)).date(),
    )
