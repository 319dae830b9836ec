"""Each formula on an example that was computed by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.formulas import (
    Change,
    Decisions,
    Percentile,
    Share,
    attainment,
    change,
    compliance,
    deemed_share,
    gross_acceptance,
    is_mature,
    lead_velocity,
    net_acceptance,
    rejected_share,
    speed_to_lead,
)
from leads.periods import CONVERSION_FOR

# 50 sent: 30 accepted, 5 by silence, 7 rejected, 2 of the rejected taken back by the board, 6 to decide.
MONTH = Decisions(accepted=30, deemed=5, rejected=7, overturned=2, pending=6)


def test_decisions_add_up() -> None:
    assert (MONTH.sent, MONTH.decided, MONTH.taken) == (50, 44, 37)


def test_gross_acceptance_counts_an_overturned_rejection_as_rejected() -> None:
    assert gross_acceptance(MONTH) == Share(35, 44, 6)
    assert gross_acceptance(MONTH).percent == pytest.approx(79.545, abs=0.001)


def test_net_acceptance_counts_it_as_accepted() -> None:
    assert net_acceptance(MONTH) == Share(37, 44, 6)


def test_silence_and_rejections_have_their_own_shares() -> None:
    assert deemed_share(MONTH) == Share(5, 44, 6)
    assert rejected_share(MONTH) == Share(9, 44, 6)


def test_nothing_decided_is_no_data_and_not_zero() -> None:
    assert gross_acceptance(Decisions(pending=3)).percent is None
    assert gross_acceptance(Decisions(rejected=3)).percent == 0


def test_compliance_leaves_what_runs_out_of_both() -> None:
    assert compliance(met=18, breached=6, running=40) == Share(18, 24, 40)
    assert compliance(18, 6).percent == 75


def test_attainment_is_weighted_points_of_the_target() -> None:
    assert attainment(Decimal("391"), Decimal("600")) == pytest.approx(65.1667, abs=0.0001)
    assert attainment(Decimal("391"), None) is None


@pytest.mark.parametrize(
    ("present", "before", "expected"), [(120, 100, 20), (80, 100, -20), (5, 0, None), (0, 4, -100)]
)
def test_lead_velocity_is_growth_over_the_month_before(present: int, before: int, expected: float | None) -> None:
    assert lead_velocity(present, before) == expected


def test_a_cohort_is_mature_when_its_last_lead_has_had_its_time() -> None:
    ends_at = datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert not is_mature(ends_at, at=ends_at + CONVERSION_FOR - timedelta(seconds=1))
    assert is_mature(ends_at, at=ends_at + CONVERSION_FOR)


def test_percentiles_are_the_nearest_rank() -> None:
    speed = speed_to_lead([50, 10, 40, 20, 30, 60, 70, 80, 90, 100])
    assert speed.median == Percentile(50)
    assert speed.p90 == Percentile(90)


def test_an_untouched_lead_makes_a_percentile_more_than_what_it_has_waited() -> None:
    # Ten leads: 8 contacted after 1 to 8 minutes, two never, waiting for 3 and 9 minutes so far.
    speed = speed_to_lead([60 * n for n in range(1, 9)], [180, 540])
    assert (speed.contacts, speed.untouched) == (8, 2)
    assert speed.median == Percentile(300)
    # Rank 9 of 1 2 3 3 4 5 6 7 8 9 minutes.
    assert speed.p90 == Percentile(None, over=480)


def test_a_cohort_that_nobody_contacted_has_an_infinite_median() -> None:
    assert speed_to_lead([], [10, 20, 30]).median == Percentile(None, over=20)
    assert speed_to_lead([]).median == Percentile(None)


def test_one_hour_is_within_one_hour_and_untouched_leads_are_not() -> None:
    assert speed_to_lead([3600, 3601], [1]).within_hour == Share(1, 3)


def test_buckets_end_before_their_bound() -> None:
    minutes = [0, 14, 15, 59, 60, 239, 240, 719, 720, 1439, 1440, 90000]
    assert speed_to_lead([60 * n for n in minutes]).buckets == (2, 2, 2, 2, 2, 2)


@given(st.lists(st.integers(0, 10**6)), st.lists(st.integers(0, 10**6)))
def test_an_infinite_percentile_is_over_what_everybody_finished_by_now_would_give(
    took: list[int], ages: list[int]
) -> None:
    speed = speed_to_lead(took, ages)
    assert sum(speed.buckets) == speed.contacts
    for found, percent in ((speed.median, 50), (speed.p90, 90)):
        done = sum(seconds <= found.seconds for seconds in took) if found.seconds is not None else 0
        if found.seconds is not None:
            assert done * 100 >= percent * (len(took) + len(ages))
        elif took or ages:
            assert len(took) * 100 < percent * (len(took) + len(ages))


def test_a_change_knows_which_direction_is_good() -> None:
    assert change(82.0, 80.0, more_is_good=True, flat_under=0.5) == Change(2.0, "good", "up")
    assert change(82.0, 80.0, more_is_good=False, flat_under=0.5) == Change(2.0, "bad", "up")
    assert change(80.0, 82.0, more_is_good=False, flat_under=0.5) == Change(-2.0, "good", "down")


def test_a_small_change_is_flat_and_none_without_both_figures() -> None:
    assert change(80.4, 80.0, more_is_good=True, flat_under=0.5) == Change(pytest.approx(0.4), "flat", "flat")
    assert change(None, 80.0, more_is_good=True, flat_under=0.5) is None
    assert change(80.0, None, more_is_good=True, flat_under=0.5) is None
