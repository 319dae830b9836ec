"""The state machine of a clock beyond the agreed cases."""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.business_time import BUSINESS_DAYS, BUSINESS_HOURS, ELAPSED_HOURS, ClosedDay, hours_of
from sla.clocks import (
    Attempt,
    AttemptTerms,
    CalendarChanged,
    Cancelled,
    ClockEnded,
    ClockNotBreached,
    ClockNotPaused,
    ClockNotRunning,
    ClockNotStarted,
    Excused,
    Fact,
    Merged,
    Paused,
    Resumed,
    Shortened,
    Started,
    Stopped,
    Superseded,
    Terms,
    Voided,
    Waived,
    count_attempts,
    derive,
    explain,
    steps_between,
    used_by_owner,
)
from sla.content import default_content
from tests.sla.calendars import HOLIDAYS_2026, std, vienna
from tests.sla.oracle import Oracle

# Hundreds of random cases against an oracle that walks minute by minute.
pytestmark = pytest.mark.timeout(600)

HOUR = 3600
EXAMPLES = 500 * int(os.environ.get("SOAK", "1"))
EIGHT = Terms(8, BUSINESS_HOURS, std(), (50, 75, 90))
MONDAY = Started(vienna(1, 12, 9))


# States


@pytest.mark.parametrize(
    ("closing", "state"),
    [(Cancelled, "cancelled"), (Superseded, "superseded"), (Waived, "waived"), (Merged, "merged")],
)
@pytest.mark.parametrize("paused", [False, True])
def test_closing_an_open_clock_gives_no_verdict(closing: type[Fact], state: str, paused: bool) -> None:
    facts: list[Fact] = [MONDAY, *([Paused(vienna(1, 12, 10))] if paused else [])]
    closed = derive([*facts, closing(vienna(1, 12, 12))], EIGHT, at=vienna(2, 1, 12))
    assert (closed.state, closed.breached_at, closed.stopped_at) == (state, None, None)
    assert closed.used_seconds == (1 if paused else 3) * HOUR
    assert (closed.running_since, closed.next_event_at) == (None, None)


@pytest.mark.parametrize("closing", [Cancelled, Superseded, Waived, Merged])
def test_closing_a_breached_clock_leaves_it_breached(closing: type[Fact]) -> None:
    closed = derive([MONDAY, closing(vienna(1, 13, 12))], EIGHT, at=vienna(1, 14, 12))
    assert (closed.state, closed.breached_at) == ("breached", vienna(1, 12, 17))


def test_open_at_the_deadline_and_breached_an_instant_later() -> None:
    due_at = vienna(1, 12, 17)
    on_time = derive([MONDAY], EIGHT, at=due_at)
    late = derive([MONDAY], EIGHT, at=due_at + timedelta(microseconds=1))
    assert (on_time.state, on_time.next_event_at) == ("running", due_at)
    assert (late.state, late.breached_at, late.next_event_at) == ("breached", due_at, None)


def test_the_next_event_moves_from_warning_to_warning_to_the_deadline() -> None:
    moments = [vienna(1, 12, 9), vienna(1, 12, 13), vienna(1, 12, 15), vienna(1, 12, 16, 12)]
    found = [derive([MONDAY], EIGHT, at=at).next_event_at for at in moments]
    assert found == [*moments[1:], vienna(1, 12, 17)]


def test_stored_and_current_use_differ_while_it_runs() -> None:
    state = derive([MONDAY], EIGHT, at=vienna(1, 12, 12))
    assert (state.used_seconds, state.used_now_seconds, state.left_seconds) == (0, 3 * HOUR, 5 * HOUR)
    assert state.running_since == vienna(1, 12, 9)


def test_paused_on_the_very_second_it_was_due_is_not_yet_late() -> None:
    facts: list[Fact] = [MONDAY, Paused(vienna(1, 12, 17))]
    assert derive(facts, EIGHT, at=vienna(1, 13, 12)).state == "paused"
    resumed = [*facts, Resumed(vienna(1, 13, 20))]
    state = derive(resumed, EIGHT, at=vienna(1, 13, 21))
    assert (state.state, state.left_seconds, state.due_at) == ("running", 0, vienna(1, 14, 9))
    assert derive(resumed, EIGHT, at=vienna(1, 14, 9, 0, 1)).breached_at == vienna(1, 14, 9)


