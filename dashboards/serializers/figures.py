"""The figures for REST clients: numerator, denominator and pending beside every share; points and money as text."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dashboards import formulas
from dashboards.campaign_panel import CampaignLine
from dashboards.formulas import Percentile, Share, Speed
from dashboards.queries import BreachesNow, Cut, Delivery, MonthFigures, months_before
from dashboards.rejection_panel import RejectionRow
from dashboards.trend import TrendMonth, trend_month, trend_of
from leads.periods import CONVERSION_FOR
from sla.models import Side
from sla.queries import Compliance


def kpis(figures: MonthFigures) -> dict[str, Any]:
    """Return all figures of the month."""
    decisions = figures.cohort.decisions
    return {
        **_about(figures),
        "delivered": delivered(figures.delivery, figures.cut.month),
        "handovers": vars(decisions) | {"sent": decisions.sent},
        "gross_acceptance": share(formulas.gross_acceptance(decisions)),
        "net_acceptance": share(formulas.net_acceptance(decisions)),
        "deemed_acceptance": share(formulas.deemed_share(decisions)),
        "compliance": {str(side): _kept(figures, side) for side in (Side.SALES, Side.MARKETING, Side.BOARD)},
        "speed_to_lead": speed(figures.speeds.elapsed),
        "lead_velocity_percent": velocity_of(figures),
        "conversion": _conversion(figures),
        "pipeline": {"amount": money(figures.cohort.pipeline), "opportunities": figures.cohort.opportunities},
        "rejections": [vars(reason) for reason in figures.rejections.reasons],
        "disputed": figures.rejections.disputed,
        "cost": _cost(figures),
        "trend": [_trend_month(month) for month in trend_of(figures)],
        "compared": _trend_month(trend_month(figures, figures.cut.previous)),
    }


def promises(figures: MonthFigures, teams: Mapping[str, str]) -> dict[str, Any]:
    """Return what sales kept of what was due in the month, by commitment and by team."""
    by_commitment, by_team = sorted(figures.promises.by_commitment.items()), figures.promises.by_team
    return {
        "compliance_by_commitment": [{"commitment": key, **kept(found)} for key, found in by_commitment],
        "compliance_by_team": [
            {"team": key or None, "name": teams.get(key, "") if key else None, **kept(by_team[key])}
            for key in sorted(by_team)
        ],
    }


def breached_now(found: BreachesNow) -> dict[str, Any]:
    """Return what is broken at this moment, whatever month it fell in: the newest few and how many."""
    return {
        "total": found.total,
        "newest": [
            {
                "clock": row.id,
                "lead": row.lead_id,
                "side": row.side,
                "commitment": row.commitment,
                "due_at": row.due_at,
                "owner_name": row.owner_name or None,
            }
            for row in found.rows
        ],
    }


def campaigns(lines: Iterable[CampaignLine]) -> list[dict[str, Any]]:
    """Return what each campaign cost and brought in the month; without an id what belongs to none."""
    return [
        {
            "campaign": line.key or None,
            "name": line.name if line.key else None,
            "cost": None if line.cost is None else money(line.cost),
            "mqls": line.sent,
            "accepted_percent": line.accepted,
            "sqls": line.qualified,
            "pipeline": money(line.pipeline),
            "pipeline_per_euro": _ratio(line.ratio),
            "below_floor": line.below,
        }
        for line in lines
    ]


def velocity_of(figures: MonthFigures) -> float | None:
    """Return how much more was handed over than in the month before, whichever month else is compared with."""
    before = figures.cohort_of(months_before(figures.cut.month, 1)).decisions.sent
    return formulas.lead_velocity(
        figures.cohort.decisions.sent, before, is_redefined=figures.cut.month in figures.redefined
    )


def _cost(figures: MonthFigures) -> dict[str, Any]:
    cost = figures.costs.total(figures.cut.month)
    return {
        "booked": None if cost is None else money(cost),
        "pipeline_per_euro": _ratio(formulas.per_cost(figures.cohort.pipeline, cost)),
        "floor": None if figures.floor is None else money(figures.floor),
    }


def _trend_month(found: TrendMonth) -> dict[str, Any]:
    return {
        "month": f"{found.month:%Y-%m}",
        "points": money(found.points),
        "sent": found.sent,
        "gross_acceptance_percent": found.accepted,
        "sales_compliance_percent": found.kept,
        "median_seconds": found.median_seconds,
        "qualified_percent": found.qualified,
        "pipeline": money(found.pipeline),
        "cost": None if found.cost is None else money(found.cost),
        "pipeline_per_euro": _ratio(found.pipeline_per_euro),
    }


def _ratio(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def funnel(figures: MonthFigures) -> dict[str, Any]:
    """Return how many of the cohort came how far."""
    cohort, decisions = figures.cohort, figures.cohort.decisions
    counts = {
        "sent": decisions.sent,
        "accepted": decisions.taken,
        "contacted": cohort.contacted,
        "qualified": cohort.qualified,
        "opportunity": cohort.opportunities,
        "won": cohort.won,
    }
    steps = [
        {"step": step, "count": count, "percent_of_sent": Share(count, decisions.sent).percent}
        for step, count in counts.items()
    ]
    return {
        **_about(figures),
        "mature": figures.is_mature,
        "within_days": CONVERSION_FOR.days,
        "pending": decisions.pending,
        "steps": steps,
    }


def rejections(figures: MonthFigures, by: str, rows: Iterable[RejectionRow]) -> dict[str, Any]:
    """Return what sales sent back, and of whom or why."""
    return {
        **_about(figures),
        "by": by,
        "rejected": share(formulas.rejected_share(figures.cohort.decisions)),
        "disputed": figures.rejections.disputed,
        "rows": [{"key": row.key, "label": row.label if row.key else None, "count": row.count} for row in rows],
    }


def _about(figures: MonthFigures) -> dict[str, Any]:
    return {
        **cut(figures.cut),
        "state": figures.state,
        "as_of": figures.as_of,
        "agreement_version": figures.agreement.number if figures.agreement else None,
    }


def cut(asked: Cut) -> dict[str, Any]:
    """Return which part of the work figures are about, and which month they are compared with."""
    return {
        "month": f"{asked.month:%Y-%m}",
        "compared_month": f"{asked.previous:%Y-%m}",
        "tier": asked.tier or None,
        "team": asked.team,
        "segment": asked.segment or None,
        "campaign": asked.campaign,
        "owner": asked.owner,
    }


def share(found: Share) -> dict[str, Any]:
    """Return a share with what it is made of."""
    return {
        "percent": found.percent,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "pending": found.pending,
    }


def _kept(figures: MonthFigures, side: Side) -> dict[str, Any]:
    return kept(figures.promises.of(figures.cut.month, side))


def kept(found: Compliance) -> dict[str, Any]:
    """Return promises met of those that came due, with what still runs, was excused and was cancelled."""
    neither = {"excused": found.excused, "cancelled": found.cancelled}
    return share(formulas.compliance(found.met, found.breached, found.running)) | neither


def _conversion(figures: MonthFigures) -> dict[str, Any]:
    cohort = figures.cohort
    counts = {"qualified": cohort.qualified, "opportunity": cohort.opportunities, "won": cohort.won}
    steps = {step: share(Share(count, cohort.decisions.sent)) for step, count in counts.items()}
    return {"mature": figures.is_mature, "within_days": CONVERSION_FOR.days, **steps}


def delivered(delivery: Delivery, month: date) -> dict[str, Any]:
    """Return marketing's points of the month against its target."""
    points = delivery.points_of(month)
    target = delivery.target
    return {
        "points": money(points),
        "target": money(target.points) if target.points is not None else None,
        "target_source": target.source,
        "attainment_percent": formulas.attainment(points, target.points),
        "pending_points": money(sum((c.pending_points for c in delivery.credits), Decimal(0))),
        "suspended_points": money(sum((c.suspended_points for c in delivery.credits), Decimal(0))),
        "by_tier": [{"tier": c.tier, "weight": money(c.weight), "count": c.count} for c in delivery.credits],
    }


