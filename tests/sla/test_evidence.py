"""Late evidence (case 16): a machine's record voids a breach, a person's word needs the other side's consent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from sla import actions, queries
from sla.actions import EvidenceTooLate, NothingToProve, NotYoursToAsk, PleaOpen
from sla.clocks import EvidenceOutOfRange
from sla.models import Clock, Plea
from smarketing.lib.scope import tenant_scope
from tests.sla.support import events_of, kinds_of, make_subject, vienna
from tests.support import Cast, make_cast

SENT = vienna("2026-01-12 09:00")
DUE = vienna("2026-01-12 17:00")
CALLED = vienna("2026-01-12 16:40")
SYNCED = vienna("2026-01-13 09:30")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The cast of early January, inside acme's scope."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        yield cast


@pytest.fixture(autouse=True)
def _rows_repeat_the_facts(acme: Cast) -> Iterator[None]:
    """After each test, every row says what its events amount to."""
    yield
    for clock in Clock.objects.all():
        newest = max(event.at for event in events_of(clock))
        state = queries.clock_history(clock).state(at=max(newest, clock.detected_at or newest))
        told = (clock.state, clock.due_at, clock.breached_at, clock.stopped_at, clock.late_seconds)
        assert told == (state.state, state.due_at, state.breached_at, state.stopped_at, state.late_seconds)


def eight_hours(cast: Cast) -> Clock:
    """A first contact that is due at 17:00, of a version that promises eight business hours."""
    version = queries.agreement_in_force(at=SENT)
    assert version is not None
    for terms in version.content["commitments"]:
        if terms["key"] == "first_contact":
            terms |= {"amount": 8, "unit": "business_hours"}
    subject = make_subject(at=SENT, version=version, owner=cast.sam)
    return actions.start_clock(subject, "first_contact", at=SENT)


@pytest.fixture
def clock(acme: Cast) -> Clock:
    found = eight_hours(acme)
    assert found.due_at == DUE
    actions.notice_due(at=DUE + MINUTE)
    return Clock.objects.select_related("subject").get(pk=found.pk)


def prove(clock: Clock, happened_at: datetime, *, at: datetime = SYNCED) -> Clock:
    found = actions.prove_clock(clock.subject, "first_contact", happened_at=happened_at, by=None, at=at)
    assert found is not None
    return Clock.objects.get(pk=clock.pk)


def test_case_16_a_synced_call_voids_the_breach_and_both_times_stay(acme: Cast, clock: Clock) -> None:
    voided = prove(clock, CALLED)
    assert (voided.state, voided.stopped_at, voided.breached_at) == ("met", CALLED, DUE)
    assert (voided.detected_at, voided.late_seconds) == (DUE + MINUTE, None)
    assert kinds_of(clock).count("breached") == 1
    assert kinds_of(clock)[-1] == "breach_voided"
    assert events_of(clock)[-1].data["happened_at"] == CALLED.isoformat()


def test_evidence_that_comes_before_the_sweep_leaves_the_same_record(acme: Cast) -> None:
    clock = eight_hours(acme)
    voided = prove(clock, CALLED)
    assert (voided.state, voided.breached_at) == ("met", DUE)
    assert {"breached", "breach_voided"} <= set(kinds_of(clock))


@pytest.mark.parametrize("happened_at", [SENT - MINUTE, SYNCED + MINUTE], ids=["before the handover", "in the future"])
def test_case_16_impossible_times_are_refused(acme: Cast, clock: Clock, happened_at: datetime) -> None:
    with pytest.raises(EvidenceOutOfRange):
        prove(clock, happened_at)
    with pytest.raises(EvidenceOutOfRange):
        actions.submit_evidence(clock, happened_at=happened_at, note="!", by=acme.sam, at=SYNCED)
    assert Clock.objects.get(pk=clock.pk).state == "breached"


def test_proof_of_a_late_call_shortens_the_lateness(acme: Cast, clock: Clock) -> None:
    actions.stop_clock(clock.subject, "first_contact", at=vienna("2026-01-13 12:00"), by=acme.sam)
    assert Clock.objects.get(pk=clock.pk).late_seconds == 3 * 3600
    less = prove(clock, vienna("2026-01-13 10:00"), at=vienna("2026-01-13 15:00"))
    assert (less.state, less.late_seconds, kinds_of(clock)[-1]) == ("breached", 3600, "proved")


def test_proof_stops_a_running_clock_when_it_happened(acme: Cast) -> None:
    clock = eight_hours(acme)
    met = prove(clock, vienna("2026-01-12 11:00"), at=vienna("2026-01-12 14:00"))
    assert (met.state, met.stopped_at, met.breached_at) == ("met", vienna("2026-01-12 11:00"), None)


def test_proof_says_nothing_new_about_what_was_kept(acme: Cast) -> None:
    clock = eight_hours(acme)
    actions.stop_clock(clock.subject, "first_contact", at=CALLED, by=acme.sam)
    assert prove(clock, CALLED - MINUTE).stopped_at == CALLED
    assert kinds_of(clock)[-1] == "met"


def test_a_typed_in_time_waits_for_the_other_side(acme: Cast, clock: Clock) -> None:
    plea = actions.submit_evidence(clock, happened_at=CALLED, note="Forgot to log it.", by=acme.sam, at=SYNCED)
    assert (plea.state, plea.happened_at) == ("open", CALLED)
    assert Clock.objects.get(pk=clock.pk).state == "breached"
    actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=SYNCED + MINUTE)
    believed = Clock.objects.get(pk=clock.pk)
    assert (believed.state, believed.stopped_at, believed.breached_at) == ("met", CALLED, DUE)


def test_a_typed_in_time_that_is_not_believed_changes_nothing(acme: Cast, clock: Clock) -> None:
    plea = actions.submit_evidence(clock, happened_at=CALLED, note="I did call.", by=acme.sam, at=SYNCED)
    actions.decide_plea(plea, granted=False, note="No trace of it.", by=acme.marc, at=SYNCED)
    assert (Clock.objects.get(pk=clock.pk).state, kinds_of(clock)[-1]) == ("breached", "evidence_refused")


def test_an_excused_breach_can_still_be_disproved(acme: Cast, clock: Clock) -> None:
    plea = actions.request_excuse(clock, reason="Strike", by=acme.sam, at=SYNCED)
    actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=SYNCED)
    assert prove(clock, CALLED, at=SYNCED + MINUTE).state == "met"


def test_what_waited_for_an_answer_falls_away_with_the_breach(acme: Cast, clock: Clock) -> None:
    actions.request_excuse(clock, reason="Strike", by=acme.sam, at=SYNCED)
    prove(clock, CALLED)
    assert Plea.objects.get().state == "withdrawn"


def test_a_machines_evidence_counts_at_once_and_is_kept(acme: Cast, clock: Clock) -> None:
    plea = actions.submit_evidence(clock, happened_at=CALLED, note="", by=acme.sina, at=SYNCED, by_machine=True)
    assert (plea.state, plea.by_machine) == ("granted", True)
    assert Clock.objects.get(pk=clock.pk).state == "met"


def test_only_a_breach_can_be_disproved_and_only_by_what_was_in_time(acme: Cast, clock: Clock) -> None:
    with pytest.raises(EvidenceTooLate):
        actions.submit_evidence(clock, happened_at=DUE + MINUTE, note="!", by=acme.sam, at=SYNCED)
    running = eight_hours(acme)
    with pytest.raises(NothingToProve):
        actions.submit_evidence(running, happened_at=SENT, note="!", by=acme.sam, at=SENT + MINUTE)
    actions.submit_evidence(clock, happened_at=CALLED, note="!", by=acme.sam, at=SYNCED)
    with pytest.raises(PleaOpen):
        actions.submit_evidence(clock, happened_at=CALLED, note="!", by=acme.sina, at=SYNCED)
    with pytest.raises(NotYoursToAsk):
        actions.submit_evidence(clock, happened_at=CALLED, note="!", by=acme.mara, at=SYNCED)
    prove(clock, CALLED)
    with pytest.raises(NothingToProve):
        actions.submit_evidence(clock, happened_at=CALLED, note="!", by=acme.sam, at=SYNCED + MINUTE)


def test_reached_before_the_last_attempt_waives_it_even_when_told_late(acme: Cast) -> None:
    clock = actions.start_clock(make_subject(at=SENT, owner=acme.sam), "attempts", at=SENT)
    late = clock.due_at + timedelta(hours=20)
    actions.notice_due(at=late)
    actions.prove_clock(clock.subject, "attempts", happened_at=CALLED, waives=True, by=None, at=late)
    waived = Clock.objects.get(pk=clock.pk)
    assert (waived.state, waived.closed_at, waived.breached_at) == ("waived", CALLED, clock.due_at)


def test_evidence_from_before_a_restart_counts_from_the_restart(acme: Cast) -> None:
    clock = eight_hours(acme)
    clock.subject.version.content["reassignment_restarts"] = True
    moved_at = vienna("2026-01-12 15:00")
    (again,) = actions.reassign_clocks(clock.subject, owner=acme.sina, at=moved_at, by=acme.sina)
    actions.prove_clock(clock.subject, "first_contact", happened_at=vienna("2026-01-12 14:00"), by=None, at=SYNCED)
    met = Clock.objects.get(pk=again.pk)
    assert (met.cycle, met.state, met.stopped_at) == (2, "met", moved_at)