def test_a_pause_after_closing_time_of_the_last_moment_is_too_late() -> None:
    state = derive([MONDAY, Paused(vienna(1, 12, 18))], EIGHT, at=vienna(1, 12, 19))
    assert (state.state, state.breached_at) == ("breached", vienna(1, 12, 17))


def test_a_paused_clock_shows_the_deadline_that_stood() -> None:
    state = derive([MONDAY, Paused(vienna(1, 12, 11), "rejected")], EIGHT, at=vienna(1, 20, 11))
    assert (state.due_at, state.paused_at) == (vienna(1, 12, 17), vienna(1, 12, 11))


def test_a_warning_passed_in_an_earlier_stretch_keeps_its_date() -> None:
    facts = [MONDAY, Paused(vienna(1, 12, 14)), Resumed(vienna(1, 14, 9))]
    state = derive(facts, EIGHT, at=vienna(1, 14, 9))
    assert state.warn_at == ((50, vienna(1, 12, 13)), (75, vienna(1, 14, 10)), (90, vienna(1, 14, 11, 12)))
    assert state.next_event_at == vienna(1, 14, 10)


def test_facts_may_come_in_any_order_of_recording() -> None:
    facts = [Resumed(vienna(1, 12, 11)), Paused(vienna(1, 8, 16)), Started(vienna(1, 8, 10))]
    assert derive(facts, EIGHT, at=vienna(1, 12, 11)).due_at == vienna(1, 12, 13)


def test_later_facts_are_not_known_yet() -> None:
    facts = [MONDAY, Stopped(vienna(1, 12, 12))]
    assert derive(facts, EIGHT, at=vienna(1, 12, 11)).state == "running"


def test_a_breach_can_be_excused_and_keeps_its_date() -> None:
    facts: list[Fact] = [MONDAY, Excused(vienna(1, 14, 9)), Stopped(vienna(1, 14, 10))]
    state = derive(facts, EIGHT, at=vienna(1, 14, 11))
    assert (state.state, state.breached_at, state.stopped_at) == ("excused", vienna(1, 12, 17), vienna(1, 14, 10))


def test_evidence_of_a_late_contact_dates_the_contact_and_leaves_the_breach() -> None:
    evidence = Voided(vienna(1, 14, 9), happened_at=vienna(1, 13, 10))
    facts: list[Fact] = [MONDAY, Stopped(vienna(1, 13, 12)), evidence]
    state = derive(facts, EIGHT, at=vienna(1, 14, 10))
    assert (state.state, state.stopped_at, state.late_seconds) == ("breached", vienna(1, 13, 10), HOUR)
    assert state.voided_at is None


def test_evidence_later_than_the_known_contact_changes_nothing() -> None:
    stopped = [MONDAY, Stopped(vienna(1, 13, 12))]
    evidence = Voided(vienna(1, 14, 9), happened_at=vienna(1, 13, 13))
    assert derive([*stopped, evidence], EIGHT, at=vienna(1, 14, 10)) == derive(stopped, EIGHT, at=vienna(1, 14, 10))


def test_evidence_from_before_a_pause_forgets_what_came_after_it() -> None:
    facts = [
        MONDAY,
        Paused(vienna(1, 12, 14)),
        Resumed(vienna(1, 13, 9)),
        Voided(vienna(1, 14, 9), happened_at=vienna(1, 12, 12)),
    ]
    state = derive(facts, EIGHT, at=vienna(1, 14, 9))
    assert (state.state, state.used_seconds, state.stopped_at) == ("met", 3 * HOUR, vienna(1, 12, 12))
    assert state.breached_at == vienna(1, 13, 12)


