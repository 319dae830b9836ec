"""The tables of the joint dashboard as files."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import formulas
from dashboards.campaign_panel import CampaignLine, campaign_lines, campaigns_named
from dashboards.cards import SALES
from dashboards.kept_panel import Kept, compliance_panel
from dashboards.panels import funnel, pace_panel
from dashboards.queries import campaign_names, team_names
from dashboards.queries.rejections import CAMPAIGN, REP
from dashboards.rejection_panel import CLASS, REASON, RejectionRow, rejection_rows, split_of
from dashboards.tables.columns import Asked, Column, Table, exact
from dashboards.trend import trend_of
from sla.access import sees_only_own
from sla.queries import BreachRow, open_breaches
from sla.words import side_label

# What one file of open breaches holds at most.
MOST_BREACHES = 10_000
_UNITS = {"percent": "%", "duration": "s", "points": gettext_lazy("points")}


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


def _campaigns(asked: Asked) -> list[CampaignLine]:
    return campaign_lines(asked.figures, asked.links, campaign_names(campaigns_named(asked.figures)))


def _breached(asked: Asked) -> list[BreachRow]:
    only_own = asked.member if sees_only_own(asked.member) else None
    return list(open_breaches(at=asked.at, zone=asked.organisation.zone, limit=MOST_BREACHES, owner=only_own))


def _rejections(asked: Asked, by: str) -> list[RejectionRow]:
    split = split_of(asked.cut, by, member=asked.member, at=asked.at, zone=asked.organisation.zone)
    return rejection_rows(asked.figures, asked.links, split)


_REJECTED = Column(gettext_lazy("Rejections"), lambda row: row.count)


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
            Column(gettext_lazy("Excused"), lambda row: row.kept.excused),
            Column(gettext_lazy("Cancelled"), lambda row: row.kept.cancelled),
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
        lambda asked: _rejections(asked, REASON),
    ),
    Table(
        "rejections-by-class",
        gettext_lazy("Rejections by kind"),
        (Column(gettext_lazy("Kind"), lambda row: row.label), _REJECTED),
        lambda asked: _rejections(asked, CLASS),
    ),
    Table(
        "rejections-by-campaign",
        gettext_lazy("Rejections by campaign"),
        (Column(gettext_lazy("Campaign"), lambda row: row.label), _REJECTED),
        lambda asked: _rejections(asked, CAMPAIGN),
    ),
    Table(
        "rejections-by-rep",
        gettext_lazy("Rejections by rep"),
        (Column(gettext_lazy("Rep"), lambda row: row.label), _REJECTED),
        lambda asked: _rejections(asked, REP),
    ),
    Table(
        "campaigns",
        gettext_lazy("Campaigns of the month"),
        (
            Column(gettext_lazy("Campaign"), lambda line: line.name),
            Column(gettext_lazy("Cost (currency of the organisation)"), lambda line: exact(line.cost, 2)),
            Column(gettext_lazy("Leads sent"), lambda line: line.sent),
            Column(gettext_lazy("Cost per MQL"), lambda line: exact(line.cost_per_mql, 2)),
            Column(gettext_lazy("Accepted by sales (%)"), lambda line: exact(line.accepted)),
            Column(gettext_lazy("SQLs"), lambda line: line.qualified),
            Column(gettext_lazy("Pipeline (currency of the organisation)"), lambda line: exact(line.pipeline, 2)),
            Column(gettext_lazy("Pipeline per unit of cost"), lambda line: exact(line.ratio)),
            Column(gettext_lazy("Below the agreed floor"), lambda line: _("yes") if line.below else _("no")),
        ),
        _campaigns,
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
        lambda asked: trend_of(asked.figures),
    ),
)
