"""The agreed cases that need no database, by the number they have in the design.

Cases 17, 25, 28 and 30 are about rows, imports and upgrades; they live with the
actions and the sweep.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sla.business_time import (
    BUSINESS_DAYS,
    BUSINESS_HOURS,
    ELAPSED_HOURS,
    CalendarInvalid,
    DurationInvalid,
    Hours,
    due_after,
    month_of,
    parse_calendar,
    standard_calendar,
)
from sla.clocks import (
    Attempt,
    AttemptTerms,
    CalendarChanged,
    Cancelled,
    EvidenceOutOfRange,
    Merged,
    Paused,
    Resumed,
    Started,
    Stopped,
    Superseded,
    Terms,
    Voided,
    Waived,
    count_attempts,
    derive,
    steps_between,
    used_by_owner,
)
from tests.sla.calendars import NEW_YORK, WEEK, around_the_clock, night_shift, std, vienna

HOUR = 3600


def promise(amount: int, hours: Hours | None = None, warn_shares: tuple[int, ...] = ()) -> Terms:
    return Terms(amount, BUSINESS_HOURS, hours or std(), warn_shares)


def case(*values: Any, number: str) -> Any:
    return pytest.param(*values, id=f"case-{number}")


DUE_TIMES = [
    case(std(), vienna(3, 27, 16), 8, BUSINESS_HOURS, vienna(3, 30, 16), number="1-clocks-go-forward"),
    case(std(), vienna(10, 23, 16), 8, BUSINESS_HOURS, vienna(10, 27, 16), number="2-clocks-go-back-and-holiday"),
    case(around_the_clock(), vienna(3, 28, 12), 24, BUSINESS_HOURS, vienna(3, 29, 13), number="3-elapsed-spring"),
    case(around_the_clock(), vienna(10, 24, 12), 24, BUSINESS_HOURS, vienna(10, 25, 11), number="3-elapsed-autumn"),
    case(std(), vienna(3, 28, 12), 24, ELAPSED_HOURS, vienna(3, 29, 13), number="3-elapsed-hours-spring"),
    case(std(), vienna(10, 24, 12), 24, ELAPSED_HOURS, vienna(10, 25, 11), number="3-elapsed-hours-autumn"),
    case(night_shift(), vienna(1, 12, 22, 30), 4, BUSINESS_HOURS, vienna(1, 13, 2, 30), number="5a-night"),
    case(night_shift(), vienna(1, 13, 1), 2, BUSINESS_HOURS, vienna(1, 13, 3), number="5b-after-midnight"),
    case(night_shift(), vienna(1, 10, 1), 2, BUSINESS_HOURS, vienna(1, 10, 3), number="5c-fridays-shift-on-saturday"),
    case(std(), vienna(1, 10, 18), 1, BUSINESS_HOURS, vienna(1, 12, 10), number="6-outside-hours"),
    case(std(), vienna(1, 9, 17), 1, BUSINESS_HOURS, vienna(1, 12, 10), number="7a-at-closing"),
    case(std(), vienna(1, 8, 9), 8, BUSINESS_HOURS, vienna(1, 8, 17), number="7b-a-whole-day"),
    case(
        std(exceptions={"2026-12-24": [["09:00", "12:00"]]}),
        vienna(12, 24, 11),
        2,
        BUSINESS_HOURS,
        vienna(12, 28, 10),
        number="8-shortened-day",
    ),
    case(std(), vienna(6, 1, 16), 8, BUSINESS_HOURS, vienna(6, 2, 16), number="9-before-the-closure"),
    case(std(), vienna(1, 9, 15), 24, ELAPSED_HOURS, vienna(1, 10, 15), number="21-elapsed-hours"),
    case(std(), vienna(1, 9, 15), 24, BUSINESS_HOURS, vienna(1, 14, 15), number="21-business-hours"),
    case(std(), vienna(1, 9, 15), 1, BUSINESS_DAYS, vienna(1, 12, 15), number="21-business-day"),
    case(std(), vienna(1, 10, 15), 1, BUSINESS_DAYS, vienna(1, 13, 9), number="21-business-day-from-saturday"),
]


@pytest.mark.parametrize(("hours", "start", "amount", "unit", "expected"), DUE_TIMES)
def test_is_due(hours: Hours, start: datetime, amount: int, unit: str, expected: datetime) -> None:
    assert due_after(start, amount, unit, hours) == expected


def test_case_1_in_utc() -> None:
    assert due_after(vienna(3, 27, 16), 8, BUSINESS_HOURS, std()) == datetime(2026, 3, 30, 14, tzinfo=UTC)


def test_case_2_in_utc() -> None:
    assert due_after(vienna(10, 23, 16), 8, BUSINESS_HOURS, std()) == datetime(2026, 10, 27, 15, tzinfo=UTC)


BETWEEN = [
    case(around_the_clock(), vienna(3, 28, 12), vienna(3, 29, 12), 23 * HOUR, number="3-noon-to-noon-spring"),
    case(around_the_clock(), vienna(10, 24, 12), vienna(10, 25, 12), 25 * HOUR, number="3-noon-to-noon-autumn"),
    case(
        around_the_clock(),
        vienna(10, 25, 2, 30, fold=0),
        vienna(10, 25, 2, 30, fold=1),
        HOUR,
        number="4a-repeated-hour",
    ),
    case(
        std(weekly={"sun": [["02:30", "06:00"]]}),
        vienna(3, 29, 0),
        vienna(3, 29, 12),
        5 * HOUR // 2,
        number="4b-missing-hour",
    ),
    case(night_shift(WEEK), vienna(3, 28, 18), vienna(3, 29, 18), 7 * HOUR, number="5d-spring-shift"),
    case(night_shift(WEEK), vienna(10, 24, 18), vienna(10, 25, 18), 9 * HOUR, number="5d-autumn-shift"),
    case(night_shift(), vienna(1, 5, 18), vienna(1, 6, 18), 8 * HOUR, number="5-holiday-does-not-cut"),
    case(night_shift(cut=True), vienna(1, 5, 18), vienna(1, 6, 18), 2 * HOUR, number="5-holiday-cuts"),
]


@pytest.mark.parametrize(("hours", "begin", "end", "seconds"), BETWEEN)
def test_lasts(hours: Hours, begin: datetime, end: datetime, seconds: int) -> None:
    assert hours.between(begin, end) == seconds


def test_case_4b_opens_after_the_jump() -> None:
    hours = std(weekly={"sun": [["02:30", "06:00"]]})
    assert hours.next_opening(vienna(3, 29, 0)) == vienna(3, 29, 3, 30) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_case_6_waits_to_open_until_monday() -> None:
    facts = [Started(vienna(1, 10, 18))]
    waiting = derive(facts, promise(1), at=vienna(1, 12, 8, 59, 59))
    assert (waiting.state, waiting.opens_at) == ("running", vienna(1, 12, 9))
    assert waiting.used_now_seconds == 0
    assert derive(facts, promise(1), at=vienna(1, 12, 9)).opens_at is None


@pytest.mark.parametrize(
    ("contact", "state", "breached_at"),
    [
        case(vienna(1, 8, 17, 0, 0), "met", None, number="7c-on-the-second"),
        case(vienna(1, 8, 17, 0, 1), "breached", vienna(1, 8, 17), number="7c-one-second-later"),
    ],
)
def test_contact_at_the_boundary(contact: datetime, state: str, breached_at: datetime | None) -> None:
    verdict = derive([Started(vienna(1, 8, 9)), Stopped(contact)], promise(8), at=vienna(1, 9, 12))
    assert (verdict.state, verdict.breached_at) == (state, breached_at)


def test_case_9a_a_day_closed_later_moves_an_open_deadline() -> None:
    closed = std(closed=["2026-06-02"])
    facts = [Started(vienna(6, 1, 16)), CalendarChanged(vienna(6, 2, 8), closed)]
    before = derive(facts, promise(8), at=vienna(6, 2, 7, 59))
    after = derive(facts, promise(8), at=vienna(6, 2, 8))
    assert (before.due_at, after.due_at) == (vienna(6, 2, 16), vienna(6, 3, 16))
    assert not after.calendar_changed_after_verdict


def test_case_9b_a_day_closed_after_the_breach_only_flags_it() -> None:
    closed = std(closed=["2026-06-02"])
    facts = [Started(vienna(6, 1, 16)), CalendarChanged(vienna(6, 5, 9), closed)]
    state = derive(facts, promise(8), at=vienna(6, 5, 10))
    assert (state.state, state.breached_at, state.due_at) == ("breached", vienna(6, 2, 16), vienna(6, 2, 16))
    assert state.calendar_changed_after_verdict


def test_case_10_a_pause_over_closed_time() -> None:
    facts = [Started(vienna(1, 8, 10)), Paused(vienna(1, 8, 16)), Resumed(vienna(1, 12, 11))]
    paused = derive(facts, promise(8), at=vienna(1, 10, 12))
    assert (paused.state, paused.used_seconds, paused.left_seconds) == ("paused", 6 * HOUR, 2 * HOUR)
    assert paused.next_event_at is None
    resumed = derive(facts, promise(8), at=vienna(1, 12, 11))
    assert (resumed.state, resumed.used_seconds, resumed.due_at) == ("running", 6 * HOUR, vienna(1, 12, 13))


def test_case_11_stopped_while_paused() -> None:
    facts = [Started(vienna(1, 12, 9)), Paused(vienna(1, 12, 11)), Stopped(vienna(1, 13, 15))]
    state = derive(facts, promise(4), at=vienna(1, 13, 16))
    assert (state.state, state.used_seconds, state.late_seconds) == ("met", 2 * HOUR, None)


def test_case_12_a_pause_after_the_breach() -> None:
    facts = [
        Started(vienna(1, 12, 9)),
        Paused(vienna(1, 12, 14)),
        Resumed(vienna(1, 13, 10)),
        Stopped(vienna(1, 13, 12)),
    ]
    state = derive(facts, promise(4), at=vienna(1, 14, 9))
    assert (state.state, state.breached_at, state.late_seconds) == ("breached", vienna(1, 12, 13), 3 * HOUR)
    steps = steps_between(state, after=None, at=vienna(1, 14, 9))
    assert [step.kind for step in steps] == ["breach"]


def test_case_13_reassignment_divides_the_time() -> None:
    facts = [Started(vienna(1, 12, 9))]
    owners = [(vienna(1, 12, 9), "A"), (vienna(1, 12, 15), "B")]
    due_at = derive(facts, promise(8), at=vienna(1, 12, 15)).due_at
    assert due_at == vienna(1, 12, 17)
    assert used_by_owner(facts, promise(8), owners, at=due_at) == {"A": 6 * HOUR, "B": 2 * HOUR}


def test_case_13_reassignment_restarts_where_agreed() -> None:
    moment = vienna(1, 12, 15)
    first = derive([Started(vienna(1, 12, 9)), Superseded(moment)], promise(8), at=moment)
    second = derive([Started(moment, cycle=2)], promise(8), at=moment)
    assert (first.state, first.cycle, first.used_seconds) == ("superseded", 1, 6 * HOUR)
    assert (second.state, second.cycle, second.due_at) == ("running", 2, vienna(1, 13, 15))


def test_case_14_each_lead_keeps_the_version_it_was_sent_under() -> None:
    first, second = promise(8), promise(4)
    old = derive([Started(vienna(1, 30, 15))], first, at=vienna(2, 2, 9))
    new = derive([Started(vienna(2, 2, 9))], second, at=vienna(2, 2, 9))
    assert (old.due_at, new.due_at) == (vienna(2, 2, 15), vienna(2, 2, 13))


REJECTED = (Started(vienna(1, 12, 9)), Paused(vienna(1, 12, 11), "rejected"))


def test_case_15_overturned_resumes_with_the_time_left() -> None:
    facts = [*REJECTED, Resumed(vienna(1, 14, 15))]
    state = derive(facts, promise(8), at=vienna(1, 14, 15))
    assert (state.state, state.left_seconds, state.due_at) == ("running", 6 * HOUR, vienna(1, 15, 13))


def test_case_15_upheld_cancels() -> None:
    state = derive([*REJECTED, Cancelled(vienna(1, 14, 15))], promise(8), at=vienna(1, 20, 9))
    assert (state.state, state.breached_at, state.closed_at) == ("cancelled", None, vienna(1, 14, 15))


HANDED_OVER = Started(vienna(1, 12, 9))


def test_case_16_late_evidence_voids_the_breach_and_keeps_its_date() -> None:
    facts = [HANDED_OVER, Voided(vienna(1, 13, 9, 30), happened_at=vienna(1, 12, 16, 40))]
    before = derive(facts, promise(8), at=vienna(1, 13, 9, 29))
    after = derive(facts, promise(8), at=vienna(1, 13, 9, 30))
    assert (before.state, before.breached_at) == ("breached", vienna(1, 12, 17))
    assert (after.state, after.breached_at) == ("met", vienna(1, 12, 17))
    assert (after.stopped_at, after.voided_at) == (vienna(1, 12, 16, 40), vienna(1, 13, 9, 30))
    assert after.late_seconds is None


@pytest.mark.parametrize(
    "happened_at",
    [
        case(vienna(1, 12, 8, 59), number="16-before-the-handover"),
        case(vienna(1, 13, 9, 31), number="16-in-the-future"),
    ],
)
def test_refuses_impossible_evidence(happened_at: datetime) -> None:
    with pytest.raises(EvidenceOutOfRange):
        derive([HANDED_OVER, Voided(vienna(1, 13, 9, 30), happened_at)], promise(8), at=vienna(1, 14, 9))


def test_case_18_an_outage_skips_the_warning_and_dates_the_breach() -> None:
    terms = promise(8, warn_shares=(75,))
    down, up = vienna(1, 9, 14), vienna(1, 12, 9, 30)
    state = derive([Started(vienna(1, 9, 9))], terms, at=up)
    assert (state.state, state.breached_at) == ("breached", vienna(1, 9, 17))
    warning, breach = steps_between(state, after=down, at=up)
    assert (warning.kind, warning.at, warning.skipped) == ("warning", vienna(1, 9, 15), True)
    assert (breach.kind, breach.at, breach.skipped) == ("breach", vienna(1, 9, 17), False)


def test_case_19_warnings_in_business_time() -> None:
    state = derive([Started(vienna(1, 9, 15))], promise(8, warn_shares=(50, 75)), at=vienna(1, 9, 15))
    assert state.warn_at == ((50, vienna(1, 12, 11)), (75, vienna(1, 12, 13)))
    assert (state.next_event_at, state.due_at) == (vienna(1, 12, 11), vienna(1, 12, 15))


def test_case_19_nobody_is_told_outside_their_hours() -> None:
    # A breach in elapsed hours on a Saturday: dated then, told on Monday.
    terms = Terms(24, ELAPSED_HOURS)
    state = derive([Started(vienna(1, 9, 15))], terms, at=vienna(1, 10, 16))
    assert state.breached_at == vienna(1, 10, 15)
    assert std().next_opening(state.breached_at) == vienna(1, 12, 9)


THREE_IN_FIVE_DAYS = AttemptTerms(3, 4, BUSINESS_HOURS, std())
CALLS = [
    Attempt(vienna(1, 12, 15)),
    Attempt(vienna(1, 12, 15, 5)),
    Attempt(vienna(1, 13, 11)),
    Attempt(vienna(1, 14, 10), is_human=False),
]
ATTEMPTS_BEGIN = vienna(1, 12, 10)
ATTEMPTS_DUE = vienna(1, 19, 10)


def attempts_state(attempts: list[Attempt]) -> tuple[Any, Any]:
    terms = Terms(5, BUSINESS_DAYS, std())
    verdict = count_attempts(attempts, THREE_IN_FIVE_DAYS, started_at=ATTEMPTS_BEGIN, due_at=ATTEMPTS_DUE)
    facts = [Started(ATTEMPTS_BEGIN), *([verdict.fact] if verdict.fact else [])]
    return verdict, derive(facts, terms, at=vienna(1, 19, 12))


def test_case_20_three_spaced_attempts_meet_it() -> None:
    verdict, state = attempts_state([*CALLS, Attempt(vienna(1, 15, 9))])
    assert verdict.counted == (vienna(1, 12, 15), vienna(1, 13, 11), vienna(1, 15, 9))
    because = [item.not_counted_because for item in verdict.judged]
    assert because == [None, "too_soon", None, "automatic", None]
    assert (state.state, state.stopped_at) == ("met", vienna(1, 15, 9))


def test_case_20_two_attempts_breach_it() -> None:
    verdict, state = attempts_state(CALLS)
    assert verdict.missing == 1
    assert (state.state, state.breached_at) == ("breached", ATTEMPTS_DUE)


def test_case_20_a_person_reached_waives_the_rest() -> None:
    verdict, state = attempts_state([*CALLS, Attempt(vienna(1, 13, 11, 30), reached=True)])
    assert isinstance(verdict.fact, Waived)
    assert (state.state, state.breached_at) == ("waived", None)


@pytest.mark.parametrize(
    ("zone", "month"),
    [
        case("Europe/Vienna", "2026-02", number="22-vienna"),
        case("America/New_York", "2026-01", number="22-new-york"),
    ],
)
def test_month_of_a_handover(zone: str, month: str) -> None:
    assert month_of(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), zone) == month


def test_case_23_a_second_handover_leaves_the_first_verdict_alone() -> None:
    first = [Started(vienna(1, 8, 9)), Stopped(vienna(1, 9, 10))]
    old = derive(first, promise(8), at=vienna(1, 9, 11))
    second = derive([Started(vienna(2, 9, 9))], promise(8), at=vienna(2, 9, 9))
    assert derive(first, promise(8), at=vienna(2, 9, 9)) == old
    assert (old.state, second.state, second.due_at) == ("breached", "running", vienna(2, 9, 17))


def test_case_24_the_later_clock_of_a_duplicate_is_merged() -> None:
    moment = vienna(1, 12, 12)
    earliest = derive([Started(vienna(1, 12, 9))], promise(8), at=moment)
    other = derive([Started(vienna(1, 12, 10)), Merged(moment)], promise(8), at=moment)
    assert (earliest.state, earliest.due_at) == ("running", vienna(1, 12, 17))
    assert (other.state, other.closed_at, other.next_event_at) == ("merged", moment, None)


def test_case_26_refuses_a_calendar_without_working_time() -> None:
    with pytest.raises(CalendarInvalid) as refusal:
        parse_calendar({**standard_calendar("Never", "Europe/Vienna"), "weekly": {"mon": []}})
    assert [problem.code for problem in refusal.value.problems] == ["no_working_time"]


@pytest.mark.parametrize("unit", [ELAPSED_HOURS, BUSINESS_HOURS, BUSINESS_DAYS])
@pytest.mark.parametrize("amount", [case(0, number="27-zero"), case(-8, number="27-negative")])
def test_refuses_a_target_of_nothing(amount: int, unit: str) -> None:
    with pytest.raises(DurationInvalid):
        Terms(amount, unit, std())


def test_case_29_every_day_of_a_closing_period_over_new_year_is_closed() -> None:
    first = date(2026, 12, 24)
    closed = [(first + timedelta(days=n)).isoformat() for n in range(10)]
    hours = std(closed=closed)
    assert closed[-1] == "2027-01-02"
    assert hours.working_days(first, date(2027, 1, 4)) == [date(2027, 1, 4)]
    assert hours.add(vienna(12, 23, 16), 2 * HOUR) == datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "clock_in_new_york"),
    [
        case(vienna(3, 9, 17, 30), "12:30", number="31-before-vienna-changes"),
        case(vienna(3, 30, 17, 30), "11:30", number="31-after-vienna-changed"),
    ],
)
def test_reps_in_another_zone(start: datetime, clock_in_new_york: str) -> None:
    """Late in Vienna is mid-day for New York: its reps' hour begins at once."""
    hours = std(zone="America/New_York", holidays={})
    assert start.astimezone(NEW_YORK).strftime("%H:%M") == clock_in_new_york
    assert hours.segments(start, HOUR) == ((start, start + timedelta(hours=1)),)
    assert not std().is_open(start)
