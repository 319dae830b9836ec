"""What a report says: the panels of the joint dashboard for its month, and what its own week brought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dashboards.cards import Kpi, cards
from dashboards.kept_panel import CompliancePanel, compliance_panel
from dashboards.links import Links
from dashboards.panels import (
    FunnelStep,
    PacePanel,
    SpeedPanel,
    funnel,
    pace_panel,
    speed_panel,
)
from dashboards.queries import Cut, MonthFigures, month_figures, team_names
from dashboards.rejection_panel import RejectionPanel, rejection_panel
from dashboards.reports.occasions import WEEKLY, Period
from dashboards.velocity import Velocity, velocity_of, velocity_words
from sla.models import Side
from smarketing.lib.templatetags.ui import number, percent, points
from tenants.models import Organisation


@dataclass(frozen=True)
class Report:
    """A report in the words of its reader, as page, mail and paper print it."""

    kind: str
    period: Period
    organisation: Organisation
    title: str
    month_label: str
    sub: str
    as_of: str
    opening: list[str]
    kpis: list[Kpi]
    pace: PacePanel | None
    compliance: CompliancePanel
    funnel: list[FunnelStep]
    speed: SpeedPanel
    rejections: RejectionPanel
    velocity: Velocity
    quality_url: str


def report_of(kind: str, period: Period, organisation: Organisation, *, at: datetime) -> Report:
    """Return the report of a period as of ``at``."""
    figures = month_figures(Cut(period.month), at=at, zone=organisation.zone)
    return told(kind, period, organisation, figures)


def told(kind: str, period: Period, organisation: Organisation, figures: MonthFigures) -> Report:
    """Return figures in the words of the active language: read once, told to each in theirs."""
    links = Links(organisation.slug, figures.cut)
    month = format_date(figures.cut.month, "F Y")
    pace, velocity = pace_panel(figures), velocity_of(figures, links)
    return Report(
        kind=kind,
        period=period,
        organisation=organisation,
        title=title_of(kind, period),
        month_label=month,
        sub=_("%(month)s so far.") % {"month": month} if kind == WEEKLY else _state(figures),
        as_of=format_date(figures.at.astimezone(ZoneInfo(organisation.zone)), "j F Y, H:i T"),
        opening=[*_opening(kind, period, figures, pace), *velocity_words(velocity)],
        kpis=cards(figures, links),
        pace=pace,
        compliance=compliance_panel(figures, links, team_names()),
        funnel=funnel(figures, links),
        speed=speed_panel(figures, links),
        rejections=rejection_panel(figures, links),
        velocity=velocity,
        quality_url=links.quality(),
    )


def title_of(kind: str, period: Period) -> str:
    """Return the name of a report's period."""
    if kind != WEEKLY:
        return format_date(period.first, "F Y")
    told = {"first": format_date(period.first, "j M"), "last": format_date(period.last, "j M Y")}
    return _("%(first)s to %(last)s") % told


def _state(figures: MonthFigures) -> str:
    if figures.state == "closed":
        return _("The month is closed; what comes later stands in it as a dated correction.")
    return _("The month is not closed yet: decisions and rulings can still move these figures.")


def _opening(kind: str, period: Period, figures: MonthFigures, pace: PacePanel | None) -> list[str]:
    sentences = [_of_the_week(period, figures)] if kind == WEEKLY else []
    if pace is not None:
        sentences.append(_of_the_month(pace, is_over=figures.state in ("past", "closed")))
    share = figures.promises.of(figures.cut.month, Side.SALES)
    if share.share is not None:
        kept = {"share": percent(share.share), "broken": number(share.breached)}
        sentences.append(_("Sales kept %(share)s of its promises that were due, %(broken)s were broken.") % kept)
    return sentences


def _of_the_week(period: Period, figures: MonthFigures) -> str:
    delivered = week_points(period, figures)
    planned = week_plan(period, figures)
    if planned is None:
        return _("The week brought %(points)s points.") % {"points": points(delivered)}
    told = {"points": points(delivered), "planned": points(round(planned, 1))}
    return _("The week brought %(points)s points of %(planned)s planned.") % told


def week_points(period: Period, figures: MonthFigures) -> Decimal:
    """Return the points that came on the days of a period, whichever month they count in."""
    ledgers = figures.delivery.ledger.values()
    return sum((amount for by_day in ledgers for day, amount in by_day.items() if day in period), Decimal(0))


def week_plan(period: Period, figures: MonthFigures) -> Decimal | None:
    """Return the points that the plan asked for on these days; None where it does not know all of them."""
    pace = figures.delivery.pace
    if pace is None or period.first < figures.cut.month:
        return None
    before = [line.planned for line in pace.line if line.day < period.first]
    until = [line.planned for line in pace.line if line.day <= period.last]
    return (until[-1] if until else Decimal(0)) - (before[-1] if before else Decimal(0))


def _of_the_month(pace: PacePanel, *, is_over: bool) -> str:
    told = {"delivered": points(pace.delivered), "target": points(pace.target)}
    if is_over or pace.forecast_end is None:
        return _("Marketing delivered %(delivered)s of %(target)s points.") % told
    told["end"] = points(pace.forecast_end)
    sentence = _("Marketing has delivered %(delivered)s of %(target)s points; at this rate the month ends at %(end)s.")
    return sentence % told
