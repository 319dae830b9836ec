"""The figures for REST clients: numerator, denominator and pending beside every share; points and money as text."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dashboards import formulas
from dashboards.formulas import Percentile, Share, Speed
from dashboards.plan import Plan, Rate, Step, steps_of
from dashboards.queries import Actual, Delivery, MonthFigures
from dashboards.queries.replay import Replay
from dashboards.queries.replay_month import Judged, MonthLine
from dashboards.replay import LEFT_OUT
from leads.periods import CONVERSION_FOR
from sla.models import Side
from tenants.models import Job


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
        "lead_velocity_percent": formulas.lead_velocity(
            decisions.sent, figures.cohort_of(figures.cut.previous).decisions.sent
        ),
        "conversion": _conversion(figures),
        "pipeline": {"amount": money(figures.cohort.pipeline), "opportunities": figures.cohort.opportunities},
        "rejections": [vars(reason) for reason in figures.rejections.reasons],
        "disputed": figures.rejections.disputed,
    }


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


def _about(figures: MonthFigures) -> dict[str, Any]:
    return {
        "month": f"{figures.cut.month:%Y-%m}",
        "tier": figures.cut.tier or None,
        "state": figures.state,
        "as_of": figures.at,
        "agreement_version": figures.agreement.number if figures.agreement else None,
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
    kept = figures.promises.of(figures.cut.month, side)
    return share(formulas.compliance(kept.met, kept.breached, kept.running)) | {"excused": kept.excused}


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


def pace(delivery: Delivery, month: date) -> dict[str, Any]:
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
    return {"month": f"{month:%Y-%m}", "delivered": delivered(delivery, month), "pace": course}


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


def money(value: Decimal) -> str:
    """Return an amount or points with two places."""
    return f"{value:.2f}"


def _rounded(value: Decimal | None) -> str | None:
    return None if value is None else money(value)


def plan(made: Plan, actual: Actual) -> dict[str, Any]:
    """Return a plan with the source of every figure, and plan and actual side by side."""
    return {
        "month": f"{made.goal.month:%Y-%m}",
        "revenue_goal": money(made.goal.revenue),
        "average_deal": {"amount": money(made.average_deal), "source": made.average_deal_source},
        "rates": {key: _rate(rate) for key, rate in made.rates.items()},
        "points_per_mql": money(made.points_per_mql),
        "customers": made.funnel.customers,
        "prospects": made.funnel.prospects,
        "mqls": made.funnel.mqls,
        "leads": made.funnel.leads,
        "points": made.points,
        "steps": [
            {"step": step.key, "planned": _amount(step.planned, step), "actual": _amount(step.actual, step)}
            for step in steps_of(made, actual)
        ],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    interval = rate.interval
    return {
        "rate": f"{rate.value.normalize():f}",
        "source": rate.source,
        "own": share(rate.own),
        "interval_percent": {"low": round(interval.low, 2), "high": round(interval.high, 2)} if interval else None,
    }


def _amount(value: Decimal, step: Step) -> str | int:
    return money(value) if step.is_money else int(value)


def replay(job: Job, found: Replay | None) -> dict[str, Any]:
    """Return how far a replay is, and what it found: per promise what became of it, and what would have."""
    body: dict[str, Any] = {
        "id": job.pk,
        "state": job.state,
        "month": job.params["month"][:7],
        "done": job.done,
        "total": job.total,
        "result": None,
    }
    if found is not None:
        body["result"] = {
            "handovers": found.handovers,
            "points": {"then": str(found.points_then), "now": str(found.points_now), "promised": found.target_now},
            "commitments": [
                {"commitment": line.commitment, "tier": line.tier or None, "then": line.then, "now": line.now}
                for line in found.lines
            ],
            "figures": [_figure(line) for line in found.figures],
            "left_out": list(LEFT_OUT),
            "differing": found.differing,
            "differences": [
                {
                    "lead": row.lead.lead_id,
                    "commitment": row.commitment,
                    "then": row.then,
                    "now": row.now,
                    "due_then": row.due_then,
                    "due_now": row.due_now,
                }
                for row in found.differences
            ],
        }
    return body


def _figure(line: MonthLine) -> dict[str, Any]:
    def judged(figure: Judged) -> dict[str, Any]:
        places = None if figure.delivered is None else f"{round(figure.delivered, 4).normalize():f}"
        return {"outcome": figure.kind, "promised": _plain(figure.promised), "delivered": places}

    return {
        "commitment": line.commitment,
        "week": line.week or None,
        "unit": line.unit,
        "then": judged(line.then),
        "now": judged(line.now),
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
