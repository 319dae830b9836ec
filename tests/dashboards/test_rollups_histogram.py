"""Durations in growing buckets: how far off a percentile can be, and that histograms merge by addition."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from dashboards.formulas import speed_to_lead
from dashboards.queries.speed import Ages, elapsed, percentile
from dashboards.rollups.histogram import ERROR, RATIO, Histogram, bucket_of, histogram, middle_of

seconds = st.integers(min_value=0, max_value=400 * 24 * 3600)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def of(durations: list[int]) -> Histogram:
    buckets: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for duration in durations:
        n, total = buckets[bucket_of(duration)]
        buckets[bucket_of(duration)] = (n + 1, total + duration)
    return histogram(buckets)


def aged(ages: list[int]) -> Ages:
    return Ages([AT - timedelta(seconds=age) for age in sorted(ages)], at=AT, between=elapsed)


def test_the_error_that_is_stated_is_under_two_and_a_half_percent() -> None:
    assert ERROR < 0.025
    assert isclose((1 + ERROR) ** 2, RATIO)


def test_every_whole_second_lies_in_its_bucket_up_to_a_day() -> None:
    for duration in range(1, 24 * 3600):
        bucket = bucket_of(duration)
        assert RATIO ** (bucket - 1) <= duration < RATIO**bucket
        # Rounded to whole seconds; the bound itself is of the unrounded middle.
        assert abs(middle_of(bucket) - duration) <= duration * ERROR + 0.5


@given(st.lists(seconds, min_size=1, max_size=60))
def test_every_rank_is_told_within_the_error(durations: list[int]) -> None:
    found = of(durations)
    assert found.count == len(durations)
    for rank, true in enumerate(sorted(durations)):
        assert abs(found.at_rank(rank) - true) <= true * ERROR + 0.5


@given(st.lists(seconds, max_size=40), st.lists(seconds, max_size=40))
def test_two_histograms_merge_by_addition(one: list[int], other: list[int]) -> None:
    def counts(durations: list[int]) -> Counter[int]:
        return Counter(map(bucket_of, durations))

    assert counts(one) + counts(other) == counts(one + other)


def test_a_bucket_of_one_value_tells_it_exactly() -> None:
    assert of([3600, 7200, 50_000]).values == [3600, 7200, 50_000]
    assert of([3600, 3601]).values == [middle_of(bucket_of(3600))]


@given(st.lists(seconds, max_size=30), st.lists(seconds, max_size=30), st.sampled_from([50, 90]))
def test_who_waits_enters_percentiles_as_in_the_formula(took: list[int], ages: list[int], percent: int) -> None:
    exact = speed_to_lead(took, ages)
    true = exact.median if percent == 50 else exact.p90
    found = percentile(of(took), aged(ages), percent)
    assert (found.seconds is None, found.over is None) == (true.seconds is None, true.over is None)
    for mine, theirs in ((found.seconds, true.seconds), (found.over, true.over)):
        assert mine is None or theirs is None or abs(mine - theirs) <= theirs * ERROR + 1


def test_the_age_of_who_waits_is_worked_out_only_where_it_is_looked_at() -> None:
    asked: list[datetime] = []

    def between(begin: datetime, end: datetime) -> int:
        asked.append(begin)
        return elapsed(begin, end)

    ages = [minute * 60 for minute in range(10_000)]
    moments = [AT - timedelta(seconds=age) for age in ages]
    found = percentile(of([30, 40]), Ages(moments, at=AT, between=between), 90)
    assert found.over == speed_to_lead([30, 40], ages).p90.over
    assert len(asked) < 200
