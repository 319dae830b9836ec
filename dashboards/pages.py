"""What the joint dashboard says around its figures: month, filters, empty state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dashboards.asking import Asking, filters
from dashboards.campaign_panel import campaign_panel, campaigns_named
from dashboards.cards import cards
from dashboards.kept_panel import compliance_panel
from dashboards.links import Links
from dashboards.panels import funnel, pace_panel, speed_panel
from dashboards.queries import BreachesNow, MonthFigures, campaign_names, months_before
from dashboards.rejection_panel import Split, rejection_panel
from dashboards.velocity import velocity_of
from leads.pages import Empty
from sla.models import Side
from sla.queries import next_month


@dataclass(frozen=True)
class MonthLine:
    """The month shown, and its neighbours."""

    label: str
    value: str
    previous_url: str
    next_url: str | None
    closed: bool


@dataclass(frozen=True)
class AgreementLine:
    """The agreement that the month is measured by."""

    version: int
    starts_at: datetime | None
    url: str


def joint_context(
    figures: MonthFigures, breached: BreachesNow, split: Split, asking: Asking, *, slug: str
) -> dict[str, Any]:
    """Return the context of dashboards/joint.html."""
    cut, delivery = figures.cut, figures.delivery
    links = Links(slug, cut, asking.given["rejections_by"])
    campaigns = campaign_names({*campaigns_named(figures), *filter(None, [str(cut.campaign or "")])})
    due = [figures.promises.of(cut.month, side) for side in (Side.SALES, Side.MARKETING)]
    return {
        "month": _month_line(figures, links),
        "agreement": _agreement_line(figures, links),
        "working_day": sum(day <= delivery.today for day in delivery.working_days),
        "working_days": len(delivery.working_days) if figures.state != "future" else 0,
        "filters": filters(asking, figures, campaigns, slug=slug),
        "is_part": cut.is_part,
        "updated_at": figures.as_of,
        "empty": _empty(figures, links),
        "kpis": cards(figures, links),
        "pace": pace_panel(figures),
        "compliance": compliance_panel(figures, links, asking.teams),
        "funnel": funnel(figures, links),
        "velocity": velocity_of(figures, links),
        "quality_url": links.quality(),
        "speed": speed_panel(figures, links),
        "rejections": rejection_panel(figures, links, split, ways=asking.ways),
        "campaigns": campaign_panel(figures, links, campaigns),
        "breached": breached.rows,
        "breached_total": breached.total,
        "breached_total_month": sum(kept.breached for kept in due),
        "breached_url": links.breaches(),
        "needs_targets": delivery.target.points is None,
        "targets_url": links.targets(),
    }


def _month_line(figures: MonthFigures, links: Links) -> MonthLine:
    month = figures.cut.month
    return MonthLine(
        label=format_date(month, "F Y"),
        value=f"{month:%Y-%m}",
        previous_url=links.joint(months_before(month, 1)),
        next_url=links.joint(next_month(month)) if figures.state in ("past", "closed") else None,
        closed=figures.state == "closed",
    )


def _agreement_line(figures: MonthFigures, links: Links) -> AgreementLine | None:
    found = figures.agreement
    return AgreementLine(found.number, found.starts_at, links.agreement()) if found else None


def _empty(figures: MonthFigures, links: Links) -> Empty | None:
    if figures.cohort.decisions.sent or figures.delivery.points_of(figures.cut.month):
        return None
    if figures.cut.is_part:
        return Empty(_("The filters hide everything"), _("Nothing fits them this month."), _("Clear"), links.page())
    if figures.state == "future":
        text = _("The month has not begun; below is its plan.")
    else:
        text = _("Once marketing hands over the first lead, both sides see the same numbers here.")
    return Empty(_("No lead was handed over in this month"), text, _("Targets"), links.targets())
