"""When meetings come back and which month they look at."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.meetings import RHYTHMS, month_looked_at, next_slot

VIENNA = "Europe/Vienna"


def local(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(VIENNA))


@pytest.mark.parametrize(
    ("slot", "rhythm", "follows"),
    [
        (local(2026, 3, 3), "weekly", local(2026, 3, 10)),
        # Over the change to summer time it stays at ten.
        (local(2026, 3, 24), "weekly", local(2026, 3, 31)),
        (local(2026, 3, 24), "fortnightly", local(2026, 4, 7)),
        (local(2026, 3, 3), "monthly", local(2026, 4, 7)),
        (local(2026, 1, 27), "monthly", local(2026, 2, 24)),
        # A fifth Thursday becomes the last one.
        (local(2026, 1, 29), "monthly", local(2026, 2, 26)),
        (local(2026, 12, 1), "monthly", local(2027, 1, 5)),
    ],
)
def test_the_next_meeting_keeps_weekday_and_time(slot: datetime, rhythm: str, follows: datetime) -> None:
    assert next_slot(slot, rhythm, after=slot, zone=VIENNA) == follows


def test_what_was_missed_in_an_outage_is_not_planned_afterwards() -> None:
    found = next_slot(local(2026, 3, 3), "weekly", after=local(2026, 5, 1), zone=VIENNA)
    assert found == local(2026, 5, 5)


@given(
    st.integers(0, 40 * 366 * 24).map(lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    st.sampled_from(RHYTHMS[1:]),
    st.integers(0, 400),
)
def test_the_next_slot_is_the_first_one_ahead(slot: datetime, rhythm: str, days: int) -> None:
    after = slot + timedelta(days=days)
    found = next_slot(slot, rhythm, after=after, zone=VIENNA)
    assert found > after
    assert found - after <= timedelta(days=42)
    zone = ZoneInfo(VIENNA)
    assert found.astimezone(zone).weekday() == slot.astimezone(zone).weekday()


def test_a_month_that_has_hardly_begun_is_not_looked_at() -> None:
    assert month_looked_at(local(2026, 3, 7), zone=VIENNA) == date(2026, 2, 1)
    assert month_looked_at(local(2026, 3, 8), zone=VIENNA) == date(2026, 3, 1)
