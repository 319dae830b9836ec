"""When a report is due, for whom it is still news, and which days it is about."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reports.occasions import (
    MONTHLY,
    WEEKLY,
    Period,
    Schedule,
    is_news,
    last_due,
    next_due,
    period_of,
)

VIENNA, APIA = ZoneInfo("Europe/Vienna"), ZoneInfo("Pacific/Apia")
MOMENTS = st.integers(0, 10 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
SCHEDULES = st.builds(
    Schedule,
    kind=st.sampled_from([WEEKLY, MONTHLY]),
    hour=st.integers(0, 23),
    zone=st.sampled_from([VIENNA, APIA, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")]),
    weekday=st.integers(0, 6),
    day=st.integers(1, 28),
)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        # Monday 7:00 in Vienna is 6:00 in winter.
        (datetime(2026, 3, 9, 5, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 9, 6, 0, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 3, 15, 22, 59, tzinfo=UTC), date(2026, 3, 9)),
        # And 5:00 in summer.
        (datetime(2026, 3, 30, 5, 0, tzinfo=UTC), date(2026, 3, 30)),
    ],
)
def test_a_week_begins_on_the_readers_own_clock(at: datetime, day: date) -> None:
    assert last_due(Schedule(WEEKLY, 7, VIENNA), at=at) == day


def test_an_hour_that_the_clocks_leave_out_comes_all_the_same() -> None:
    # On 29 March 2026 there is no 2:30 in Vienna.
    sunday = Schedule(WEEKLY, 2, VIENNA, weekday=6)
    assert next_due(sunday, at=datetime(2026, 3, 28, 12, tzinfo=UTC)).astimezone(UTC) == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )
    assert last_due(sunday, at=datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == date(2026, 3, 29)


@given(schedule=SCHEDULES, at=MOMENTS)
def test_every_moment_lies_between_two_occasions(schedule: Schedule, at: datetime) -> None:
    before, after = schedule.moment_on(last_due(schedule, at=at)), next_due(schedule, at=at)
    assert before <= at < after
    assert last_due(schedule, at=after) == after.date()
    longest = 7 if schedule.kind == WEEKLY else 31
    assert (after.date() - before.date()).days <= longest


@pytest.mark.parametrize(
    ("kind", "on", "period"),
    [
        (WEEKLY, date(2026, 6, 1), Period(date(2026, 5, 25), date(2026, 5, 31))),
        (WEEKLY, date(2026, 6, 4), Period(date(2026, 5, 28), date(2026, 6, 3))),
        (MONTHLY, date(2026, 3, 1), Period(date(2026, 2, 1), date(2026, 2, 28))),
        (MONTHLY, date(2026, 1, 28), Period(date(2025, 12, 1), date(2025, 12, 31))),
    ],
)
def test_it_is_about_the_seven_days_or_the_month_before(kind: str, on: date, period: Period) -> None:
    assert period_of(kind, on) == period
    assert period.last in period
    assert on not in period


def test_the_month_of_a_week_is_that_of_its_last_day() -> None:
    assert period_of(WEEKLY, date(2026, 6, 1)).month == date(2026, 5, 1)
    assert period_of(WEEKLY, date(2026, 6, 4)).month == date(2026, 6, 1)


@pytest.mark.parametrize(("kind", "days"), [(WEEKLY, 2), (MONTHLY, 5)])
def test_an_old_one_is_no_news(kind: str, days: int) -> None:
    schedule, due = Schedule(kind, 7, VIENNA), date(2026, 3, 9)
    end = datetime(2026, 3, 9, tzinfo=VIENNA) + timedelta(days=days)
    assert is_news(schedule, due, at=end - timedelta(seconds=1))
    assert not is_news(schedule, due, at=end)
