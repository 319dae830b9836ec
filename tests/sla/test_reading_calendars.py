"""Calendars as content: what is read, written and refused, and at which field."""

from datetime import date
from typing import Any

import pytest

from sla.business_time import (
    CalendarInvalid,
    hours_of,
    parse_calendar,
    standard_calendar,
)


def content(**changes: Any) -> dict[str, Any]:
    return {**standard_calendar("Office", "Europe/Vienna"), **changes}


def problems_of(calendar: Any) -> list[tuple[str, str]]:
    with pytest.raises(CalendarInvalid) as refusal:
        parse_calendar(calendar)
    return [(problem.pointer, problem.code) for problem in refusal.value.problems]


def test_reads_the_calendar_of_the_interface_description() -> None:
    spec = parse_calendar(
        {
            "name": "Sales Vienna",
            "zone": "Europe/Vienna",
            "weekly": {
                "mon": [["09:00", "17:00"]],
                "tue": [["09:00", "12:00"], ["13:00", "17:30"]],
                "sat": [["22:00", "06:00"]],
            },
            "closed": ["2026-12-25"],
            "exceptions": {"2026-12-24": [["09:00", "12:00"]]},
            "holiday_cuts_night_shift": False,
        }
    )
    assert spec.windows_on(date(2026, 1, 6)) == ((540, 720), (780, 1050))
    assert spec.windows_on(date(2026, 1, 10)) == ((1320, 1800),)
    assert spec.windows_on(date(2026, 12, 24)) == ((540, 720),)
    assert spec.windows_on(date(2026, 12, 25)) == ()


def test_writes_what_it_read() -> None:
    given_content = content(
        closed=["2026-12-31"],
        exceptions={"2026-12-24": [["09:00", "12:00"]], "2026-12-30": [["18:00", "02:00"]]},
        holidays={"2026-12-25": "Christmas Day"},
    )
    assert parse_calendar(given_content).as_content() == given_content


def test_the_same_content_is_compiled_once_whatever_the_order_of_its_keys() -> None:
    one = content()
    other = dict(reversed(list(one.items())))
    assert hours_of(one) is hours_of(other)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"zone": "Europe/Wien"}, ("/zone", "zone_unknown")),
        ({"zone": "../etc/passwd"}, ("/zone", "zone_unknown")),
        ({"zone": 3}, ("/zone", "zone_unknown")),
        ({"name": " "}, ("/name", "name_invalid")),
        ({"weekly": {}}, ("/weekly", "no_working_time")),
        ({"weekly": {"mon": []}}, ("/weekly", "no_working_time")),
        ({"weekly": []}, ("/weekly", "object_expected")),
        ({"weekly": {"monday": [["09:00", "17:00"]]}}, ("/weekly/monday", "weekday_unknown")),
        ({"weekly": {"mon": [["09:00", "09:00"]]}}, ("/weekly/mon/0", "window_empty")),
        ({"weekly": {"mon": [["24:00", "08:00"]]}}, ("/weekly/mon/0", "window_empty")),
        ({"weekly": {"mon": [["9:00", "17:00"]]}}, ("/weekly/mon/0/0", "time_invalid")),
        ({"weekly": {"mon": [["09:00", "24:30"]]}}, ("/weekly/mon/0/1", "time_invalid")),
        ({"weekly": {"mon": [["09:00"]]}}, ("/weekly/mon/0", "window_invalid")),
        (
            {"weekly": {"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}},
            ("/weekly/mon", "windows_overlap"),
        ),
        (
            {"weekly": {"mon": [["22:00", "06:00"]], "tue": [["05:00", "09:00"]]}},
            ("/weekly/tue", "windows_overlap"),
        ),
        (
            {"weekly": {"sun": [["22:00", "06:00"]], "mon": [["05:00", "09:00"]]}},
            ("/weekly/mon", "windows_overlap"),
        ),
        ({"closed": ["2026-02-30"]}, ("/closed/0", "date_invalid")),
        ({"closed": ["20260101"]}, ("/closed/0", "date_invalid")),
        ({"closed": "2026-01-01"}, ("/closed", "list_expected")),
        ({"exceptions": {"Monday": []}}, ("/exceptions/Monday", "date_invalid")),
        (
            {"closed": ["2026-12-24"], "exceptions": {"2026-12-24": [["09:00", "12:00"]]}},
            ("/exceptions/2026-12-24", "closed_and_open"),
        ),
        ({"holidays": {"2026-01-01": None}}, ("/holidays/2026-01-01", "holiday_name_invalid")),
        ({"holiday_cuts_night_shift": "no"}, ("/holiday_cuts_night_shift", "flag_invalid")),
        ({"colour": "blue"}, ("/colour", "unknown_field")),
    ],
)
def test_refuses_a_calendar_at_the_field_that_is_wrong(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in problems_of(content(**changes))


def test_names_all_faults_of_a_calendar_together() -> None:
    found = problems_of(content(zone="Mars/Base", weekly={"mon": [["25:00", "26:00"]]}, closed=["soon"]))
    assert {pointer for pointer, _ in found} == {"/zone", "/weekly/mon/0/0", "/weekly/mon/0/1", "/closed/0"}


def test_refuses_what_is_no_object() -> None:
    assert ("", "object_expected") in problems_of([1, 2])


def test_a_fault_is_a_sentence_with_its_value() -> None:
    with pytest.raises(CalendarInvalid) as refusal:
        parse_calendar(content(zone="Mars/Base"))
    assert "Mars/Base" in refusal.value.problems[0].sentence
