"""Accepting, rejecting, silence and undo: rows, clocks, credit and events."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from events.models import Event
from leads.actions import (
    HandoverAlreadyDecided,
    NothingToUndo,
    UndoOver,
    accept_handover,
    deem_accepted,
    reject_handover,
    undo_decision,
)
from leads.models import Handover, Lead, Rejection
from sla.actions import escalate_clock, notice_due
from sla.models import Clock, Subject
from sla.queries.verifying import differences_in
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from tests.leads.makers import clock_of, kinds_of, make_handover, make_rep
from tests.support import Cast, run_outbox

SOON = timedelta(minutes=10)


def test_accepting_meets_the_decision_and_makes_it_a_sal(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    accept_handover(handover, by=acme.sam, at=at + SOON)
    found = Handover.objects.get()
    assert (found.decision, found.decided_by, found.decided_at) == ("accepted", acme.sam, at + SOON)
    assert clock_of(handover, "decision").state == "met"
    assert clock_of(handover, "first_contact").state == "running"
    assert Lead.objects.get().stage == "sal"
    assert Subject.objects.get(pk=handover.subject_id).decided_at == at + SOON
    assert kinds_of(handover) == ["handover.sent", "handover.accepted"]


def test_accepting_from_the_queue_takes_it(acme: Cast, at: datetime) -> None:
    type(acme.sam).objects.filter(pk=acme.sam.pk).update(is_active=False)
    handover = make_handover(by=acme.mara, at=at)
    accept_handover(handover, by=acme.sina, at=at + SOON)
    assert Handover.objects.get().assigned_to == acme.sina
    assert clock_of(handover, "first_contact").owner == acme.sina
    undo_decision(handover, by=acme.sina, at=at + SOON + timedelta(seconds=3))
    assert Handover.objects.get().assigned_to is None


def test_the_second_to_decide_learns_who_and_when(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    accept_handover(handover, by=acme.sam, at=at + SOON)
    with pytest.raises(HandoverAlreadyDecided, match="Sam accepted this 4 seconds ago") as refused:
        accept_handover(handover, by=acme.sina, at=at + SOON + timedelta(seconds=4))
    assert refused.value.extra["decided_by"] == str(acme.sam.pk)
    with pytest.raises(HandoverAlreadyDecided):
        reject(handover, acme, at + SOON)
    assert kinds_of(handover).count("handover.accepted") == 1
    assert not Rejection.objects.exists()


def reject(handover: Handover, acme: Cast, at: datetime, **changes: Any) -> Rejection:
    claim = {"reason": "not_fitting", "criterion": "company_size", "note": "Too small"} | changes
    return reject_handover(handover, by=acme.sam, at=at, **claim)


def test_rejecting_pauses_sales_suspends_credit_and_asks_marketing(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    rejection = reject(handover, acme, at + SOON)
    assert (rejection.state, rejection.reason_class) == ("open", "definitional")
    assert rejection.criterion_label == "Company has 50 to 2,000 employees"
    states = dict(Clock.objects.values_list("commitment", "state"))
    assert states == {"decision": "met", "first_contact": "paused", "attempts": "paused", "return_answer": "running"}
    assert clock_of(handover, "return_answer").owner == acme.mara
    assert Subject.objects.get().credit == "suspended"
    assert Lead.objects.get().stage == "mql"
    event = Event.objects.get(kind="handover.rejected")
    # Free text is personal; events live for ever.
    assert "Too small" not in str(event.data)


@pytest.mark.parametrize(
    ("claim", "pointer"),
    [
        ({"reason": "nonsense"}, "/reason"),
        ({"reason": "not_fitting", "criterion": ""}, "/criterion"),
        ({"reason": "not_fitting", "criterion": "shoe_size"}, "/criterion"),
        ({"reason": "contact_data_wrong"}, "/evidence_url"),
        ({"reason": "duplicate", "evidence_url": "javascript:alert(1)"}, "/evidence_url"),
        ({"evidence_url": "javascript:alert(1)"}, "/evidence_url"),
    ],
)
def test_refuses_a_rejection_without_what_its_reason_needs(
    acme: Cast, at: datetime, claim: dict[str, str], pointer: str
) -> None:
    handover = make_handover(by=acme.mara, at=at)
    with pytest.raises(InvalidInput) as refused:
        reject(handover, acme, at + SOON, **claim)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]
    assert Handover.objects.get().decision == "pending"


def test_a_procedural_rejection_is_routed_again_and_moves_no_deadline(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    handover = make_handover(by=acme.mara, at=at)
    first, second = (acme.sam, pam) if handover.assigned_to == acme.sam else (pam, acme.sam)
    due = {c.commitment: c.due_at for c in Clock.objects.all()}
    reject_handover(handover, reason="wrong_territory", by=first, at=at + SOON)
    found = Handover.objects.get()
    assert (found.decision, found.assigned_to) == ("pending", second)
    assert {c.commitment: c.due_at for c in Clock.objects.all()} == due
    assert set(Clock.objects.values_list("owner", flat=True)) == {second.pk}
    reject_handover(handover, reason="wrong_territory", by=second, at=at + 2 * SOON)
    # Both say it is not theirs: the manager's queue.
    assert Handover.objects.get().assigned_to is None
    accept_handover(handover, by=acme.sina, at=at + 3 * SOON)
    assert Handover.objects.get().decision == "accepted"


def test_silence_accepts_at_the_deadline_and_breaches_the_decision(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    due_at = clock_of(handover, "decision").due_at
    notice_due(at=due_at + timedelta(seconds=2))
    # The outbox waits by the wall clock; what it does is dated by the event.
    run_outbox(organisation=acme.acme, at=now())
    found = Handover.objects.get()
    assert (found.decision, found.decided_at, found.decided_by) == ("deemed_accepted", due_at, None)
    clock = clock_of(handover, "decision")
    assert (clock.state, clock.breached_at) == ("breached", due_at)
    assert Event.objects.get(kind="handover.deemed_accepted").at == due_at
    # Nobody owes a decision any more: the breach is neither open nor recorded twice, and no further step tells of it.
    assert not clock.is_open
    assert deem_accepted(handover.subject_id, at=due_at) is None
    notice_due(at=due_at + timedelta(days=3))
    breaches = Event.objects.filter(kind="clock.breached", subject_id=clock.pk)
    assert breaches.count() == 1
    assert escalate_clock(clock.pk, at=due_at + timedelta(days=30)) <= 1
    told = Event.objects.filter(kind="clock.escalated", subject_id=clock.pk)
    assert all(event.data["share"] == 100 for event in told)
    assert list(differences_in([clock_of(handover, "decision")], at=due_at + timedelta(days=30))) == []


def test_deciding_past_the_deadline_is_refused_and_silence_recorded_on_the_spot(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    due_at = clock_of(handover, "decision").due_at
    with pytest.raises(HandoverAlreadyDecided, match="counts as accepted"):
        accept_handover(handover, by=acme.sam, at=due_at + timedelta(seconds=1))
    found = Handover.objects.get()
    assert (found.decision, found.decided_at, found.decided_by) == ("deemed_accepted", due_at, None)
    assert clock_of(handover, "decision").breached_at == due_at
    with pytest.raises(HandoverAlreadyDecided):
        reject(handover, acme, due_at + timedelta(seconds=2))


def test_deciding_on_the_very_deadline_is_in_time(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    due_at = clock_of(handover, "decision").due_at
    accept_handover(handover, by=acme.sam, at=due_at)
    assert clock_of(handover, "decision").state == "met"


def test_undo_takes_an_acceptance_back_with_the_same_deadline(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    due_at = clock_of(handover, "decision").due_at
    accept_handover(handover, by=acme.sam, at=at + SOON)
    undo_decision(handover, by=acme.sam, at=at + SOON + timedelta(seconds=8))
    assert Handover.objects.get().decision == "pending"
    clock = clock_of(handover, "decision")
    assert (clock.state, clock.due_at) == ("running", due_at)
    assert Lead.objects.get().stage == "mql"
    assert Subject.objects.get().decided_at is None
    assert kinds_of(handover)[-1] == "handover.decision_undone"
    accept_handover(handover, by=acme.sam, at=at + 2 * SOON)


def test_undo_takes_a_rejection_back_with_all_it_did(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    due = {c.commitment: c.due_at for c in Clock.objects.all()}
    reject(handover, acme, at + SOON)
    undo_decision(handover, by=acme.sam, at=at + SOON + timedelta(seconds=5))
    assert Rejection.objects.get().state == "withdrawn"
    states = dict(Clock.objects.values_list("commitment", "state"))
    assert states == {
        "decision": "running", "first_contact": "running", "attempts": "running", "return_answer": "cancelled",
    }  # fmt: skip
    assert {c.commitment: c.due_at for c in Clock.objects.exclude(commitment="return_answer")} == due
    assert Subject.objects.get().credit == "counted"
    reject(handover, acme, at + 2 * SOON)
    assert clock_of(handover, "return_answer").state == "running"


def test_undo_ends_after_eight_seconds_and_is_ones_own(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    with pytest.raises(NothingToUndo):
        undo_decision(handover, by=acme.sam, at=at)
    accept_handover(handover, by=acme.sam, at=at + SOON)
    with pytest.raises(NothingToUndo):
        undo_decision(handover, by=acme.sina, at=at + SOON)
    with pytest.raises(UndoOver):
        undo_decision(handover, by=acme.sam, at=at + SOON + timedelta(seconds=9))
    assert Handover.objects.get().decision == "accepted"


def test_undo_never_reaches_past_the_deadline(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    due_at = clock_of(handover, "decision").due_at
    accept_handover(handover, by=acme.sam, at=due_at - timedelta(seconds=2))
    with pytest.raises(UndoOver):
        undo_decision(handover, by=acme.sam, at=due_at + timedelta(seconds=2))
    assert Handover.objects.get().decision == "accepted"
