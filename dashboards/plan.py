"""A plan from a revenue goal down to leads: own rates where there are enough, typed ones before them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dashboards.formulas import LEAST_CASES, Interval, Share, is_enough, wilson
from dashboards.queries.funnel import Actual, OwnRates
from sla.funnel import Funnel, Rates, points_for, reverse_funnel
from smarketing.lib.errors import FieldError, InvalidInput

STEPS = ("prospect_to_customer", "mql_to_prospect", "lead_to_mql")
TYPED, OWN = "typed", "own"
_HUNDREDTH_OF_PERCENT = Decimal("0.0001")


@dataclass(frozen=True)
class Goal:
    """What somebody plans with; None where their own figures are to be used."""

    month: date
    revenue: Decimal
    average_deal: Decimal | None = None
    prospect_to_customer: Decimal | None = None
    mql_to_prospect: Decimal | None = None
    lead_to_mql: Decimal | None = None
    points_per_mql: Decimal | None = None


@dataclass(frozen=True)
class Rate:
    """One rate of the plan, where it comes from, and what the own cohorts say about it."""

    key: str
    value: Decimal
    source: str
    own: Share
    interval: Interval | None

    @property
    def percent(self) -> Decimal:
        """The rate from 0 to 100."""
        return self.value * 100


@dataclass(frozen=True)
class Plan:
    """A goal with all of its steps."""

    goal: Goal
    average_deal: Decimal
    average_deal_source: str
    rates: Mapping[str, Rate]
    points_per_mql: Decimal
    funnel: Funnel
    points: int


@dataclass(frozen=True)
class Step:
    """One step of the plan beside what the month has brought."""

    key: str
    label: str
    note: str
    planned: Decimal
    actual: Decimal
    is_money: bool

    @property
    def share(self) -> float:
        """Actual of planned, in percent."""
        return float(self.actual * 100 / self.planned)


def plan_for(goal: Goal, own: OwnRates) -> Plan:
    """Return the whole plan; raises InvalidInput naming what is missing or cannot be."""
    errors: list[FieldError] = []
    rates = {key: _rate(key, goal, own, errors) for key in STEPS}
    deal, source = _deal(goal, own, errors)
    per_mql = goal.points_per_mql or own.points_per_mql or Decimal(1)
    if errors:
        raise InvalidInput(errors)
    values = Rates(**{key: rate.value for key, rate in rates.items()})
    funnel = reverse_funnel(goal.revenue, deal, values)
    return Plan(goal, deal, source, rates, per_mql, funnel, points_for(funnel.mqls, per_mql))


def steps_of(plan: Plan, actual: Actual) -> list[Step]:
    """Return plan and actual side by side, from the goal down to the leads that it needs."""
    funnel = plan.funnel
    labels = {
        "revenue": (_("Revenue"), _("won with the month's handovers")),
        "customers": (_("Customers"), _("won within 90 days of handover")),
        "prospects": (_("Prospects (SQL)"), _("qualified by sales within 90 days")),
        "mqls": (_("MQL"), _("handed over to sales")),
        "leads": (_("Leads"), _("came in")),
    }
    planned = {
        "revenue": plan.goal.revenue,
        "customers": Decimal(funnel.customers),
        "prospects": Decimal(funnel.prospects),
        "mqls": Decimal(funnel.mqls),
        "leads": Decimal(funnel.leads),
    }
    return [
        Step(key, label, note, planned[key], Decimal(getattr(actual, key)), key == "revenue")
        for key, (label, note) in labels.items()
    ]


def own_rate(share: Share) -> Decimal | None:
    """Return a rate to plan with, from 0 to 1; None while it stands on too few cases."""
    if not is_enough(share):
        return None
    return (Decimal(share.numerator) / share.denominator).quantize(_HUNDREDTH_OF_PERCENT)


def _rate(key: str, goal: Goal, own: OwnRates, errors: list[FieldError]) -> Rate:
    share: Share = getattr(own, key)
    typed: Decimal | None = getattr(goal, key)
    value = typed if typed is not None else own_rate(share)
    if value is None:
        errors.append(FieldError(f"/{key}", "too_few_cases", _too_few(share)))
    interval = wilson(share.numerator, share.denominator)
    return Rate(key, value or Decimal(1), OWN if typed is None else TYPED, share, interval)


def _deal(goal: Goal, own: OwnRates, errors: list[FieldError]) -> tuple[Decimal, str]:
    if goal.average_deal is not None:
        return goal.average_deal, TYPED
    if own.average_deal is not None and own.deals >= LEAST_CASES:
        return own.average_deal, OWN
    text = _("Give the average deal: %(found)s own deals are too few, %(least)s are needed.")
    values: dict[str, Any] = {"found": own.deals, "least": LEAST_CASES}
    errors.append(FieldError("/average_deal", "too_few_cases", text % values))
    return Decimal(1), OWN


def _too_few(share: Share) -> str:
    text = _("Give this rate: your own figures (%(hits)s of %(cases)s) are too few; %(least)s cases are needed.")
    return text % {"hits": share.numerator, "cases": share.denominator, "least": LEAST_CASES}
