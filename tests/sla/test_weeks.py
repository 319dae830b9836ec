"""Weeks that begin on a day, and what differs between two states of a calendar."""

from datetime import UTC, date, datetime

import pytest

from sla.business_time import BUSINESS_DAYS, CalendarInvalid, Week, due_after, hours_of, parse_calendar
from sla.business_time.changes import changed_hours
from sla.business_time.dated import clear_days, close_days, compare_holidays, set_hours
from tests.sla.calendars import night_shift, std, vienna

EARLY = Week("Europe/Vienna", (((420, 900),),) * 5 + ((), ()))
FROM_JULY = std().spec.with_week(EARLY, first_day=date(2026, 7, 1))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (vienna(6, 29, 9), 8, vienna(6, 29, 17)),
        (vienna(6, 30, 9), 9, vienna(7, 1, 8)),
        (vienna(7, 1, 7), 8, vienna(7, 1, 15)),
        (vienna(6, 30, 17), 1, vienna(7, 1, 8)),
    ],
)
def test_counts_each_day_on_the_week_that_held(start: datetime, hours: int, due: datetime) -> None:
    assert hours_of(FROM_JULY).add(start, hours * 3600) == due


def test_a_business_day_crosses_into_the_new_week_and_ends_at_its_closing() -> None:
    assert due_after(vienna(6, 30, 16), 1, BUSINESS_DAYS, hours_of(FROM_JULY)) == vienna(7, 1, 15)


def test_a_week_in_another_zone_begins_with_its_own_days() -> None:
    york = Week("America/New_York", EARLY.weekly)
    hours = hours_of(std().spec.with_week(york, first_day=date(2026, 7, 1)))
    assert hours.next_opening(vienna(6, 30, 17)) == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert hours.add_days(vienna(6, 30, 16), 1) == datetime(2026, 7, 1, 19, tzinfo=UTC)


def test_content_with_earlier_weeks_is_read_as_it_was_written() -> None:
    assert parse_calendar(FROM_JULY.as_content()) == FROM_JULY
    assert "earlier" not in std().spec.as_content()


def test_a_week_that_changes_nothing_leaves_nothing() -> None:
    assert std().spec.with_week(std().spec.week, first_day=date(2026, 7, 1)) == std().spec
    assert FROM_JULY.with_week(std().spec.week, first_day=date(2026, 7, 1)) == std().spec


def test_a_later_week_keeps_the_ones_between() -> None:
    late = Week("Europe/Vienna", (((600, 1080),),) * 5 + ((), ()))
    spec = FROM_JULY.with_week(late, first_day=date(2026, 8, 1))
    assert [spec.windows_on(date(2026, month, 3 if month < 8 else 4)) for month in (6, 7, 8)] == [
        ((540, 1020),), ((420, 900),), ((600, 1080),),
    ]  # fmt: skip


def test_refuses_earlier_weeks_out_of_order() -> None:
    content = FROM_JULY.as_content()
    with pytest.raises(CalendarInvalid) as refusal:
        parse_calendar({**content, "earlier": content["earlier"] * 2})
    assert [problem.pointer for problem in refusal.value.problems] == ["/earlier/1/until"]


def test_knows_which_days_have_other_hours() -> None:
    before = std().spec
    closed = close_days(before, [date(2026, 6, 1), date(2026, 6, 6)], name="Outing")
    # The 6th is a Saturday: closing it changes no hours.
    assert changed_hours(before, closed).days == (date(2026, 6, 1),)
    assert changed_hours(before, FROM_JULY).weeks_from == date(2026, 7, 1)
    assert not changed_hours(closed, parse_calendar({**closed.as_content(), "name": "Other"}))


def test_a_closure_changes_the_night_shift_before_it() -> None:
    before = night_shift(cut=True).spec
    changed = changed_hours(before, close_days(before, [date(2026, 6, 2)]))
    assert (changed.days, changed.overnight) == ((date(2026, 6, 1), date(2026, 6, 2)), True)
    assert changed.touches(date(2026, 6, 3), date(2026, 6, 3))
    assert not changed.touches(date(2026, 6, 4), date(2026, 6, 9))


def test_closing_keeps_holidays_and_clearing_brings_the_week_back() -> None:
    before = std().spec
    days = [date(2026, 12, 24), date(2026, 12, 25)]
    closed = close_days(before, days, name="Break")
    assert [closed.closure_name(day) for day in days] == ["Break", "Christmas Day"]
    opened = set_hours(closed, days[1:], ((540, 720),))
    assert opened.windows_on(days[1]) == ((540, 720),)
    assert clear_days(opened, days).windows_on(days[1]) == ((540, 1020),)


def test_takes_away_only_what_came_from_the_same_country() -> None:
    spec = close_days(std().spec, [date(2026, 3, 19)], name="Josefitag", source="AT-6")
    spec = close_days(spec, [date(2026, 3, 20)], name="Outing", source="ics")
    rows = compare_holidays(spec, {date(2026, 7, 1): "New"}, source="AT", first_year=2026, last_year=2026)
    assert (rows.added, rows.there) == (((date(2026, 7, 1), "New"),), ())
    assert rows.removed == ((date(2026, 3, 19), "Josefitag"),)
