"""The tables of the joint dashboard as files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import formulas
from dashboards.cards import SALES
from dashboards.kept_panel import Kept, compliance_panel
from dashboards.panels import funnel, pace_panel, rejection_panel
from dashboards.queries import MonthFigures, months_before, team_names
from dashboards.queries.cut import SPARK_MONTHS
from dashboards.tables.columns import Asked, Column, Table
from sla.access import sees_only_own
from sla.models import Side
from sla.queries import BreachRow, open_breaches
from sla.words import side_label
from smarketing.lib.spreadsheets import Cell

# What one file of open breaches holds at most.
MOST_BREACHES = 10_000
_UNITS = {"percent": "%", "duration": "s", "points": gettext_lazy("points")}


def exact(value: Decimal | float | None, places: int = 4) -> Cell:
    """Return a number as spreadsheets calculate with it; nothing for what is not known."""
    if value is None:
        return None
    number = round(float(value), places)
    return int(number) if number == int(number) else number


@dataclass(frozen=True)
class SideKept:
    """Promises of one kind, with whose they are."""

    side: str
    kept: Kept


def _promises(asked: Asked) -> list[SideKept]:
    panel = compliance_panel(asked.figures, asked.links, team_names())
    rows = [SideKept(SALES, row) for row in (*panel.rows, panel.sales)]
    return [*rows, SideKept("marketing", panel.marketing)] if panel.marketing else rows


@dataclass(frozen=True)
class Bucket:
    """First contacts within one stretch of time."""

    from_seconds: int
    to_seconds: int | None
    count: int
    share: float | None


def _speed(asked: Asked) -> Iterator[Bucket]:
    speed = asked.figures.speeds.elapsed
    starts, ends = (0, *formulas.BUCKET_ENDS), (*formulas.BUCKET_ENDS, None)
    for start, end, count in zip(starts, ends, speed.buckets, strict=True):
        yield Bucket(start, end, count, formulas.Share(count, speed.contacts).percent)


@dataclass(frozen=True)
class Month:
    """One month of the small lines."""

    month: date
    points: Decimal
    sent: int
    accepted: float | None
    kept: float | None
    median_seconds: int | None
    qualified: float | None
    pipeline: Decimal


def _months(asked: Asked) -> Iterator[Month]:
    figures = asked.figures
    for number in reversed(range(SPARK_MONTHS)):
        yield _month(figures, months_before(figures.cut.month, number))


def _month(figures: MonthFigures, month: date) -> Month:
    cohort, kept = figures.cohort_of(month), figures.promises.of(month, Side.SALES)
    return Month(
        month=month,
        points=figures.delivery.points_of(month),
        sent=cohort.decisions.sent,
        accepted=formulas.gross_acceptance(cohort.decisions).percent,
        kept=formulas.compliance(kept.met, kept.breached, kept.running).percent,
        median_seconds=figures.medians.get(month),
        qualified=formulas.Share(cohort.qualified, cohort.decisions.sent).percent,
        pipeline=cohort.pipeline,
    )


def _breached(asked: Asked) -> list[BreachRow]:
    only_own = asked.member if sees_only_own(asked.member) else None
    return list(open_breaches(at=asked.at, zone=asked.organisation.zone, limit=MOST_BREACHES, owner=only_own))


def _pace(asked: Asked) -> list[object]:
    panel = pace_panel(asked.figures)
    return list(panel.table) if panel else []


TABLES: tuple[Table, ...] = (
    Table(
        "headlines",
        gettext_lazy("Headline figures"),
        (
            Column(gettext_lazy("Figure"), lambda card: card.name),
            Column(gettext_lazy("Owner"), lambda card: card.owner),
            Column(gettext_lazy("Value"), lambda card: exact(card.value)),
            Column(gettext_lazy("Unit"), lambda card: str(_UNITS.get(card.kind, card.kind))),
            Column(gettext_lazy("Target"), lambda card: exact(card.of)),
            Column(gettext_lazy("Still open"), lambda card: card.pending),
            Column(gettext_lazy("Counted"), lambda card: card.note),
        ),
        lambda asked: asked.kpis(),
    ),
    Table(
        "pace",
        gettext_lazy("Pace by working day"),
        (
            Column(gettext_lazy("Day"), lambda line: line.date),
            Column(gettext_lazy("Delivered (points)"), lambda line: exact(line.delivered)),
            Column(gettext_lazy("Plan (points)"), lambda line: exact(line.plan)),
            Column(gettext_lazy("Gap (points)"), lambda line: exact(line.gap)),
        ),
        _pace,
    ),
    Table(
        "promises",
        gettext_lazy("Promises kept"),
        (
            Column(gettext_lazy("Side"), lambda row: side_label(row.side)),
            Column(gettext_lazy("Promise"), lambda row: row.kept.name),
            Column(gettext_lazy("Kept"), lambda row: row.kept.met),
            Column(gettext_lazy("Broken"), lambda row: row.kept.breached),
            Column(gettext_lazy("Running"), lambda row: row.kept.running),
            Column(gettext_lazy("Share (%)"), lambda row: exact(row.kept.share)),
        ),
        _promises,
    ),
    Table(
        "funnel",
        gettext_lazy("Funnel"),
        (
            Column(gettext_lazy("Stage"), lambda step: step.name),
            Column(gettext_lazy("Leads"), lambda step: step.count),
            Column(gettext_lazy("Of all (%)"), lambda step: exact(step.share)),
            Column(gettext_lazy("Too early to judge"), lambda step: _("yes") if step.immature else _("no")),
        ),
        lambda asked: funnel(asked.figures, asked.links),
    ),
    Table(
        "speed",
        gettext_lazy("Speed to lead"),
        (
            Column(gettext_lazy("From (s)"), lambda bucket: bucket.from_seconds),
            Column(gettext_lazy("Under (s)"), lambda bucket: bucket.to_seconds),
            Column(gettext_lazy("First contacts"), lambda bucket: bucket.count),
            Column(gettext_lazy("Share (%)"), lambda bucket: exact(bucket.share)),
        ),
        _speed,
    ),
    Table(
        "rejections",
        gettext_lazy("Rejections by reason"),
        (
            Column(gettext_lazy("Reason"), lambda row: row.label),
            Column(gettext_lazy("Class"), lambda row: row.reason_class),
            Column(gettext_lazy("Leads"), lambda row: row.count),
        ),
        lambda asked: rejection_panel(asked.figures, asked.links).rows,
    ),
    Table(
        "breached",
        gettext_lazy("Breached now"),
        (
            Column(gettext_lazy("Lead"), lambda row: row.title),
            Column(gettext_lazy("Company"), lambda row: row.sub),
            Column(gettext_lazy("Promise"), lambda row: row.label),
            Column(gettext_lazy("Side"), lambda row: side_label(row.side)),
            Column(gettext_lazy("Owner"), lambda row: row.owner_name),
            Column(gettext_lazy("Due (UTC)"), lambda row: row.due_at),
            Column(gettext_lazy("Late (s)"), lambda row: row.late_seconds),
        ),
        _breached,
    ),
    Table(
        "months",
        gettext_lazy("Month by month"),
        (
            Column(gettext_lazy("Month"), lambda row: f"{row.month:%Y-%m}"),
            Column(gettext_lazy("Delivered (points)"), lambda row: exact(row.points)),
            Column(gettext_lazy("Leads sent"), lambda row: row.sent),
            Column(gettext_lazy("Accepted by sales (%)"), lambda row: exact(row.accepted)),
            Column(gettext_lazy("Promises kept by sales (%)"), lambda row: exact(row.kept)),
            Column(gettext_lazy("Median speed to lead (s)"), lambda row: row.median_seconds),
            Column(gettext_lazy("MQL to SQL (%)"), lambda row: exact(row.qualified)),
            Column(gettext_lazy("Pipeline (currency of the organisation)"), lambda row: exact(row.pipeline, 2)),
        ),
        _months,
    ),
)