# Refusals


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ([], ClockNotStarted),
        ([Stopped(vienna(1, 12, 9))], ClockNotStarted),
        ([MONDAY, MONDAY], ClockNotStarted),
        ([MONDAY, Paused(vienna(1, 12, 10)), Paused(vienna(1, 12, 11))], ClockNotRunning),
        ([MONDAY, Resumed(vienna(1, 12, 10))], ClockNotPaused),
        ([MONDAY, Stopped(vienna(1, 12, 10)), Stopped(vienna(1, 12, 11))], ClockEnded),
        ([MONDAY, Stopped(vienna(1, 12, 10)), Paused(vienna(1, 12, 11))], ClockEnded),
        ([MONDAY, Stopped(vienna(1, 12, 10)), Cancelled(vienna(1, 12, 11))], ClockEnded),
        ([MONDAY, Cancelled(vienna(1, 12, 10)), Resumed(vienna(1, 12, 11))], ClockEnded),
        ([MONDAY, Stopped(vienna(1, 12, 10)), Shortened(vienna(1, 12, 11), EIGHT)], ClockEnded),
        (
            [MONDAY, Stopped(vienna(1, 12, 11)), Voided(vienna(1, 12, 12), vienna(1, 12, 10))],
            ClockEnded,
        ),
        ([MONDAY, Excused(vienna(1, 12, 10))], ClockNotBreached),
    ],
)
def test_refuses_what_cannot_happen(facts: list[Fact], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        derive(facts, EIGHT, at=vienna(1, 15, 9))


@pytest.mark.parametrize("amount", [0, -1, Decimal("0.5")])
def test_refuses_terms_of_no_whole_day(amount: int | Decimal) -> None:
    with pytest.raises(ValueError, match="must be"):
        Terms(amount, BUSINESS_DAYS, std())


# Units, shortening, edited calendars


def test_a_pause_keeps_the_business_time_left_of_business_days() -> None:
    terms = Terms(2, BUSINESS_DAYS, std())
    facts = [Started(vienna(1, 12, 15)), Paused(vienna(1, 13, 15)), Resumed(vienna(1, 15, 16))]
    assert derive(facts[:1], terms, at=vienna(1, 12, 15)).due_at == vienna(1, 14, 15)
    state = derive(facts, terms, at=vienna(1, 15, 16))
    # 8 of 16 business hours are left.
    assert (state.left_seconds, state.due_at) == (8 * HOUR, vienna(1, 16, 16))


def test_business_days_are_due_at_the_wall_time_even_in_a_break() -> None:
    hours = std(exceptions={"2026-01-13": [["09:00", "12:00"], ["13:00", "17:00"]]})
    state = derive([Started(vienna(1, 12, 12, 30))], Terms(1, BUSINESS_DAYS, hours), at=vienna(1, 12, 12, 30))
    assert state.due_at == vienna(1, 13, 12, 30)


def test_an_edit_elsewhere_in_the_calendar_leaves_business_days_alone() -> None:
    lunch = {"2026-01-13": [["09:00", "12:00"], ["13:00", "17:00"]]}
    facts = [
        Started(vienna(1, 12, 12, 30)),
        CalendarChanged(vienna(1, 12, 14), std(exceptions=lunch, closed=["2026-03-02"])),
    ]
    terms = Terms(1, BUSINESS_DAYS, std(exceptions=lunch))
    assert derive(facts, terms, at=vienna(1, 12, 15)).due_at == vienna(1, 13, 12, 30)


def test_elapsed_hours_never_wait_to_open() -> None:
    state = derive([Started(vienna(1, 10, 3))], Terms(24, ELAPSED_HOURS, std()), at=vienna(1, 10, 4))
    assert (state.opens_at, state.due_at) == (None, vienna(1, 11, 3))


def test_a_request_for_a_talk_shortens_the_open_deadline() -> None:
    standard = Terms(24, ELAPSED_HOURS, std(), (50, 75, 90))
    talk = Terms(1, BUSINESS_HOURS, std(), (50,))
    facts = [Started(vienna(1, 12, 9)), Shortened(vienna(1, 12, 14), talk)]
    state = derive(facts, standard, at=vienna(1, 12, 14))
    assert (state.due_at, state.target_seconds) == (vienna(1, 12, 15), HOUR)
    assert state.next_event_at == vienna(1, 12, 14, 30)


def test_a_request_never_extends_the_deadline() -> None:
    standard = Terms(24, ELAPSED_HOURS, std())
    facts = [Started(vienna(1, 9, 10)), Shortened(vienna(1, 10, 9), Terms(1, BUSINESS_HOURS, std()))]
    # The request's business hour would end on Monday.
    assert derive(facts, standard, at=vienna(1, 10, 9, 30)).due_at == vienna(1, 10, 10)


def test_a_request_during_a_pause_counts_from_the_resumption() -> None:
    talk = Terms(1, BUSINESS_HOURS, std())
    facts = [MONDAY, Paused(vienna(1, 12, 11)), Shortened(vienna(1, 12, 14), talk), Resumed(vienna(1, 13, 10))]
    assert derive(facts, EIGHT, at=vienna(1, 13, 10)).due_at == vienna(1, 13, 11)


def test_a_request_after_the_breach_changes_nothing() -> None:
    facts = [MONDAY, Shortened(vienna(1, 13, 14), Terms(1, BUSINESS_HOURS, std()))]
    assert derive(facts, EIGHT, at=vienna(1, 14, 9)) == derive([MONDAY], EIGHT, at=vienna(1, 14, 9))


def test_hours_opened_afterwards_make_nobody_late() -> None:
    longer = std(weekly={"mon": [["00:00", "24:00"]], "tue": [["09:00", "17:00"]]})
    started = Started(vienna(1, 12, 14))
    facts = [started, CalendarChanged(vienna(1, 13, 10), longer)]
    state = derive(facts, EIGHT, at=vienna(1, 13, 10))
    # On the new hours it would have been due on Monday at 22:00.
    assert (state.state, state.due_at) == ("running", vienna(1, 13, 14))


def test_hours_opened_in_time_bring_the_deadline_forward() -> None:
    longer = std(exceptions={"2026-01-13": [["06:00", "17:00"]]})
    facts = [Started(vienna(1, 12, 14)), CalendarChanged(vienna(1, 12, 16), longer)]
    assert derive(facts, EIGHT, at=vienna(1, 12, 16)).due_at == vienna(1, 13, 11)


def test_a_calendar_edited_during_a_pause_moves_the_deadline_after_it() -> None:
    closed = std(closed=["2026-01-14"])
    facts = [
        MONDAY,
        Paused(vienna(1, 12, 15)),
        CalendarChanged(vienna(1, 13, 9), closed),
        Resumed(vienna(1, 13, 16)),
    ]
    assert derive(facts, EIGHT, at=vienna(1, 13, 16)).due_at == vienna(1, 15, 10)


def test_elapsed_hours_do_not_care_for_an_edited_calendar() -> None:
    terms = Terms(24, ELAPSED_HOURS, std())
    facts = [MONDAY, CalendarChanged(vienna(1, 12, 10), std(closed=["2026-01-13"]))]
    assert derive(facts, terms, at=vienna(1, 12, 11)).due_at == vienna(1, 13, 9)


def test_terms_come_from_a_commitment_of_the_agreement() -> None:
    commitments = default_content("Europe/Vienna", "AT")["commitments"]
    decision = next(terms for terms in commitments if terms["key"] == "decision")
    terms = Terms.of(decision, std())
    assert (terms.amount, terms.unit, terms.warn_shares) == (24, BUSINESS_HOURS, (50, 75, 90))
    assert Terms.of({**decision, "amount": "0.5"}, std()).amount == Decimal("0.5")


# Steps of the sweep


def test_a_prompt_sweep_gives_each_step_once() -> None:
    seen = []
    last = None
    at = vienna(1, 12, 9)
    while at < vienna(1, 13, 9):
        state = derive([MONDAY], EIGHT, at=at)
        seen += steps_between(state, after=last, at=at)
        last, at = at, at + timedelta(minutes=4)
    assert [(step.kind, step.share, step.skipped) for step in seen] == [
        ("warning", 50, False),
        ("warning", 75, False),
        ("warning", 90, False),
        ("breach", 100, False),
    ]
    assert seen[-1].at == vienna(1, 12, 17)


def test_a_sweep_on_the_second_of_the_deadline_leaves_the_breach_to_the_next() -> None:
    due_at = vienna(1, 12, 17)
    assert steps_between(derive([MONDAY], EIGHT, at=due_at), after=vienna(1, 12, 16, 59), at=due_at) == ()
    later = due_at + timedelta(seconds=1)
    (breach,) = steps_between(derive([MONDAY], EIGHT, at=later), after=due_at, at=later)
    assert (breach.kind, breach.at) == ("breach", due_at)


def test_only_the_last_of_several_missed_warnings_is_told() -> None:
    state = derive([MONDAY], EIGHT, at=vienna(1, 12, 15, 30))
    steps = steps_between(state, after=vienna(1, 12, 10), at=vienna(1, 12, 15, 30))
    assert [(step.share, step.skipped) for step in steps] == [(50, True), (75, False)]


def test_a_clock_stopped_in_time_has_no_breach_step() -> None:
    state = derive([MONDAY, Stopped(vienna(1, 12, 14))], EIGHT, at=vienna(1, 14, 9))
    assert [step.share for step in steps_between(state, after=None, at=vienna(1, 14, 9))] == [50]


# Owners


def test_time_without_an_owner_is_shown_and_closed_time_is_nobodys() -> None:
    owners = [(vienna(1, 12, 11), "A"), (vienna(1, 12, 16), None), (vienna(1, 12, 20), "B")]
    facts = [MONDAY, Paused(vienna(1, 12, 12)), Resumed(vienna(1, 12, 13))]
    found = used_by_owner(facts, EIGHT, owners, at=vienna(1, 13, 10))
    assert found == {None: 2 * HOUR + HOUR, "A": 4 * HOUR, "B": HOUR}


# Attempts

SPACED = AttemptTerms(2, 4, BUSINESS_HOURS, std())


def test_attempts_before_the_handover_and_after_the_deadline_do_not_count() -> None:
    attempts = [Attempt(vienna(1, 12, 8)), Attempt(vienna(1, 14, 9))]
    verdict = count_attempts(attempts, SPACED, started_at=vienna(1, 12, 9), due_at=vienna(1, 13, 9))
    assert [item.not_counted_because for item in verdict.judged] == ["before_handover", "too_late"]
    assert (verdict.missing, verdict.fact) == (2, None)


def test_spacing_is_measured_from_the_last_attempt_that_counted() -> None:
    # The call at 12:59 does not count, so 13:00 is four hours after 9:00.
    moments = [vienna(1, 12, 9), vienna(1, 12, 12, 59), vienna(1, 12, 13)]
    verdict = count_attempts(
        [Attempt(at) for at in moments], SPACED, started_at=vienna(1, 12, 9), due_at=vienna(1, 20, 9)
    )
    assert verdict.counted == (moments[0], moments[2])
    assert verdict.fact == Stopped(moments[2])


def test_automation_never_reaches_anybody() -> None:
    mail = Attempt(vienna(1, 12, 10), is_human=False, reached=True)
    verdict = count_attempts([mail], SPACED, started_at=vienna(1, 12, 9), due_at=vienna(1, 20, 9))
    assert verdict.fact is None


# Explanation


def test_explains_pauses_holidays_segments_and_the_deadline() -> None:
    facts = [Started(vienna(1, 2, 18)), Paused(vienna(1, 5, 10), "rejected"), Resumed(vienna(1, 7, 10))]
    found = explain(facts, EIGHT, at=vienna(1, 7, 11))
    assert found.state.due_at == vienna(1, 7, 17)
    assert [(item.begin_at, item.end_at, item.seconds) for item in found.segments] == [
        (vienna(1, 5, 9), vienna(1, 5, 10), HOUR),
        (vienna(1, 7, 10), vienna(1, 7, 17), 7 * HOUR),
    ]
    assert [(pause.begin_at, pause.end_at, pause.reason) for pause in found.pauses] == [
        (vienna(1, 5, 10), vienna(1, 7, 10), "rejected")
    ]
    assert found.closed_days == (ClosedDay(date(2026, 1, 6), HOLIDAYS_2026["2026-01-06"]),)
    codes = [sentence.code for sentence in found.sentences]
    assert codes == ["promised", "waited_to_open", "counted", "counted", "paused", "closed_day", "running"]
    assert (found.calendar, found.zone, found.amount, found.unit) == ("STD", "Europe/Vienna", "8", BUSINESS_HOURS)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ([MONDAY], "breached"),
        ([MONDAY, Paused(vienna(1, 12, 10))], "paused"),
        ([MONDAY, Stopped(vienna(1, 12, 10))], "met"),
        ([MONDAY, Stopped(vienna(1, 13, 10))], "breached_late"),
        ([MONDAY, Excused(vienna(1, 13, 10))], "excused"),
        ([MONDAY, Cancelled(vienna(1, 12, 10))], "cancelled"),
        ([MONDAY, Voided(vienna(1, 13, 10), vienna(1, 12, 10))], "voided"),
    ],
)
def test_the_last_sentence_is_the_verdict_and_can_be_filled_in(facts: list[Fact], code: str) -> None:
    sentences = explain(facts, EIGHT, at=vienna(1, 14, 9)).sentences
    assert sentences[-1].code == code
    for sentence in sentences:
        assert "None" not in sentence.template % sentence.values


