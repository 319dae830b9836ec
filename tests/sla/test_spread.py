"""Filling a year: the sum is kept, whole points, fair by working days."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sla.spread import as_last_year, by_working_days, same_for_all

MONTHS = [date(2026, number, 1) for number in range(1, 13)]


@given(st.integers(1, 10**6), st.lists(st.integers(0, 23), min_size=1, max_size=12).filter(any))
def test_a_sum_is_spread_without_loss_and_never_more_than_a_point_unfair(total: int, days: list[int]) -> None:
    given_days = dict(zip(MONTHS, days, strict=False))
    shares = by_working_days(Decimal(total), given_days)
    assert sum(shares.values()) == total
    for month, number in given_days.items():
        assert abs(shares[month] - Decimal(total) * number / sum(days)) < 1
        assert shares[month] % 1 == 0


def test_a_broken_sum_keeps_its_hundredths() -> None:
    assert sum(by_working_days(Decimal("10.25"), {MONTHS[0]: 20, MONTHS[1]: 21}).values()) == Decimal("10.25")


def test_no_working_day_gives_nothing() -> None:
    assert by_working_days(Decimal(10), {MONTHS[0]: 0}) == {MONTHS[0]: 0}


def test_the_same_for_all() -> None:
    assert same_for_all(Decimal(500), MONTHS[:2]) == {MONTHS[0]: 500, MONTHS[1]: 500}


def test_as_last_year_leaves_out_what_was_not_there() -> None:
    before = {date(2025, 1, 1): Decimal(400), date(2025, 2, 1): None}
    assert as_last_year(before, MONTHS[:3]) == {MONTHS[0]: 400}
