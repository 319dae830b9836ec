"""The panels of the joint dashboard: pace, compliance, funnel, speed, rejections."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from dashboards import curves, formulas
from dashboards.cards import MARKETING, SALES
from dashboards.formulas import Share, Speed
from dashboards.links import Links
from dashboards.queries import Delivery, MonthFigures
from leads.words import BANDS
from sla.words import tier_label
from smarketing.lib.templatetags.ui import number, percent

LATE_FROM_BUCKET = len(formulas.BUCKET_ENDS)


@dataclass(frozen=True)
class TierCount:
    """Credited handovers of one tier."""

    tier_label: str
    count: int
    weight: Decimal


@dataclass(frozen=True)
class PaceLine:
    """One working day of the table beside the chart."""

    date: date
    delivered: Decimal
    plan: Decimal
    gap: Decimal


@dataclass(frozen=True)
class PacePanel:
    """Delivered points against the plan; series hold cumulative points by day of the month."""

    target: Decimal
    delivered: Decimal
    counts: list[TierCount]
    days_in_month: int
    today: int
    actual: curves.Series
    plan: curves.Series
    previous: curves.Series
    previous_label: str
    forecast: curves.Cone
    forecast_end: Decimal | None
    forecast_low: Decimal | None
    forecast_high: Decimal | None
    needed_per_day: Decimal | None
    rate_per_day: Decimal | None
    index: Decimal | None
    at_risk: bool
    table: list[PaceLine]
    evenness: Decimal | None
    pending: int | Decimal
    suspended: int | Decimal


def pace_panel(figures: MonthFigures) -> PacePanel | None:
    """Return the month's pace, None where there is no target to be on pace for."""
    delivery, cut = figures.delivery, figures.cut
    pace = delivery.pace
    if pace is None:
        return None
    days = monthrange(cut.month.year, cut.month.month)[1]
    today = delivery.today.day if figures.state != "future" else 0
    forecast = pace.forecast
    previous = delivery.ledger.get(cut.previous, {})
    return PacePanel(
        target=pace.target,
        delivered=pace.delivered,
        counts=[TierCount(tier_label(c.tier), c.count, c.weight) for c in delivery.credits],
        days_in_month=days,
        today=today,
        actual=curves.cumulative(delivery.ledger.get(cut.month, {}), until=today),
        plan=curves.planned(pace.target, delivery.working_days, days=days),
        previous=curves.cumulative(previous, until=monthrange(cut.previous.year, cut.previous.month)[1])[:days]
        if previous
        else [],
        previous_label=formats.date_format(cut.previous, "F"),
        forecast=curves.cone(pace, delivery.working_days, today=delivery.today, days=days)
        if figures.state == "open"
        else [],
        forecast_end=forecast.points if forecast else None,
        forecast_low=forecast.low if forecast else None,
        forecast_high=forecast.high if forecast else None,
        needed_per_day=pace.required_per_day,
        rate_per_day=_rate(delivery),
        index=pace.index,
        at_risk=pace.at_risk,
        table=[
            PaceLine(p.day, p.delivered, p.planned, p.delivered - p.planned)
            for p in pace.line
            if p.delivered is not None
        ],
        evenness=pace.evenness,
        pending=_plain(sum((c.pending_points for c in delivery.credits), Decimal(0))),
        suspended=_plain(sum((c.suspended_points for c in delivery.credits), Decimal(0))),
    )


def _rate(delivery: Delivery) -> Decimal | None:
    """Return what a completed working day brought on average: today is not over."""
    pace = delivery.pace
    if pace is None:
        return None
    done = [p for p in pace.line if p.delivered is not None and (p.day < delivery.today or not pace.days_open)]
    return done[-1].delivered / len(done) if done and done[-1].delivered is not None else None


def _plain(value: Decimal) -> int | Decimal:
    return int(value) if value == int(value) else value.normalize()


@dataclass(frozen=True)
class FunnelStep:
    """How many of the cohort came this far; ``note`` stands between this step and the one before."""

    name: str
    owner: str
    count: int
    share: float
    note: str
    url: str
    immature: bool


