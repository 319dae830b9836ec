"""The tables of some months: campaign return, criteria, revenue, and months as they were judged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.criteria_page import Finding, findings, verdict_word
from dashboards.lift import Effect
from dashboards.money_page import floor_of
from dashboards.queries.campaign_return import FIRST, CampaignReturn, ReturnAsked, campaign_returns
from dashboards.queries.quality import quality
from dashboards.queries.revenue import RevenueMonth, revenue
from dashboards.tables.columns import Asker, Column, Table, exact
from sla.models import AgreementVersion, Month
from sla.queries.month_page import MonthLine, month_lines
from smarketing.lib.spreadsheets import Cell


@dataclass(kw_only=True)
class PeriodAsked(Asker):
    """Some months, both included, and what else a report is chosen by."""

    first: date
    last: date
    touch: str = FIRST
    version: AgreementVersion | None = None

    @property
    def about(self) -> str:
        """The months."""
        return f"{self.first:%Y-%m}-{self.last:%Y-%m}"

    @property
    def zone(self) -> str:
        """The zone in which months are counted."""
        return self.organisation.zone


@dataclass(frozen=True)
class Returned:
    """A campaign beside the agreed floor."""

    row: CampaignReturn
    floor: Decimal | None


def _returns(asked: PeriodAsked) -> Iterator[Returned]:
    floor = floor_of(asked.last, zone=asked.zone)
    chosen = ReturnAsked(asked.first, asked.last, asked.touch)
    for row in campaign_returns(chosen, at=asked.at, zone=asked.zone):
        yield Returned(row, floor)


def _criteria(asked: PeriodAsked) -> list[Finding]:
    if asked.version is None:
        return []
    return findings(asked.version, asked.first, asked.last, at=asked.at, zone=asked.zone)


def _revenue(asked: PeriodAsked) -> list[RevenueMonth]:
    return revenue(asked.first, asked.last, zone=asked.zone).months


def _months(asked: PeriodAsked) -> list[MonthLine]:
    rows = Month.objects.filter(month__range=(asked.first, asked.last)).order_by("month")
    return month_lines(rows, zone=asked.zone)


def _yes(value: bool) -> Cell:
    return _("yes") if value else _("no")


def _money(line: Returned, name: str) -> Cell:
    return exact(getattr(line.row.figures, name), 2)


# What is told of an effect, under two names: what its column is called differs, what stands in it does not.
_TOLD: tuple[Callable[[Effect], Cell], ...] = (
    lambda effect: effect.having.numerator,
    lambda effect: effect.having.denominator,
    lambda effect: exact(effect.having.percent),
    lambda effect: effect.lacking.numerator,
    lambda effect: effect.lacking.denominator,
    lambda effect: exact(effect.lacking.percent),
    lambda effect: exact(effect.difference),
    lambda effect: exact(effect.interval.low if effect.interval else None),
    lambda effect: exact(effect.interval.high if effect.interval else None),
    lambda effect: exact(effect.lift),
    verdict_word,
)


def _told(headings: Sequence[str | Promise], of: Callable[[Finding], Effect]) -> Iterator[Column]:
    for heading, told in zip(headings, _TOLD, strict=True):
        yield Column(heading, partial(_of_effect, of, told))


def _of_effect(of: Callable[[Finding], Effect], told: Callable[[Effect], Cell], finding: Finding) -> Cell:
    return told(of(finding))


_ACCEPTANCE = (
    gettext_lazy("Accepted with it"),
    gettext_lazy("Decided with it"),
    gettext_lazy("Acceptance with it (%)"),
    gettext_lazy("Accepted without it"),
    gettext_lazy("Decided without it"),
    gettext_lazy("Acceptance without it (%)"),
    gettext_lazy("Difference in acceptance (percentage points)"),
    gettext_lazy("Difference in acceptance, 95 % from"),
    gettext_lazy("Difference in acceptance, 95 % to"),
    gettext_lazy("Lift of acceptance"),
    gettext_lazy("What acceptance says"),
)
_PURCHASE = (
    gettext_lazy("Bought with it"),
    gettext_lazy("Had their time to buy with it"),
    gettext_lazy("Purchase with it (%)"),
    gettext_lazy("Bought without it"),
    gettext_lazy("Had their time to buy without it"),
    gettext_lazy("Purchase without it (%)"),
    gettext_lazy("Difference in purchase (percentage points)"),
    gettext_lazy("Difference in purchase, 95 % from"),
    gettext_lazy("Difference in purchase, 95 % to"),
    gettext_lazy("Lift of purchase"),
    gettext_lazy("What purchase says"),
)

TABLES: tuple[Table, ...] = (
    Table(
        "campaign-return",
        gettext_lazy("Campaign return"),
        (
            Column(gettext_lazy("Campaign"), lambda line: line.row.name or _("No campaign")),
            Column(gettext_lazy("Channel"), lambda line: line.row.channel),
            Column(gettext_lazy("Owner"), lambda line: line.row.owner),
            Column(gettext_lazy("Cost (currency of the organisation)"), lambda line: _money(line, "cost")),
            Column(gettext_lazy("MQLs"), lambda line: line.row.figures.mqls),
            Column(gettext_lazy("Cost per MQL"), lambda line: _money(line, "cost_per_mql")),
            Column(gettext_lazy("SQLs"), lambda line: line.row.figures.sqls),
            Column(gettext_lazy("Cost per SQL"), lambda line: _money(line, "cost_per_sql")),
            Column(gettext_lazy("Customers"), lambda line: line.row.figures.customers),
            Column(gettext_lazy("Cost per customer"), lambda line: _money(line, "cost_per_customer")),
            Column(
                gettext_lazy("Pipeline (currency of the organisation)"),
                lambda line: exact(line.row.figures.pipeline, 2),
            ),
            Column(gettext_lazy("Pipeline per unit of cost"), lambda line: exact(line.row.figures.pipeline_per_euro)),
            Column(gettext_lazy("Won (currency of the organisation)"), lambda line: _money(line, "won")),
            Column(gettext_lazy("ROI (%)"), lambda line: exact(line.row.figures.roi)),
            Column(gettext_lazy("Agreed floor"), lambda line: exact(line.floor)),
            Column(gettext_lazy("Below the agreed floor"), lambda line: _yes(line.row.figures.is_below(line.floor))),
        ),
        _returns,
    ),
    Table(
        "criteria",
        gettext_lazy("Criteria"),
        (
            Column(gettext_lazy("Criterion"), lambda finding: finding.label),
            Column(gettext_lazy("Rule"), lambda finding: finding.sentence),
            Column(gettext_lazy("Required"), lambda finding: _yes(finding.required)),
            Column(gettext_lazy("Leads with it"), lambda finding: finding.met.sent),
            Column(gettext_lazy("Leads without it"), lambda finding: finding.not_met.sent),
            Column(gettext_lazy("Leads of which it was not known"), lambda finding: finding.unknown.sent),
            *_told(_ACCEPTANCE, lambda finding: finding.acceptance),
            *_told(_PURCHASE, lambda finding: finding.purchase),
        ),
        _criteria,
    ),
    Table(
        "revenue",
        gettext_lazy("Revenue"),
        (
            Column(gettext_lazy("Month"), lambda row: f"{row.month:%Y-%m}"),
            Column(gettext_lazy("Customers, marketing-generated"), lambda row: row.marketing.customers),
            Column(gettext_lazy("Won, marketing-generated"), lambda row: exact(row.marketing.amount, 2)),
            Column(gettext_lazy("Target, marketing-generated"), lambda row: exact(row.target.marketing, 2)),
            Column(gettext_lazy("Customers, sales-generated"), lambda row: row.sales.customers),
            Column(gettext_lazy("Won, sales-generated"), lambda row: exact(row.sales.amount, 2)),
            Column(gettext_lazy("Target, sales-generated"), lambda row: exact(row.target.sales, 2)),
            Column(gettext_lazy("Customers"), lambda row: row.total.customers),
            Column(gettext_lazy("Won"), lambda row: exact(row.total.amount, 2)),
            Column(gettext_lazy("Target"), lambda row: exact(row.target.total, 2)),
            Column(gettext_lazy("Median from first touch (s)"), lambda row: row.took.from_touch),
            Column(gettext_lazy("Median from handover (s)"), lambda row: row.took.from_handover),
        ),
        _revenue,
    ),
    Table(
        "quality",
        gettext_lazy("Quality of handovers"),
        (
            Column(gettext_lazy("Month"), lambda row: f"{row.month:%Y-%m}"),
            Column(gettext_lazy("Leads sent"), lambda row: row.decisions.sent),
            Column(gettext_lazy("Growth over the month before (%)"), lambda row: exact(row.velocity)),
            Column(gettext_lazy("Definition changed"), lambda row: _yes(row.is_redefined)),
            Column(gettext_lazy("Decided"), lambda row: row.decisions.decided),
            Column(gettext_lazy("Accepted, rulings included"), lambda row: row.decisions.taken),
            Column(gettext_lazy("Accepted by silence"), lambda row: row.decisions.deemed),
            Column(gettext_lazy("Agreed fields"), lambda row: row.completeness.denominator),
            Column(gettext_lazy("Agreed fields filled"), lambda row: row.completeness.numerator),
            Column(gettext_lazy("Given up as unable to reach"), lambda row: row.attempts.denominator),
            Column(gettext_lazy("Given up after enough attempts"), lambda row: row.attempts.numerator),
            Column(gettext_lazy("Came back"), lambda row: row.returns.returned),
            Column(gettext_lazy("Accepted again within 180 days"), lambda row: row.returns.again),
            Column(gettext_lazy("May still be accepted again"), lambda row: row.returns.pending),
            Column(gettext_lazy("Median answer to a return (s)"), lambda row: row.returns.median_answer_seconds),
            Column(gettext_lazy("Rulings"), lambda row: row.overturned.denominator),
            Column(gettext_lazy("Rulings that overturned"), lambda row: row.overturned.numerator),
            Column(gettext_lazy("Remanded"), lambda row: row.remanded),
        ),
        lambda asked: quality(asked.first, asked.last, at=asked.at, zone=asked.zone),
    ),
    Table(
        "judged-months",
        gettext_lazy("Months as they were judged"),
        (
            Column(gettext_lazy("Month"), lambda line: line.value),
            Column(gettext_lazy("State"), lambda line: _("closed") if line.state == "closed" else _("open")),
            Column(gettext_lazy("Closed at (UTC)"), lambda line: line.closed_at),
            Column(gettext_lazy("Delivered (points)"), lambda line: exact(line.delivered)),
            Column(gettext_lazy("Target (points)"), lambda line: exact(line.target)),
            Column(gettext_lazy("Reached (%)"), lambda line: exact(line.share)),
            Column(gettext_lazy("Promises judged"), lambda line: line.judged),
            Column(gettext_lazy("Promises broken"), lambda line: line.broken),
            Column(gettext_lazy("Corrections later"), lambda line: line.corrections),
            Column(gettext_lazy("Corrected later (points)"), lambda line: exact(line.corrected)),
            Column(gettext_lazy("SHA-256"), lambda line: line.hash),
        ),
        _months,
    ),
)
