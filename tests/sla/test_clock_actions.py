"""What can happen to a clock; rows, events, and the derivation always agree."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sla import actions, queries
from sla.actions import CommitmentNotAgreed, DeadlinePassed, EvidenceNeedsConsent
from sla.models import Clock
from tests.sla.support import events_of, kinds_of, make_clock, make_subject, vienna
from tests.support import Cast

MONDAY = vienna("2026-03-02 11:00")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _rows_repeat_the_facts(acme: Cast) -> Iterator[None]:
    """After each test, every row says what its events amount to."""
    yield
    for clock in Clock.objects.all():
        newest = max(event.at for event in events_of(clock))
        moment = max(newest, clock.detected_at or newest)
        state = queries.clock_history(clock).state(at=moment)
        assert (clock.state, clock.due_at, clock.breached_at) == (state.state, state.due_at, state.breached_at)
        assert (clock.stopped_at, clock.late_seconds) == (state.stopped_at, state.late_seconds)
        assert clock.target_seconds == state.target_seconds


def test_starts_every_commitment_that_a_handover_has_at_opening(acme: Cast) -> None:
    subject = make_subject(at=MONDAY, owner=acme.sam)
    clocks = actions.start_clocks(subject, at=MONDAY, by=acme.mara)
    assert [clock.commitment for clock in clocks] == ["decision", "first_contact", "attempts"]
    assert clocks[1].due_at == MONDAY + 24 * HOUR
    assert {clock.owner_id for clock in clocks} == {acme.sam.pk}
    assert clocks[1].next_event_at == MONDAY + 12 * HOUR
    assert kinds_of(clocks[0]) == ["started"]


def test_a_hand_raiser_has_one_business_hour(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY, tier="hand_raiser")
    assert clock.due_at == MONDAY + HOUR


def test_refuses_to_start_what_was_not_agreed(acme: Cast) -> None:
    with pytest.raises(CommitmentNotAgreed):
        make_clock("status_current", at=MONDAY)
    assert not Clock.objects.exists()


@pytest.mark.parametrize(("late", "state"), [(timedelta(), "met"), (timedelta(seconds=1), "breached"), (-HOUR, "met")])
def test_contact_by_the_deadline_is_met_and_after_it_a_breach(acme: Cast, late: timedelta, state: str) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    stopped = actions.stop_clock(clock.subject, "first_contact", at=clock.due_at + late, by=acme.sam)
    assert stopped is not None
    assert stopped.state == state


def test_a_late_stop_writes_the_breach_itself_dated_at_the_deadline(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    at = clock.due_at + HOUR
    actions.stop_clock(clock.subject, "first_contact", at=at, by=acme.sam)
    clock.refresh_from_db()
    assert (clock.breached_at, clock.detected_at, clock.late_seconds) == (clock.due_at, at, 3600)
    breach = next(event for event in events_of(clock) if event.kind == "clock.breached")
    assert breach.at == clock.due_at
    # The warnings had not been given: nobody is told of them any more.
    assert [event.data["skipped"] for event in events_of(clock) if event.kind == "clock.warning"] == [True] * 3


def test_nothing_owed_answers_none(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    assert actions.stop_clock(clock.subject, "decision", at=MONDAY, by=acme.sam) is None
    actions.stop_clock(clock.subject, "first_contact", at=MONDAY, by=acme.sam)
    assert actions.stop_clock(clock.subject, "first_contact", at=MONDAY, by=acme.sam) is None
    assert kinds_of(clock) == ["started", "met"]


def test_undoing_a_stop_brings_the_same_deadline_back(acme: Cast) -> None:
    clock = make_clock("decision", at=MONDAY)
    actions.stop_clock(clock.subject, "decision", at=MONDAY + HOUR, by=acme.sam)
    again = actions.reopen_clock(clock.subject, "decision", at=MONDAY + HOUR + timedelta(seconds=5), by=acme.sam)
    assert again is not None
    assert (again.state, again.due_at, again.stopped_at) == ("running", clock.due_at, None)
    assert again.next_event_at == clock.next_event_at


def test_nothing_is_undone_past_the_deadline(acme: Cast) -> None:
    clock = make_clock("decision", at=MONDAY)
    actions.stop_clock(clock.subject, "decision", at=clock.due_at - timedelta(seconds=2), by=acme.sam)
    with pytest.raises(DeadlinePassed):
        actions.reopen_clock(clock.subject, "decision", at=clock.due_at + timedelta(seconds=2), by=acme.sam)
    clock.refresh_from_db()
    assert clock.state == "met"


def test_a_pause_moves_the_deadline_by_what_was_left(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=MONDAY + 6 * HOUR, by=acme.sam)
    paused = Clock.objects.get(pk=clock.pk)
    assert (paused.state, paused.next_event_at, paused.pause_reason) == ("paused", None, "rejected")
    actions.resume_clocks(clock.subject, side="sales", at=MONDAY + 106 * HOUR, by=acme.rita)
    resumed = Clock.objects.get(pk=clock.pk)
    assert resumed.due_at == MONDAY + 124 * HOUR
    assert resumed.next_event_at == MONDAY + 112 * HOUR


def test_undoing_a_pause_leaves_no_trace_in_the_deadline(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=MONDAY + HOUR, by=acme.sam)
    actions.unpause_clocks(clock.subject, side="sales", at=MONDAY + HOUR + timedelta(seconds=7), by=acme.sam)
    undone = Clock.objects.get(pk=clock.pk)
    assert (undone.state, undone.due_at) == ("running", clock.due_at)


def test_a_pause_lets_the_other_side_run_on(acme: Cast) -> None:
    subject = make_subject(at=MONDAY)
    actions.start_clocks(subject, at=MONDAY)
    actions.start_clock(subject, "return_answer", at=MONDAY)
    actions.pause_clocks(subject, side="sales", reason="rejected", at=MONDAY + HOUR, by=acme.sam)
    states = dict(Clock.objects.values_list("commitment", "state"))
    assert states == {"decision": "paused", "first_contact": "paused", "attempts": "paused", "return_answer": "running"}


def test_stopped_while_paused_is_met_with_the_time_used(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=MONDAY + 2 * HOUR, by=acme.sam)
    met = actions.stop_clock(clock.subject, "first_contact", at=MONDAY + 100 * HOUR, by=acme.sam)
    assert met is not None
    assert (met.state, met.used_seconds) == ("met", 7200)


def test_cancelled_is_neither_met_nor_breached(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    actions.cancel_clocks(clock.subject, at=MONDAY + HOUR, by=acme.rita)
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at, clock.next_event_at) == ("cancelled", None, None)


def test_cancelling_keeps_a_breach_and_closes_it(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    actions.cancel_clocks(clock.subject, at=clock.due_at + HOUR, by=acme.rita)
    clock.refresh_from_db()
    assert (clock.state, clock.is_open, clock.closed_at) == ("breached", False, clock.due_at + HOUR)


def test_a_request_in_flight_over_the_deadline_is_in_time_and_the_breach_stays_on_record(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    actions.notice_due(at=clock.due_at + timedelta(seconds=1))
    met = actions.stop_clock(clock.subject, "first_contact", at=clock.due_at - timedelta(seconds=1), by=acme.sam)
    assert met is not None
    assert (met.state, met.breached_at) == ("met", clock.due_at)
    assert kinds_of(clock)[-1] == "breach_voided"


def test_refuses_evidence_of_long_ago_once_the_breach_is_on_record(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    actions.notice_due(at=clock.due_at + HOUR)
    with pytest.raises(EvidenceNeedsConsent):
        actions.stop_clock(clock.subject, "first_contact", at=clock.due_at - HOUR, by=acme.sam)
    clock.refresh_from_db()
    assert clock.state == "breached"


def test_a_later_request_to_talk_shortens_and_never_extends(acme: Cast) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    asked_at = MONDAY + 3 * HOUR
    short = actions.shorten_clock(clock.subject, "first_contact", at=asked_at, by=None)
    assert short is not None
    assert (short.due_at, short.target_seconds, short.unit) == (asked_at + HOUR, 3600, "business_hours")
    same = make_clock("first_contact", at=MONDAY)
    actions.shorten_clock(same.subject, "first_contact", due_at=MONDAY + 48 * HOUR, at=asked_at, by=None)
    same.refresh_from_db()
    assert (same.due_at, same.target_seconds) == (MONDAY + 24 * HOUR, 86400)


def test_reassigning_moves_what_is_owed_and_keeps_the_deadline(acme: Cast) -> None:
    subject = make_subject(at=MONDAY, owner=acme.sam)
    clock = actions.start_clock(subject, "decision", at=MONDAY)
    actions.reassign_clocks(subject, owner=acme.sina, at=MONDAY + HOUR, by=acme.sina)
    moved = Clock.objects.get(pk=clock.pk)
    assert (moved.owner_id, moved.due_at) == (acme.sina.pk, clock.due_at)
    assert kinds_of(clock) == ["started", "reassigned"]


def test_a_second_start_is_the_next_cycle(acme: Cast) -> None:
    clock = make_clock("return_answer", at=MONDAY)
    actions.stop_clock(clock.subject, "return_answer", at=MONDAY + HOUR, by=acme.mara)
    assert actions.start_clock(clock.subject, "return_answer", at=MONDAY + 2 * HOUR).cycle == 2


def test_records_a_fact_once_and_withdraws_it(acme: Cast) -> None:
    subject = make_subject(at=MONDAY)
    assert actions.record_fact(subject, kind="attempt", at=MONDAY)
    assert not actions.record_fact(subject, kind="attempt", at=MONDAY + HOUR)
    assert subject.first_attempt_at == MONDAY
    actions.withdraw_fact(subject, kind="attempt")
    assert actions.record_fact(subject, kind="attempt", at=MONDAY + HOUR)
