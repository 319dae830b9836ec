"""The plan and the replay of a month for REST clients."""

from decimal import Decimal
from typing import Any

from dashboards.plan import Plan, Rate, Step, steps_of
from dashboards.queries import Actual
from dashboards.queries.replay import Replay
from dashboards.queries.replay_month import Judged, MonthLine
from dashboards.replay import LEFT_OUT
from dashboards.serializers.figures import money, share
from tenants.models import Job


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
