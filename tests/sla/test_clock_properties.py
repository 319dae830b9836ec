"""What holds of every clock, whatever happens to it: properties of the state machine."""

import os
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

import workclock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.business_time import BUSINESS_HOURS, ELAPSED_HOURS, hours_of, standard_calendar
from sla.clocks import (
    Cancelled,
    Excused,
    Fact,
    Paused,
    Resumed,
    Shortened,
    Started,
    Stopped,
    Terms,
    Voided,
    Waived,
    derive,
    steps_between,
)
from smarketing.lib.errors import DomainError
from tests.sla.calendars import VIENNA

EXAMPLES = 80 * int(os.environ.get("SOAK", "1"))
thorough = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ORIGIN = datetime(2026, 3, 18, tzinfo=UTC)
HOURS = hours_of(standard_calendar("Office", "Europe/Vienna"))
LATE = ORIGIN + timedelta(days=60)

minutes = st.integers(1, 20 * 1440)
terms = st.builds(
    lambda quarters, unit: Terms(Decimal(quarters) / 4, unit, HOURS, (50, 75, 90)),
    st.integers(1, 160),
    st.sampled_from([BUSINESS_HOURS, ELAPSED_HOURS]),
)


def at(minute: int) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """A start and whatever the rules let follow, one fact after the other."""
    moments = sorted(draw(st.lists(minutes, max_size=6, unique=True)))
    facts: list[Fact] = [Started(ORIGIN)]
    promise = draw(terms)
    for minute in moments:
        kinds = [Paused, Resumed, Stopped, Cancelled, Waived, Excused, "void", "shorten"]
        kind = draw(st.sampled_from(kinds))
        moment = at(minute)
        if kind == "void":
            fact: Fact = Voided(moment, ORIGIN + (moment - ORIGIN) / 2)
        elif kind == "shorten":
            fact = Shortened(moment, draw(terms))
        else:
            fact = kind(moment)
        if _is_possible([*facts, fact], promise):
            facts.append(fact)
    return [*facts, Shortened(LATE, promise)]


def told(facts: list[Fact]) -> tuple[list[Fact], Terms]:
    """A drawn history: its facts, and the promise that travels behind them."""
    *known, last = facts
    assert isinstance(last, Shortened)
    return known, last.terms


def _is_possible(facts: list[Fact], promise: Terms) -> bool:
    try:
        derive(facts, promise, at=facts[-1].at)
    except DomainError:
        return False
    return True


@thorough
@given(terms, minutes)
def test_what_happens_by_the_deadline_is_met_and_later_is_breached(promise: Terms, minute: int) -> None:
    due_at = derive([Started(ORIGIN)], promise, at=ORIGIN).due_at
    state = derive([Started(ORIGIN), Stopped(at(minute))], promise, at=LATE)
    assert state.state == ("met" if at(minute) <= due_at else "breached")
    assert state.breached_at == (None if at(minute) <= due_at else due_at)


@thorough
@given(terms, minutes, minutes)
def test_a_pause_keeps_what_was_left(promise: Terms, one: int, other: int) -> None:
    pause, resume = sorted((one, one + other))
    before = derive([Started(ORIGIN)], promise, at=at(pause))
    if before.state != "running":
        return
    facts = [Started(ORIGIN), Paused(at(pause)), Resumed(at(resume))]
    after = derive(facts, promise, at=at(resume))
    assert after.left_seconds == before.left_seconds
    assert after.due_at >= before.due_at


@thorough
@given(histories())
def test_a_breach_is_taken_back_by_nothing_but_an_excuse_or_evidence(facts: list[Fact]) -> None:
    known, promise = told(facts)
    for number in range(1, len(known)):
        before = derive(known[:number], promise, at=known[number].at)
        after = derive(known[: number + 1], promise, at=known[number].at)
        if before.breached_at and not isinstance(known[number], Excused | Voided):
            assert (after.state, after.breached_at) == (before.state, before.breached_at)
        # Nothing moves the date of a breach, not even what takes its weight.
        if before.breached_at:
            assert after.breached_at == before.breached_at


@thorough
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_told_does_not_matter(facts: list[Fact], dice: Random) -> None:
    known, promise = told(facts)
    shuffled = list(known)
    dice.shuffle(shuffled)
    assert derive(shuffled, promise, at=LATE) == derive(known, promise, at=LATE)


@thorough
@given(histories(), minutes)
def test_what_comes_next_is_ahead_and_never_past_the_deadline(facts: list[Fact], minute: int) -> None:
    known, promise = told(facts)
    moment = at(minute)
    state = derive([fact for fact in known if fact.at <= moment], promise, at=moment)
    if state.state == "running":
        assert state.next_event_at is not None
        assert moment <= state.next_event_at <= state.due_at
        assert state.running_since is not None
    else:
        assert state.next_event_at is None


@thorough
@given(terms, st.lists(minutes, min_size=1, max_size=8))
def test_however_often_it_is_looked_at_each_step_comes_once(promise: Terms, looks: list[int]) -> None:
    promised = [Started(ORIGIN)]
    seen, last = [], None
    for moment in [*sorted({at(minute) for minute in looks}), LATE]:
        seen += [
            (step.kind, step.share)
            for step in steps_between(derive(promised, promise, at=moment), after=last, at=moment)
        ]
        last = moment
    assert seen == [("warning", 50), ("warning", 75), ("warning", 90), ("breach", 100)]


@thorough
@given(histories())
def test_used_time_only_grows_and_ends_with_the_clock(facts: list[Fact]) -> None:
    known, promise = told(facts)
    plain = [fact for fact in known if not isinstance(fact, Shortened | Voided)]
    used = [derive(plain, promise, at=max(at(minute), ORIGIN)).used_now_seconds for minute in range(0, 20 * 1440, 2880)]
    assert used == sorted(used)
    state = derive(plain, promise, at=LATE)
    if state.stopped_at or state.closed_at:
        assert derive(plain, promise, at=LATE + timedelta(days=30)).used_now_seconds == state.used_now_seconds


SECOND_OPINION = workclock.Schedule([workclock.WorkDay(time(9), time(17), days=[0, 1, 2, 3, 4])], time_zone=VIENNA)


@thorough
@given(st.integers(1, 160), minutes, minutes)
def test_workclock_dates_a_paused_deadline_the_same(quarters: int, one: int, other: int) -> None:
    """Where its model fits, a plain office without nights, another library says what is left and until when."""
    promise = Terms(Decimal(quarters) / 4, BUSINESS_HOURS, HOURS)
    target = timedelta(minutes=15 * quarters)
    pause, resume = at(one), at(one + other)
    used = SECOND_OPINION.between(ORIGIN, pause)
    state = derive([Started(ORIGIN), Paused(pause), Resumed(resume)], promise, at=resume)
    if used > target or (used == target and state.breached_at):
        assert state.breached_at == SECOND_OPINION.add(ORIGIN, target)
    elif used < target:
        assert state.used_seconds == used.total_seconds()
        assert state.due_at == SECOND_OPINION.add(resume, target - used)
