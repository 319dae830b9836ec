"""The reverse funnel: from revenue back to leads, rounded up at every step."""

from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.funnel import Funnel, FunnelInvalid, Rates, reverse_funnel

TENTH = Decimal("0.1")
QUARTER = Decimal("0.25")


def test_divides_step_by_step() -> None:
    found = reverse_funnel(1_000_000, 20_000, Rates(QUARTER, Decimal("0.5"), TENTH))
    assert found == Funnel(customers=50, prospects=200, mqls=400, leads=4000)


def test_rounds_up_before_the_next_step() -> None:
    # 2.1 customers are 3; 3 ÷ 0.4 = 7.5 prospects are 8; 8 ÷ 0.3 = 26.7 MQL are 27.
    found = reverse_funnel(21_000, 10_000, Rates(Decimal("0.4"), Decimal("0.3"), 1))
    assert found == Funnel(customers=3, prospects=8, mqls=27, leads=27)


def test_a_division_without_rest_adds_nobody() -> None:
    # In floating point 3 ÷ 0.1 ÷ 0.1 comes out above 300.
    assert reverse_funnel(3, 1, Rates(TENTH, TENTH, TENTH)) == Funnel(3, 30, 300, 3000)


def test_cents_count() -> None:
    found = reverse_funnel(Decimal("100.01"), Decimal("100.00"), Rates(1, 1, 1))
    assert found.customers == 2


def test_rates_of_one_lose_nobody() -> None:
    assert reverse_funnel(7, 2, Rates(1, 1, 1)) == Funnel(4, 4, 4, 4)


@pytest.mark.parametrize("bad", [0, -1, Decimal("-0.1"), Decimal("1.01"), Decimal("NaN"), 0.5, True, "0.5", None])
@pytest.mark.parametrize("step", ["prospect_to_customer", "mql_to_prospect", "lead_to_mql"])
def test_refuses_a_rate_that_is_no_share(step: str, bad: Any) -> None:
    rates = Rates(**{"prospect_to_customer": TENTH, "mql_to_prospect": TENTH, "lead_to_mql": TENTH, step: bad})
    with pytest.raises(FunnelInvalid) as refusal:
        reverse_funnel(1000, 10, rates)
    assert [(fault.pointer, fault.code) for fault in refusal.value.problems] == [(f"/{step}", "rate_out_of_range")]


@pytest.mark.parametrize("bad", [0, -1, Decimal("Infinity"), 1.5, False])
def test_refuses_amounts_of_nothing(bad: Any) -> None:
    for amounts, field in (((bad, 10), "/revenue_goal"), ((10, bad), "/average_deal")):
        with pytest.raises(FunnelInvalid) as refusal:
            reverse_funnel(*amounts, Rates(1, 1, 1))
        assert [fault.pointer for fault in refusal.value.problems] == [field]


def test_names_all_faults_together() -> None:
    with pytest.raises(FunnelInvalid) as refusal:
        reverse_funnel(0, 0, Rates(0, 0, 0))
    assert len(refusal.value.problems) == 5


rates = st.decimals(Decimal("0.001"), 1, places=3)


@given(st.integers(1, 10**9), st.integers(1, 10**5), rates, rates, rates)
def test_every_step_is_the_least_whole_number_that_suffices(
    goal: int, deal: int, to_customer: Decimal, to_prospect: Decimal, to_mql: Decimal
) -> None:
    found = reverse_funnel(goal, deal, Rates(to_customer, to_prospect, to_mql))
    assert found.customers == ceil(Fraction(goal, deal))
    assert found.prospects == ceil(found.customers / Fraction(to_customer))
    assert found.mqls == ceil(found.prospects / Fraction(to_prospect))
    assert found.leads == ceil(found.mqls / Fraction(to_mql))
