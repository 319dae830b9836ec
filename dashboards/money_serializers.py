"""Criteria, return and revenue for REST clients; money as text."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dashboards import formulas
from dashboards.criteria_page import Finding
from dashboards.lift import Effect
from dashboards.quality_page import again_of, whole_of
from dashboards.queries.campaign_return import CampaignReturn, total_of
from dashboards.queries.quality import QualityMonth
from dashboards.queries.revenue import Revenue, RevenueMonth, Took, Won
from dashboards.returns import Return
from dashboards.serializers import money, share


def period(first: date, last: date, *, at: datetime) -> dict[str, Any]:
    """Return the months that figures are of, and as of when."""
    return {"since": f"{first:%Y-%m}", "until": f"{last:%Y-%m}", "as_of": at}


def criterion(found: Finding) -> dict[str, Any]:
    """Return one criterion with what it told."""
    return {
        "key": found.key,
        "kind": found.kind,
        "label": found.label,
        "required": found.required,
        "met": found.met.sent,
        "not_met": found.not_met.sent,
        "unknown": found.unknown.sent,
        "acceptance": effect(found.acceptance),
        "purchase": effect(found.purchase),
        "useless": found.is_useless,
    }


def effect(found: Effect) -> dict[str, Any]:
    """Return a comparison with its interval."""
    interval = found.interval
    return {
        "having": share(found.having),
        "lacking": share(found.lacking),
        "difference_points": _rounded(found.difference),
        "interval_points": {"low": round(interval.low, 2), "high": round(interval.high, 2)} if interval else None,
        "lift": _rounded(found.lift),
        "verdict": found.verdict,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def campaigns(rows: list[CampaignReturn], *, floor: Decimal | None) -> dict[str, Any]:
    """Return every campaign, and all together."""
    return {
        "campaigns": [{"campaign": row.id, "name": row.name, **returned(row.figures, floor=floor)} for row in rows],
        "total": returned(total_of(rows), floor=floor),
    }


def returned(found: Return, *, floor: Decimal | None) -> dict[str, Any]:
    """Return what came of some money."""
    return {
        "cost": money(found.cost),
        "mqls": found.mqls,
        "sqls": found.sqls,
        "customers": found.customers,
        "pipeline": money(found.pipeline),
        "won": money(found.won),
        "cost_per_mql": _amount(found.cost_per_mql),
        "cost_per_sql": _amount(found.cost_per_sql),
        "cost_per_customer": _amount(found.cost_per_customer),
        "roi_percent": _amount(found.roi),
        "pipeline_per_euro": _amount(found.pipeline_per_euro),
        "below_floor": found.is_below(floor),
    }


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else money(value)


def revenue(found: Revenue) -> dict[str, Any]:
    """Return the months, the oldest first."""
    return {"months": [_month(month) for month in found.months], "time_to_customer": _took(found.took)}


def _month(found: RevenueMonth) -> dict[str, Any]:
    return {
        "month": f"{found.month:%Y-%m}",
        "marketing": _earned(found.marketing, found.target.marketing),
        "sales": _earned(found.sales, found.target.sales),
        "total": _earned(found.total, found.target.total),
        "time_to_customer": _took(found.took),
    }


def _earned(won: Won, target: Decimal | None) -> dict[str, Any]:
    return {"customers": won.customers, "amount": money(won.amount), "target": _amount(target)}


def _took(found: Took) -> dict[str, Any]:
    return {"from_first_touch_seconds": found.from_touch, "from_handover_seconds": found.from_handover}


def quality(found: list[QualityMonth]) -> dict[str, Any]:
    """Return the months, the oldest first, and the period as a whole."""
    whole = whole_of(found)
    return {
        "months": [_quality_month(month) for month in found],
        "total": {
            "sent": whole.sent,
            "net_acceptance": share(whole.net),
            "deemed_acceptance": share(whole.silent),
            "completeness": share(whole.completeness),
            "attempt_compliance": share(whole.attempts),
            "recycle_yield": share(whole.again),
            "overturned": share(whole.overturned),
            "remanded": whole.remanded,
        },
    }


def _quality_month(found: QualityMonth) -> dict[str, Any]:
    return {
        "month": f"{found.month:%Y-%m}",
        "sent": found.decisions.sent,
        "lead_velocity_percent": found.velocity,
        "is_redefined": found.is_redefined,
        "gross_acceptance": share(formulas.gross_acceptance(found.decisions)),
        "net_acceptance": share(formulas.net_acceptance(found.decisions)),
        "deemed_acceptance": share(formulas.deemed_share(found.decisions)),
        "completeness": share(found.completeness),
        "attempt_compliance": share(found.attempts),
        "returns_answered": found.returns.answered,
        "return_answer_seconds": found.returns.median_answer_seconds,
        "recycle_yield": share(again_of(found)),
        "overturned": share(found.overturned),
        "remanded": found.remanded,
    }
