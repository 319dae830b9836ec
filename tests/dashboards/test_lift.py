"""Shares with and without a criterion: the interval of Newcombe, the lift, and what may be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.formulas import Share
from dashboards.lift import AGAINST, PREDICTS, SAYS_NOTHING, TOO_FEW, Effect, is_useless, newcombe


# Table II of the paper: counts, and the limits that it prints for method 10.
@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_agrees_with_the_paper(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    found = newcombe(Share(*one), Share(*other))
    assert found is not None
    assert (found.low / 100, found.high / 100) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def effect(having: tuple[int, int], lacking: tuple[int, int], least: int = 30) -> Effect:
    return Effect(Share(*having), Share(*lacking), least)


def test_counted_by_hand() -> None:
    # 30 of 40 with it, 20 of 50 without: 75 % against 40 %, 1.875 times as often.
    found = effect((30, 40), (20, 50))
    assert found.difference == 35
    assert found.lift == 1.875
    assert found.verdict == PREDICTS
    assert effect((20, 50), (30, 40)).verdict == AGAINST
    assert effect((20, 50), (21, 50)).verdict == SAYS_NOTHING


@pytest.mark.parametrize("least", [41, 60])
def test_says_nothing_of_too_few(least: int) -> None:
    assert effect((30, 40), (20, 50), least).verdict == TOO_FEW
    assert effect((30, 40), (20, 50), 40).verdict == PREDICTS


@pytest.mark.parametrize(
    ("having", "lacking", "lift"),
    [((0, 40), (0, 50), None), ((5, 40), (0, 50), None), ((0, 40), (5, 50), 0), ((0, 0), (5, 50), None)],
)
def test_there_is_no_lift_over_nothing(having: tuple[int, int], lacking: tuple[int, int], lift: float | None) -> None:
    assert effect(having, lacking).lift == lift


def test_of_nothing_nothing_is_said() -> None:
    found = effect((0, 0), (5, 50), 0)
    assert (found.difference, found.interval, found.verdict) == (None, None, TOO_FEW)


def test_useless_is_what_enough_leads_show_to_tell_neither() -> None:
    nothing, predicts, few = effect((20, 50), (21, 50)), effect((30, 40), (20, 50)), effect((1, 2), (1, 2))
    against = effect((20, 50), (30, 40))
    assert is_useless(nothing, nothing)
    assert is_useless(against, nothing)
    assert not is_useless(nothing, predicts)
    assert not is_useless(predicts, against)
    # Who has not seen enough does not judge.
    assert not is_useless(nothing, few)


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_the_interval_holds_the_difference_and_turns_with_it(m: int, n: int, data: st.DataObject) -> None:
    one, other = Share(data.draw(st.integers(0, m)), m), Share(data.draw(st.integers(0, n)), n)
    found, turned = newcombe(one, other), newcombe(other, one)
    assert found is not None
    assert turned is not None
    assert one.percent is not None
    assert other.percent is not None
    assert -100 - 1e-9 <= found.low <= one.percent - other.percent + 1e-9
    assert one.percent - other.percent - 1e-9 <= found.high <= 100 + 1e-9
    assert (found.low, found.high) == (pytest.approx(-turned.high), pytest.approx(-turned.low))
