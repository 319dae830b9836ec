"""The six headline cards: a figure, what it is of, and how it moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import formulas
from dashboards.formulas import Change, Share, Speed
from dashboards.links import Links
from dashboards.queries import MonthFigures
from sla.models import Side
from smarketing.lib.templatetags.ui import THIN, duration, number, points, pp, signed

MARKETING, SALES, JOINT = "marketing", "sales", "joint"
# Changes smaller than these say nothing: percentage points, seconds, points, pipeline for each unit of cost.
FLAT_SHARE, FLAT_SECONDS, FLAT_POINTS, FLAT_RATIO = 0.5, 60, 1, 0.05


@dataclass(frozen=True)
class Kpi:
    """One card, as the page prints it."""

    key: str
    name: str
    owner: str
    kind: str
    value: Decimal | float | None
    note: str
    url: str
    spark: list[float]
    of: Decimal | None = None
    pending: int | None = None
    pending_label: str = ""
    delta_text: str = ""
    tone: str = "flat"
    direction: str = "flat"
    basis: str = ""


def cards(figures: MonthFigures, links: Links) -> list[Kpi]:
    """Return the six cards in their order."""
    return [
        _delivered(figures, links),
        _acceptance(figures, links),
        _compliance(figures, links),
        _speed(figures, links),
        _conversion(figures, links),
        _pipeline(figures, links),
    ]


def _shown_months(figures: MonthFigures) -> list[date]:
    return figures.cut.shown


def _than(figures: MonthFigures) -> str:
    return _("than %(month)s") % {"month": formats.date_format(figures.cut.previous, "M")}


def _delivered(figures: MonthFigures, links: Links) -> Kpi:
    delivery = figures.delivery
    credits = delivery.credits
    pace = delivery.pace
    count = sum(credit.count for credit in credits)
    gap = formulas.change(
        float(pace.delivered) if pace else None,
        float(pace.planned_to_date) if pace else None,
        more_is_good=True,
        flat_under=FLAT_POINTS,
    )
    open_points = sum((credit.pending_points + credit.suspended_points for credit in credits), Decimal(0))
    card = Kpi(
        key="delivered",
        name=_("MQLs delivered"),
        owner=MARKETING,
        kind="points",
        value=delivery.points_of(figures.cut.month),
        of=delivery.target.points if pace else None,
        note=ngettext("%(n)s lead", "%(n)s leads", count) % {"n": number(count)},
        pending=int(open_points) or None,
        pending_label=ngettext("point not final", "points not final", int(open_points)),
        url=links.leads(counted="yes"),
        spark=[float(delivery.points_of(month)) for month in _shown_months(figures)],
        basis=_("the plan") if gap and gap.tone != "flat" else "",
    )
    return moved(card, gap, _gap_text(gap))


def _gap_text(gap: Change | None) -> str:
    if gap is None:
        return ""
    if gap.tone == "flat":
        return _("on plan")
    sentence = _("%(points)s ahead") if gap.value > 0 else _("%(points)s behind")
    return sentence % {"points": points(abs(round(gap.value)))}


def moved(card: Kpi, change: Change | None, text: str) -> Kpi:
    """Return the card with its change; without something to compare that place stays empty."""
    if change is None:
        return card
    return replace(card, delta_text=text, tone=change.tone, direction=change.direction)


def _acceptance(figures: MonthFigures, links: Links) -> Kpi:
    share = formulas.gross_acceptance(figures.cohort.decisions)
    before = formulas.gross_acceptance(figures.cohort_of(figures.cut.previous).decisions)
    card = Kpi(
        key="acceptance",
        name=_("Accepted by sales"),
        owner=SALES,
        kind="percent",
        value=share.percent,
        note=_of_decided(share),
        pending=share.pending or None,
        pending_label=_("undecided"),
        url=links.leads(decision="by_sales"),
        spark=_percents(
            [formulas.gross_acceptance(figures.cohort_of(month).decisions) for month in _shown_months(figures)]
        ),
    )
    return _compared(card, figures, share, before)


def _of_decided(share: Share) -> str:
    return _("%(n)s of %(all)s decided") % {"n": number(share.numerator), "all": number(share.denominator)}


def _percents(shares: Sequence[Share]) -> list[float]:
    return [share.percent for share in shares if share.percent is not None]


def _compared(card: Kpi, figures: MonthFigures, share: Share, before: Share) -> Kpi:
    """Return the card of a share with its change against the month before."""
    change = formulas.change(share.percent, before.percent, more_is_good=True, flat_under=FLAT_SHARE)
    if change is None:
        return card
    return replace(moved(card, change, pp(change.value)), basis=_than(figures))


def _compliance(figures: MonthFigures, links: Links) -> Kpi:
    share = _kept(figures, figures.cut.month)
    card = Kpi(
        key="compliance",
        name=_("Promises kept by sales"),
        owner=SALES,
        kind="percent",
        value=share.percent,
        note=_("%(n)s of %(all)s due") % {"n": number(share.numerator), "all": number(share.denominator)},
        pending=share.pending or None,
        pending_label=_("running"),
        url=links.leads(promise="met", side=SALES),
        spark=_percents([_kept(figures, month) for month in _shown_months(figures)]),
    )
    return _compared(card, figures, share, _kept(figures, figures.cut.previous))


def _kept(figures: MonthFigures, month: date) -> Share:
    kept = figures.promises.of(month, Side.SALES)
    return formulas.compliance(kept.met, kept.breached, kept.running)


def _speed(figures: MonthFigures, links: Links) -> Kpi:
    speed = figures.speeds.elapsed
    median = speed.median.seconds
    change = formulas.change(
        median, figures.medians.get(figures.cut.previous), more_is_good=False, flat_under=FLAT_SECONDS
    )
    card = Kpi(
        key="speed",
        name=_("Median speed to lead"),
        owner=SALES,
        kind="duration",
        value=median,
        note=_contacts_note(speed),
        pending=speed.untouched or None,
        pending_label=_("untouched"),
        url=links.leads(reached="touched"),
        spark=[float(figures.medians[month]) for month in _shown_months(figures) if month in figures.medians],
        basis=_than(figures) if change else "",
    )
    return moved(card, change, _pace_text(change))


def _contacts_note(speed: Speed) -> str:
    if speed.median.over is not None:
        return _("more than %(time)s so far") % {"time": duration(speed.median.over)}
    contacts = ngettext("%(n)s first contact", "%(n)s first contacts", speed.contacts)
    return contacts % {"n": number(speed.contacts)}


def _pace_text(change: Change | None) -> str:
    if change is None or change.tone == "flat":
        return _("as fast")
    sentence = _("%(time)s slower") if change.value > 0 else _("%(time)s faster")
    return sentence % {"time": duration(abs(change.value))}


def _conversion(figures: MonthFigures, links: Links) -> Kpi:
    share, before = _converted(figures, figures.cut.month), _converted(figures, figures.cut.previous)
    card = Kpi(
        key="conversion",
        name=_("MQL to SQL"),
        owner=JOINT,
        kind="percent",
        value=share.percent,
        note=_("%(n)s of %(all)s sent") % {"n": number(share.numerator), "all": number(share.denominator)},
        url=links.leads(reached="qualified"),
        spark=_percents([_converted(figures, month) for month in _shown_months(figures)]),
    )
    if not figures.is_mature:
        # Leads of this month have had less time than those of the month before.
        return replace(card, basis=_("too early to compare"))
    return _compared(card, figures, share, before)


def _converted(figures: MonthFigures, month: date) -> Share:
    cohort = figures.cohort_of(month)
    return Share(cohort.qualified, cohort.decisions.sent)


def _pipeline(figures: MonthFigures, links: Links) -> Kpi:
    """Return pipeline per euro; without booked costs, or of a part that has none of its own, the pipeline itself."""
    cost = figures.costs.total(figures.cut.month)
    if not cost:
        return _pipeline_alone(figures, links)
    ratio, before = _per_cost(figures, figures.cut.month), _per_cost(figures, figures.cut.previous)
    change = formulas.change(ratio, before, more_is_good=True, flat_under=FLAT_RATIO)
    told = {"pipeline": number(figures.cohort.pipeline), "cost": number(cost)}
    note = _("%(pipeline)s for %(cost)s") % told
    if figures.floor is not None:
        note += ", " + _("agreed floor %(floor)s") % {"floor": f"{number(figures.floor, 1)}{THIN}×"}
    ratios = [_per_cost(figures, month) for month in _shown_months(figures)]
    card = Kpi(
        key="value",
        name=_("Pipeline per euro"),
        owner=JOINT,
        kind="ratio",
        value=ratio,
        note=note,
        url=links.leads(reached="opportunity"),
        spark=[found for found in ratios if found is not None],
        basis=_than(figures) if change else "",
    )
    return moved(card, change, _times_text(change))


def _per_cost(figures: MonthFigures, month: date) -> float | None:
    return formulas.per_cost(figures.cohort_of(month).pipeline, figures.costs.total(month))


def _times_text(change: Change | None) -> str:
    return _("as much") if change is None or change.tone == "flat" else f"{signed(change.value, 1)}{THIN}×"


def _pipeline_alone(figures: MonthFigures, links: Links) -> Kpi:
    cohort = figures.cohort
    opportunities = ngettext("%(n)s opportunity", "%(n)s opportunities", cohort.opportunities)
    has_costs = figures.costs.by_month is not None
    return Kpi(
        key="value",
        name=_("Pipeline"),
        owner=JOINT,
        kind="money",
        value=cohort.pipeline if cohort.decisions.sent else None,
        note=opportunities % {"n": number(cohort.opportunities)},
        url=links.leads(reached="opportunity"),
        spark=[float(figures.cohort_of(month).pipeline) for month in _shown_months(figures)],
        basis=_("no cost booked this month") if has_costs else _("costs are booked for campaigns only"),
    )
