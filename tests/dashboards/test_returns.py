"""What came of the money, on an example that can be checked by hand."""

from decimal import Decimal

import pytest

from dashboards.returns import Return

# 2,000 spent; 40 leads handed over, 10 qualified, 2 bought; 12,000 of opportunities, of which 5,000 were won.
SPRING = Return(Decimal(2000), 40, 10, 2, Decimal(12000), Decimal(5000))


def test_counted_by_hand() -> None:
    assert SPRING.cost_per_mql == 50
    assert SPRING.cost_per_sql == 200
    assert SPRING.cost_per_customer == 1000
    # 3,000 more than the 2,000 that were spent.
    assert SPRING.roi == 150
    assert SPRING.pipeline_per_euro == 6


def test_a_loss_is_told_as_one() -> None:
    assert Return(Decimal(2000), 40, won=Decimal(500)).roi == -75
    assert Return(Decimal(2000), 40).roi == -100


@pytest.mark.parametrize("cost", ["0", "-100"])
def test_is_empty_where_nothing_was_spent(cost: str) -> None:
    free = Return(Decimal(cost), 40, 10, 2, Decimal(12000), Decimal(5000))
    told = (free.cost_per_mql, free.cost_per_sql, free.cost_per_customer, free.roi, free.pipeline_per_euro)
    assert told == (None,) * 5
    assert not free.is_below(Decimal(5))


def test_is_empty_where_nothing_came() -> None:
    wasted = Return(Decimal(2000))
    assert (wasted.cost_per_mql, wasted.cost_per_sql, wasted.cost_per_customer) == (None, None, None)
    assert wasted.pipeline_per_euro == 0


@pytest.mark.parametrize(("floor", "below"), [("5.99", False), ("6", False), ("6.01", True)])
def test_the_floor_itself_is_enough(floor: str, below: bool) -> None:
    assert SPRING.is_below(Decimal(floor)) is below
    assert not SPRING.is_below(None)


def test_adds_up() -> None:
    both = SPRING + Return(Decimal(1000), 5, 5, 1, Decimal(3000), Decimal(1000))
    assert both == Return(Decimal(3000), 45, 15, 3, Decimal(15000), Decimal(6000))
    assert both.pipeline_per_euro == 5