def pace(delivery: Delivery, asked: Cut) -> dict[str, Any]:
    """Return the month's course; ``pace`` is null without a target or for a part of the leads."""
    found = delivery.pace
    course: Mapping[str, Any] | None = None
    if found is not None:
        forecast = found.forecast
        course = {
            "planned_to_date": _rounded(found.planned_to_date),
            "index": _rounded(found.index),
            "working_days_elapsed": found.days_elapsed,
            "working_days_open": found.days_open,
            "required_per_day": _rounded(found.required_per_day),
            "forecast": {
                "points": _rounded(forecast.points),
                "low": _rounded(forecast.low),
                "high": _rounded(forecast.high),
            }
            if forecast
            else None,
            "at_risk": found.at_risk,
            "evenness": _rounded(found.evenness),
            "days": [
                {"day": p.day, "planned": _rounded(p.planned), "delivered": _rounded(p.delivered)} for p in found.line
            ],
        }
    return {**cut(asked), "as_of": delivery.as_of, "delivered": delivered(delivery, asked.month), "pace": course}


def speed(found: Speed) -> dict[str, Any]:
    """Return a distribution; an infinite percentile has null seconds and says what it is over."""
    return {
        "contacts": found.contacts,
        "untouched": found.untouched,
        "median": _percentile(found.median),
        "p90": _percentile(found.p90),
        "within_hour": share(found.within_hour),
    }


def buckets(found: Speed) -> list[dict[str, Any]]:
    """Return how many first contacts fell into each stretch of time."""
    ends: list[int | None] = [*formulas.BUCKET_ENDS, None]
    return [{"under_seconds": end, "count": count} for end, count in zip(ends, found.buckets, strict=True)]


def _percentile(found: Percentile) -> dict[str, Any]:
    return {"seconds": found.seconds, "over_seconds": found.over}


def money(value: Decimal | float) -> str:
    """Return an amount or points with two places."""
    return f"{value:.2f}"


def _rounded(value: Decimal | None) -> str | None:
    return None if value is None else money(value)
