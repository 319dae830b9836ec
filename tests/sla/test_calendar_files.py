"""Calendar files from outside: which days they close, what is left out, and that hostile ones end soon."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time.calendar_file import LARGEST_BYTES, CalendarFileInvalid, FileDays, read_calendar_file
from sla.business_time.recurrence import WEEKDAYS, NotUnderstood, read_recurrence

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def event(*lines: str, start: str = "20260602", name: str = "Outing") -> str:
    begin = f"DTSTART;VALUE=DATE:{start}"
    return "\r\n".join(["BEGIN:VEVENT", f"SUMMARY:{name}", begin, *lines, "END:VEVENT"])


def read(*events: str) -> FileDays:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])
    return read_calendar_file(text.encode(), first=FIRST, last=LAST)


def days(found: FileDays) -> list[str]:
    return [day.isoformat() for day, _name in found.days]


def test_closes_a_day_with_its_name() -> None:
    assert read(event(name="Outing\\, all of us")).days == ((date(2026, 6, 2), "Outing, all of us"),)


def test_closes_every_day_of_a_longer_event() -> None:
    found = read(event("DTEND;VALUE=DATE:20270103", start="20261224"))
    assert (days(found)[0], days(found)[-1], len(found.days)) == ("2026-12-24", "2027-01-02", 10)


@pytest.mark.parametrize("lines", [("DURATION:P3D",), ("DTEND;VALUE=DATE:20260605",)])
def test_reads_an_end_or_a_duration(lines: Sequence[str]) -> None:
    assert days(read(event(*lines))) == ["2026-06-02", "2026-06-03", "2026-06-04"]


def test_repeats_within_the_stretch_only() -> None:
    assert days(read(event("RRULE:FREQ=YEARLY", start="20100602"))) == ["2026-06-02", "2027-06-02", "2028-06-02"]


def test_takes_out_excepted_days_and_adds_listed_ones() -> None:
    found = read(event("RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20270602", "RDATE;VALUE=DATE:20270603"))
    assert days(found) == ["2026-06-02", "2027-06-03", "2028-06-02"]


def test_follows_one_repetition_that_was_moved() -> None:
    found = read(
        event("UID:a", "RRULE:FREQ=YEARLY;COUNT=2"),
        event("UID:a", "RECURRENCE-ID;VALUE=DATE:20270602", start="20270607"),
    )
    assert days(found) == ["2026-06-02", "2027-06-07"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (event("STATUS:CANCELLED"), "cancelled"),
        (event(start="20010602"), "outside"),
        (event("RRULE:FREQ=HOURLY"), "not_understood"),
        (event("RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"), "not_understood"),
        (event("RRULE:FREQ=BANANA"), "not_understood"),
        (event("RRULE:FREQ=WEEKLY;BYMONTHDAY=1"), "not_understood"),
        (event("DTEND;VALUE=DATE:99991231"), "not_understood"),
        (event("RRULE:FREQ=DAILY;COUNT=9", start="19000101"), "not_understood"),
        ("BEGIN:VEVENT\r\nDTSTART:20260602T090000Z\r\nEND:VEVENT", "timed"),
        ("BEGIN:VEVENT\r\nDTSTART:tomorrow\r\nEND:VEVENT", "not_understood"),
        ("BEGIN:VEVENT\r\nSUMMARY:nothing\r\nEND:VEVENT", "not_understood"),
    ],
)
def test_counts_what_it_leaves_out(text: str, reason: str) -> None:
    found = read(text)
    assert (found.days, found.left_out) == ((), {reason: 1})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 15_000,
        b"x" * (LARGEST_BYTES + 1),
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 501 + b"END:VCALENDAR",
    ],
    ids=["empty", "text", "bytes", "two", "deep", "large", "many"],
)
def test_refuses_what_is_no_calendar(raw: bytes) -> None:
    begun = time.monotonic()
    with pytest.raises(CalendarFileInvalid):
        read_calendar_file(raw, first=FIRST, last=LAST)
    assert time.monotonic() - begun < 2


def test_refuses_a_file_that_closes_everything() -> None:
    with pytest.raises(CalendarFileInvalid):
        read(event("RRULE:FREQ=DAILY", start="20260101"))


def test_rules_that_never_fit_end_soon() -> None:
    begun = time.monotonic()
    rule = event("RRULE:FREQ=DAILY;COUNT=999999;BYMONTH=2;BYMONTHDAY=30", start="20200101")
    assert read(*[rule] * 150).left_out == {"outside": 150}
    assert time.monotonic() - begun < 10


RULES = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])},
    optional={
        "INTERVAL": st.integers(1, 4),
        "COUNT": st.integers(1, 40),
        # The other library reads a mixture of both kinds as "and".
        "BYDAY": st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3)
        | st.lists(st.sampled_from(["1MO", "2TU", "-1FR", "-2SU"]), min_size=1, max_size=3),
        # And it searches for a 30 February until the year 9999.
        "BYMONTHDAY": st.lists(st.integers(1, 28) | st.integers(-28, -1), min_size=1, max_size=3),
        "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=3),
    },
)


@given(RULES, st.dates(date(2024, 1, 1), date(2026, 12, 31)))
@settings(max_examples=60, deadline=None)
def test_repeats_as_another_library_does(rule: dict[str, object], start: date) -> None:
    parts = {name: value if isinstance(value, list) else [value] for name, value in rule.items()}
    try:
        mine = read_recurrence(start, parts, until=None)
    except NotUnderstood:
        return
    text = ";".join(f"{name}={','.join(map(str, values))}" for name, values in parts.items())
    begin = datetime(start.year, start.month, start.day, tzinfo=UTC)
    other = rrulestr(f"{text};UNTIL=20281231T000000Z" if "COUNT" not in rule else text, dtstart=begin)
    end = datetime(2028, 12, 31, tzinfo=UTC)
    theirs = [moment.date() for moment in other.between(begin - timedelta(days=1), end, inc=True)]
    assert list(mine.days(FIRST, LAST)) == [day for day in theirs if FIRST <= day <= LAST]
