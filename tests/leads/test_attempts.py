"""Logging attempts: which count, what the clocks hear, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from leads.actions import (
    AttemptNeedsNote,
    AttemptOutOfRange,
    AttemptsMissing,
    HandoverNotOpen,
    NotAccepted,
    NotContacted,
    StepBackwards,
    accept_handover,
    advance_handover,
    log_attempt,
    reject_handover,
)
from leads.models import Attempt, Handover, Lead
from sla.models import Subject
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import clock_of, make_handover
from tests.support import Cast, api_key, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def handover(acme: Cast, at: datetime) -> Handover:
    return make_handover(by=acme.mara, at=at)


def call(handover: Handover, acme: Cast, at: datetime, outcome: str = "no_answer") -> Attempt:
    return log_attempt(handover, channel="call", outcome=outcome, by=acme.sam, at=at)


def test_meets_the_first_contact_but_accepts_nothing(acme: Cast, handover: Handover, at: datetime) -> None:
    attempt = call(handover, acme, at + HOUR)
    assert attempt.counted
    assert clock_of(handover, "first_contact").state == "met"
    assert clock_of(handover, "decision").state == "running"
    found = Handover.objects.get()
    assert (found.decision, found.progress, found.contacted_at) == ("pending", "contacted", at + HOUR)
    assert Subject.objects.get().first_attempt_at == at + HOUR


def test_a_later_rejection_leaves_the_contact_met(acme: Cast, handover: Handover, at: datetime) -> None:
    call(handover, acme, at + HOUR)
    reject_handover(handover, reason="not_fitting", criterion="company_size", by=acme.sam, at=at + 2 * HOUR)
    assert clock_of(handover, "first_contact").state == "met"


def test_automation_never_counts(acme: Cast, handover: Handover, at: datetime) -> None:
    attempt = log_attempt(handover, channel="email", outcome="left_message", by=None, at=at + HOUR, automatic=True)
    assert (attempt.counted, attempt.not_counted_because) == (False, "automatic")
    assert clock_of(handover, "first_contact").state == "running"
    assert Handover.objects.get().contacted_at is None


def test_attempts_too_close_are_listed_but_not_counted(acme: Cast, handover: Handover, at: datetime) -> None:
    call(handover, acme, at + HOUR)
    close = call(handover, acme, at + 2 * HOUR)
    assert (close.counted, close.not_counted_because) == (False, "too_soon")
    assert call(handover, acme, at + 5 * HOUR).counted


def test_reaching_the_person_waives_the_rest_of_the_attempts(acme: Cast, handover: Handover, at: datetime) -> None:
    call(handover, acme, at + HOUR, outcome="reached")
    assert clock_of(handover, "attempts").state == "waived"
    assert Subject.objects.get().reached_at == at + HOUR


def test_five_spaced_attempts_meet_the_agreed_number(acme: Cast, handover: Handover, at: datetime) -> None:
    accept_handover(handover, by=acme.sam, at=at)
    for day in range(4):
        call(handover, acme, at + timedelta(days=day))
    with pytest.raises(AttemptsMissing) as refused:
        advance_handover(handover, outcome="unable_to_reach", by=acme.sam, at=at + timedelta(days=3, hours=1))
    assert refused.value.extra["missing"] == 1
    call(handover, acme, at + timedelta(days=4))
    assert clock_of(handover, "attempts").state == "met"
    advance_handover(handover, outcome="unable_to_reach", by=acme.sam, at=at + timedelta(days=4, hours=1))
    assert (Handover.objects.get().outcome, Lead.objects.get().stage) == ("unable_to_reach", "nurture")


def test_earlier_times_need_a_note_and_lie_after_the_handover(acme: Cast, handover: Handover, at: datetime) -> None:
    def told(occurred_at: datetime, note: str = "") -> Attempt:
        return log_attempt(
            handover, channel="call", outcome="reached", occurred_at=occurred_at, note=note, by=acme.sam, at=at + HOUR
        )

    with pytest.raises(AttemptNeedsNote):
        told(at + HOUR / 2)
    with pytest.raises(AttemptOutOfRange):
        told(at - HOUR, "earlier")
    with pytest.raises(AttemptOutOfRange):
        told(at + 2 * HOUR, "later")
    assert told(at + HOUR / 2, "was on the road").is_backdated


def test_hand_typed_earlier_times_void_no_breach(acme: Cast, handover: Handover, at: datetime) -> None:
    due_at = clock_of(handover, "first_contact").due_at
    log_attempt(
        handover, channel="call", outcome="reached", occurred_at=due_at - HOUR, note="forgot", by=acme.sam,
        at=due_at + HOUR,
    )  # fmt: skip
    clock = clock_of(handover, "first_contact")
    assert (clock.state, clock.breached_at) == ("breached", due_at)


def test_nothing_is_logged_on_what_is_rejected_or_closed(acme: Cast, handover: Handover, at: datetime) -> None:
    reject_handover(handover, reason="not_fitting", criterion="company_size", by=acme.sam, at=at)
    with pytest.raises(HandoverNotOpen):
        call(handover, acme, at + HOUR)


def test_moves_on_only_after_acceptance_and_contact(acme: Cast, handover: Handover, at: datetime) -> None:
    with pytest.raises(NotAccepted):
        advance_handover(handover, progress="qualified", by=acme.sam, at=at)
    accept_handover(handover, by=acme.sam, at=at)
    with pytest.raises(NotContacted):
        advance_handover(handover, progress="qualified", by=acme.sam, at=at)
    call(handover, acme, at + HOUR, outcome="reached")
    advance_handover(handover, progress="opportunity", by=acme.sam, at=at + HOUR)
    with pytest.raises(StepBackwards):
        advance_handover(handover, progress="qualified", by=acme.sam, at=at + HOUR)
    assert Lead.objects.get().stage == "opportunity"


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"outcome": "won"}, "/amount"),
        ({"outcome": "lost", "reason": "no_need"}, "/reason"),
        ({"outcome": "disqualified", "reason": ""}, "/reason"),
        ({"outcome": "vanished"}, "/outcome"),
        ({"progress": "closed"}, "/progress"),
    ],
)
def test_an_end_names_its_amount_or_reason(
    acme: Cast, handover: Handover, at: datetime, told: dict[str, str], pointer: str
) -> None:
    accept_handover(handover, by=acme.sam, at=at)
    call(handover, acme, at + HOUR, outcome="reached")
    with pytest.raises(InvalidInput) as refused:
        advance_handover(handover, by=acme.sam, at=at + HOUR, **told)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]
    assert Handover.objects.get().outcome is None


def test_the_month_is_that_of_the_organisations_zone(acme: Cast) -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    handover = make_handover(by=acme.mara, at=late)
    assert f"{handover.counted_month:%Y-%m}" == "2026-04"


def test_page_and_interface_say_how_many_attempts_are_missing(cast: Cast, at: datetime, client: Any) -> None:
    with tenant_scope(cast.acme.pk):
        handover = accept_handover(make_handover(by=cast.mara, at=at), by=cast.sam, at=at)
        call(handover, cast, at)
    headers = api_key(cast.sam, "handovers:write", at=at)
    with time_machine.travel(at + HOUR, tick=False):
        page = signed_in(cast.sam).post(
            reverse("leads:progress", args=["acme", handover.pk]),
            {"step": "unable_to_reach"},
            headers={"HX-Request": "true", "HX-Target": "detail"},
        )
        assert page.status_code == 409
        assert "4 more attempts are agreed before giving up." in page.content.decode()
        url = f"/api/v1/handovers/{handover.pk}/outcome"
        told = client.post(url, {"outcome": "unable_to_reach"}, content_type="application/json", headers=headers)
        assert (told.status_code, told.json()["code"], told.json()["missing"]) == (409, "attempts_missing", 4)