@pytest.mark.parametrize("terms", [EIGHT, Terms(24, ELAPSED_HOURS), Terms(3, BUSINESS_DAYS, std())])
def test_the_segments_of_an_explanation_add_up_to_the_promise(terms: Terms) -> None:
    facts = [Started(vienna(3, 27, 16)), Paused(vienna(3, 27, 16, 30)), Resumed(vienna(3, 30, 8))]
    found = explain(facts, terms, at=vienna(3, 30, 8))
    assert sum(item.seconds for item in found.segments) == found.state.target_seconds


# Random lives of clocks against the oracle

FIRST = date(2026, 3, 18)
RANDOM_CALENDAR = {
    "name": "Two windows",
    "zone": "Europe/Vienna",
    "weekly": {
        "mon": [["09:00", "12:00"], ["13:00", "17:30"]],
        "tue": [["08:15", "16:00"]],
        "wed": [["22:00", "06:00"]],
        "fri": [["09:00", "15:00"]],
        "sat": [["20:00", "04:00"]],
    },
    "closed": ["2026-03-31"],
}
ORACLE = Oracle(RANDOM_CALENDAR, FIRST - timedelta(days=5), FIRST + timedelta(days=30))
ORIGIN = datetime(2026, 3, 18, tzinfo=UTC)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    moments=st.lists(st.integers(0, 14 * 24 * 60), min_size=2, max_size=8, unique=True),
    seconds=st.integers(1, 30 * HOUR),
)
def test_verdict_use_and_lateness_equal_those_of_the_oracle(moments: list[int], seconds: int) -> None:
    dated = [ORIGIN + timedelta(minutes=minute) for minute in sorted(moments)]
    start, stop, changes = dated[0], dated[-1], dated[1:-1]
    pauses = list(zip(changes[::2], [*changes[1::2], stop], strict=False))
    facts: list[Fact] = [Started(start), Stopped(stop)]
    facts += [Paused(at) for at in changes[::2]]
    facts += [Resumed(at) for at in changes[1::2]]
    terms = Terms(Decimal(seconds) / 3600, BUSINESS_HOURS, hours_of(RANDOM_CALENDAR))
    state = derive(sorted(facts, key=lambda fact: fact.at), terms, at=stop + timedelta(hours=1))
    verdict, used, late = ORACLE.run_clock(start, seconds, pauses, stop)
    assert (state.state, state.used_seconds, state.late_seconds or 0) == (verdict, used, late)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 14 * 86_400), st.integers(1, 40), st.integers(0, 10 * 86_400))
