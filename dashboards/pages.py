"""What the joint dashboard says around its figures: month, filters, empty state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dashboards.cards import cards
from dashboards.links import Links
from dashboards.panels import compliance_panel, funnel, pace_panel, rejection_panel, speed_panel
from dashboards.queries import Cut, MonthFigures, months_before
from leads.pages import Empty, filter_of
from leads.words import TIERS
from sla.models import Side
from sla.queries import BreachRow, next_month
from tenants.models import Membership

# As far as business time and calendars are known with some sense.
FIRST_YEAR, LAST_YEAR = 2000, 2190


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
    signed_at: datetime | None
    url: str


def month_from(text: str, *, today: date) -> date | None:
    """Return the first day of a month given as 2026-11, the present one for nothing, None for anything else."""
    if not text:
        return today.replace(day=1)
    year, dash, number = text.partition("-")
    if not (dash and len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()):
        return None
    if not (FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(number) <= 12):
        return None
    return date(int(year), int(number), 1)


def joint_context(
    figures: MonthFigures,
    breached: Sequence[BreachRow],
    people: Sequence[Membership],
    *,
    breached_total: int,
    slug: str,
) -> dict[str, Any]:
    """Return the context of dashboards/joint.html."""
    cut, delivery = figures.cut, figures.delivery
    links = Links(slug, cut)
    due = [figures.promises.of(cut.month, side) for side in (Side.SALES, Side.MARKETING)]
    return {
        "month": _month_line(figures, links),
        "agreement": _agreement_line(figures, links),
        "working_day": sum(day <= delivery.today for day in delivery.working_days),
        "working_days": len(delivery.working_days) if figures.state != "future" else 0,
        "filters": _filters(cut, people, slug=slug),
        "updated_at": figures.at,
        "empty": _empty(figures, links),
        "kpis": cards(figures, links),
        "pace": pace_panel(figures),
        "compliance": compliance_panel(figures, links),
        "funnel": funnel(figures, links),
        "speed": speed_panel(figures),
        "rejections": rejection_panel(figures, links),
        "breached": breached,
        "breached_total": breached_total,
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
    return AgreementLine(found.number, found.signed_at, links.agreement()) if found else None


def _filters(cut: Cut, people: Sequence[Membership], *, slug: str) -> list[Any]:
    path = reverse("dashboards:joint", kwargs={"slug": slug})
    given: Mapping[str, str] = {"month": f"{cut.month:%Y-%m}", "tier": cut.tier, "owner": str(cut.owner or "")}
    filters = [filter_of(path, given, "tier", _("Tier"), [(key, str(label)) for key, label in TIERS.items()])]
    if people:
        filters.append(filter_of(path, given, "owner", _("Rep"), [(str(p.pk), p.name) for p in people]))
    return filters


def _empty(figures: MonthFigures, links: Links) -> Empty | None:
    if figures.cohort.decisions.sent or figures.delivery.points_of(figures.cut.month):
        return None
    if figures.cut.tier or figures.cut.owner:
        return Empty(_("The filters hide everything"), _("Nothing fits them this month."), _("Clear"), links.page())
    if figures.state == "future":
        text = _("The month has not begun; below is its plan.")
    else:
        text = _("Once marketing hands over the first lead, both sides see the same numbers here.")
    return Empty(_("No lead was handed over in this month"), text, _("Targets"), links.targets())