def funnel(figures: MonthFigures, links: Links) -> list[FunnelStep]:
    """Return the cohort's way from handover to purchase; empty where nothing was sent."""
    cohort, decisions = figures.cohort, figures.cohort.decisions
    if not decisions.sent:
        return []
    young = not figures.is_mature
    untouched = decisions.taken - cohort.contacted
    steps = [
        (_("MQLs sent"), decisions.sent, "", {}, False),
        (_("Accepted"), decisions.taken, _decided_note(figures), {"decision": "accepted"}, decisions.pending > 0),
        (_("Contacted"), cohort.contacted, _contact_note(figures), {"reached": "contacted"}, untouched > 0),
        (_("Qualified (SQL)"), cohort.qualified, _part(cohort.qualified, cohort.contacted, _("%(share)s qualified")),
         {"reached": "qualified"}, young),
        (_("Opportunity"), cohort.opportunities,
         _part(cohort.opportunities, cohort.qualified, _("%(share)s to opportunity")),
         {"reached": "opportunity"}, young),
        (_("Won"), cohort.won, _part(cohort.won, cohort.opportunities, _("%(share)s won so far")),
         {"reached": "won"}, young),
    ]  # fmt: skip
    return [
        FunnelStep(
            name=name,
            owner=SALES if note or position else MARKETING,
            count=count,
            share=count * 100 / decisions.sent,
            note=note,
            url=links.leads(**chosen),
            immature=immature,
        )
        for position, (name, count, note, chosen, immature) in enumerate(steps)
    ]


def _decided_note(figures: MonthFigures) -> str:
    decisions = figures.cohort.decisions
    return _("%(share)s of the decided, %(rejected)s rejected, %(pending)s undecided") % {
        "share": percent(formulas.net_acceptance(decisions).percent),
        "rejected": number(decisions.rejected),
        "pending": number(decisions.pending),
    }


def _contact_note(figures: MonthFigures) -> str:
    taken, contacted = figures.cohort.decisions.taken, figures.cohort.contacted
    if not taken:
        return ""
    share = percent(Share(contacted, taken).percent)
    return _("%(share)s contacted, %(waiting)s waiting") % {"share": share, "waiting": number(taken - contacted)}


def _part(count: int, before: int, sentence: str) -> str:
    return sentence % {"share": percent(Share(count, before).percent)} if before else ""


@dataclass(frozen=True)
class Bucket:
    """First contacts within one stretch of time."""

    label: str
    count: int
    share: float
    late: bool
    url: str = ""


@dataclass(frozen=True)
class Times:
    """Median and 90th percentile; ``over`` is the lower bound of one that is infinite."""

    median_seconds: int | None
    median_over_seconds: int | None
    p90_seconds: int | None
    p90_over_seconds: int | None


@dataclass(frozen=True)
class SpeedPanel:
    """How fast the month's leads were contacted."""

    contacts: int
    untouched: int
    median_seconds: int | None
    median_over_seconds: int | None
    p90_seconds: int | None
    p90_over_seconds: int | None
    within_hour_share: float | None
    business: Times | None
    contacts_url: str
    untouched_url: str
    buckets: list[Bucket] = field(default_factory=list)


def speed_panel(figures: MonthFigures, links: Links) -> SpeedPanel:
    """Return the distribution of first contacts."""
    elapsed, business = figures.speeds.elapsed, figures.speeds.business
    return SpeedPanel(
        contacts=elapsed.contacts,
        untouched=elapsed.untouched,
        **vars(_times(elapsed)),
        within_hour_share=elapsed.within_hour.percent,
        business=_times(business) if business.contacts or business.untouched else None,
        buckets=_buckets(elapsed, links),
        contacts_url=links.leads(reached="touched"),
        untouched_url=links.leads(reached="untouched"),
    )


def _times(speed: Speed) -> Times:
    return Times(speed.median.seconds, speed.median.over, speed.p90.seconds, speed.p90.over)


def _buckets(speed: Speed, links: Links) -> list[Bucket]:
    return [
        Bucket(
            label=str(label),
            count=count,
            share=Share(count, speed.contacts).percent or 0.0,
            late=position >= LATE_FROM_BUCKET,
            url=links.leads(band=str(position)),
        )
        for position, (label, count) in enumerate(zip(BANDS, speed.buckets, strict=True))
    ]