def test_asking_at_any_moment_never_changes_a_deadline_or_a_verdict(start: int, quarters: int, later: int) -> None:
    terms = Terms(Decimal(quarters) / 4, BUSINESS_HOURS, hours_of(RANDOM_CALENDAR), (50,))
    started = Started(ORIGIN + timedelta(seconds=start))
    begun = derive([started], terms, at=started.at)
    asked = derive([started], terms, at=started.at + timedelta(seconds=later))
    assert asked.due_at == begun.due_at
    assert asked.warn_at == begun.warn_at
    assert asked.breached_at in (None, begun.due_at)
    assert (asked.breached_at is None) == (started.at + timedelta(seconds=later) <= begun.due_at)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.integers(0, 20_000), min_size=2, max_size=6, unique=True), st.integers(1, 20))
def test_what_a_stored_row_says_leads_to_the_same_deadline(minutes: list[int], amount: int) -> None:
    """`due_at` follows from `used_seconds`, `running_since` and the hours alone."""
    moments = [ORIGIN + timedelta(minutes=minute) for minute in sorted(minutes)]
    kinds = [Started, *[Paused, Resumed] * 3]
    facts = [kind(at) for kind, at in zip(kinds, moments, strict=False)]
    hours = hours_of(RANDOM_CALENDAR)
    state = derive(facts, Terms(amount, BUSINESS_HOURS, hours), at=moments[-1])
    if state.state == "running" and state.running_since:
        assert state.due_at == hours.add(state.running_since, state.target_seconds - state.used_seconds)
