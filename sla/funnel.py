"""The reverse funnel: from a revenue goal back to the leads that it needs.

Every step is rounded up before the next one begins: nobody wins 0.4 customers.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sla.business_time.problem import Problem, gettext_noop

Number = Decimal | int


class FunnelInvalid(ValueError):
    """The goal cannot be planned; every fault is in `problems`."""

    code = "funnel_invalid"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.sentence for problem in problems))


@dataclass(frozen=True)
class Rates:
    """Share of each step that reaches the next one, above 0 and up to 1."""

    prospect_to_customer: Number
    mql_to_prospect: Number
    lead_to_mql: Number


@dataclass(frozen=True)
class Funnel:
    """How many of each a revenue goal needs."""

    customers: int
    prospects: int
    mqls: int
    leads: int


def reverse_funnel(revenue_goal: Number, average_deal: Number, rates: Rates) -> Funnel:
    """Revenue goal ÷ average deal, then ÷ rate by rate, rounded up at every step."""
    _require_plannable(revenue_goal, average_deal, rates)
    customers = _divided_up(revenue_goal, average_deal)
    prospects = _divided_up(customers, rates.prospect_to_customer)
    mqls = _divided_up(prospects, rates.mql_to_prospect)
    return Funnel(customers, prospects, mqls, _divided_up(mqls, rates.lead_to_mql))


def points_for(mqls: int, points_per_mql: Number) -> int:
    """Weighted points of so many MQL, in whole points, rounded up."""
    _require_positive("points_per_mql", points_per_mql)
    return _divided_up(mqls, Fraction(1) / Fraction(points_per_mql))


def _require_positive(name: str, amount: Number) -> None:
    if not _is_number(amount) or amount <= 0:
        text = gettext_noop("Give a number greater than zero.")
        raise FunnelInvalid([Problem(f"/{name}", "amount_not_positive", text)])


def _require_plannable(revenue_goal: Number, average_deal: Number, rates: Rates) -> None:
    problems = []
    for name, amount in (("revenue_goal", revenue_goal), ("average_deal", average_deal)):
        if not _is_number(amount) or amount <= 0:
            text = gettext_noop("Give an amount greater than zero.")
            problems.append(Problem(f"/{name}", "amount_not_positive", text))
    for name, rate in vars(rates).items():
        if not _is_number(rate) or not 0 < rate <= 1:
            text = gettext_noop("Give a rate greater than 0 and up to 1.")
            problems.append(Problem(f"/{name}", "rate_out_of_range", text))
    if problems:
        raise FunnelInvalid(problems)


def _is_number(value: object) -> bool:
    # A float is no exact share: 0.1 is a little more than a tenth.
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return Decimal(value).is_finite()


def _divided_up(amount: Number, divisor: Number | Fraction) -> int:
    """Division rounded up, in whole numbers, so that no rounding error adds a lead."""
    top, bottom = amount.as_integer_ratio()
    over, under = divisor.as_integer_ratio()
    return -(-(top * under) // (bottom * over))
