"""A handover goes to the next rep because a step of the ladder says so."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from events.models import Event
from leads.handlers import pass_on_escalated
from leads.models import Handover
from sla import actions as sla
from tests.leads.makers import clock_of, kinds_of, make_handover, make_rep
from tests.leads.terms import agree
from tests.support import Cast

SENT = datetime.fromisoformat("2026-04-07T09:00:00+02:00")
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def handover(acme: Cast, at: datetime) -> Handover:
    def hands_on(content: dict[str, Any]) -> None:
        content["escalation"] = [{"share": 100, "to": ["manager"], "reassign": True}]

    agree(acme, hands_on, at=at, starts_on=date(2026, 4, 1))
    return make_handover(by=acme.mara, at=SENT)


def escalate(handover: Handover) -> Event:
    clock = clock_of(handover, "first_contact")
    at = clock.due_at + SECOND
    sla.notice_due(at=at)
    assert sla.escalate_clock(clock.pk, at=at) == 1
    return Event.objects.get(kind="clock.escalated", subject_id=clock.pk)


def test_goes_to_the_next_rep_while_the_breach_stays_with_the_first(acme: Cast, handover: Handover) -> None:
    rep = make_rep("rosa", at=SENT)
    event = escalate(handover)
    pass_on_escalated(event)
    found = Handover.objects.get()
    assert found.assigned_to_id == rep.pk
    contact, attempts = clock_of(handover, "first_contact"), clock_of(handover, "attempts")
    assert (contact.state, contact.owner_id, attempts.owner_id) == ("breached", acme.sam.pk, rep.pk)
    assert kinds_of(handover)[-1] == "handover.assigned"


def test_hearing_of_it_twice_moves_it_once(acme: Cast, handover: Handover) -> None:
    make_rep("rosa", at=SENT)
    make_rep("rolf", at=SENT)
    event = escalate(handover)
    pass_on_escalated(event)
    first = Handover.objects.get().assigned_to_id
    pass_on_escalated(event)
    assert Handover.objects.get().assigned_to_id == first


def test_with_nobody_left_it_waits_in_the_managers_queue(acme: Cast, handover: Handover) -> None:
    pass_on_escalated(escalate(handover))
    assert Handover.objects.get().assigned_to_id is None


def test_a_ladder_that_only_tells_moves_nothing(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    make_rep("rosa", at=at)
    pass_on_escalated(escalate(handover))
    assert Handover.objects.get().assigned_to_id == acme.sam.pk
