"""Attempts that are told late: by a machine they prove, by hand they ask to be believed (cases 16 and 20)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads.actions import AttemptOutOfRange, HandoverNotOpen, accept_handover, advance_handover, log_attempt
from leads.models import Attempt, Handover
from sla import actions as sla
from sla.models import Plea, Subject
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import clock_of, kinds_of, make_handover, make_rep
from tests.leads.terms import agree
from tests.support import Cast, api_key

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def handover(acme: Cast, at: datetime) -> Handover:
    return make_handover(by=acme.mara, at=at)


def tell(handover: Handover, *, by: Any, at: datetime, occurred_at: datetime, **changes: Any) -> Attempt:
    told = {"channel": "call", "outcome": "no_answer", "over_key": True, "note": "", **changes}
    return log_attempt(handover, by=by, at=at, occurred_at=occurred_at, **told)


def test_case_16_a_call_synced_late_voids_the_breach(acme: Cast, handover: Handover, at: datetime) -> None:
    due_at = clock_of(handover, "first_contact").due_at
    sla.notice_due(at=due_at + HOUR)
    attempt = tell(handover, by=acme.sina, at=due_at + 9 * HOUR, occurred_at=due_at - HOUR, made_by=acme.sam)
    clock = clock_of(handover, "first_contact")
    assert (attempt.source, attempt.by_id, attempt.counted) == ("machine", acme.sam.pk, True)
    assert (clock.state, clock.stopped_at, clock.breached_at) == ("met", due_at - HOUR, due_at)
    assert Handover.objects.get().contacted_at == due_at - HOUR
    assert not Plea.objects.exists()


def test_the_same_over_the_reps_own_key_is_only_a_word(acme: Cast, handover: Handover, at: datetime) -> None:
    due_at = clock_of(handover, "first_contact").due_at
    attempt = tell(handover, by=acme.sam, at=due_at + HOUR, occurred_at=due_at - HOUR, note="synced myself")
    assert attempt.source == "hand"
    assert clock_of(handover, "first_contact").state == "breached"
    plea = Plea.objects.get()
    assert (plea.kind, plea.state, plea.happened_at, plea.reason) == (
        "evidence", "open", due_at - HOUR, "synced myself",
    )  # fmt: skip
    sla.decide_plea(plea, granted=True, note="", by=acme.marc, at=due_at + 2 * HOUR)
    assert clock_of(handover, "first_contact").state == "met"


def test_who_held_it_once_is_no_machine_later(acme: Cast, handover: Handover, at: datetime) -> None:
    from leads.actions import assign_handover

    rep = make_rep("rosa", at=at)
    assign_handover(handover, to=rep, by=acme.sina, at=at + HOUR)
    due_at = clock_of(handover, "first_contact").due_at
    sla.notice_due(at=due_at + HOUR)
    told = tell(handover, by=acme.sam, at=due_at + HOUR, occurred_at=at + HOUR / 2, note="before I gave it away")
    assert told.source == "hand"
    assert clock_of(handover, "first_contact").state == "breached"


def test_without_a_time_of_its_own_nothing_is_proved(acme: Cast, handover: Handover, at: datetime) -> None:
    due_at = clock_of(handover, "first_contact").due_at
    log_attempt(handover, channel="call", outcome="reached", over_key=True, by=acme.sina, at=due_at + HOUR)
    assert Attempt.objects.get().source == "hand"
    assert clock_of(handover, "first_contact").state == "breached"


@pytest.mark.parametrize("minutes", [-1, 26 * 60], ids=["before the handover", "in the future"])
def test_case_16_impossible_times_are_refused(acme: Cast, handover: Handover, at: datetime, minutes: int) -> None:
    with pytest.raises(AttemptOutOfRange):
        tell(handover, by=acme.sina, at=at + 25 * HOUR, occurred_at=at + timedelta(minutes=minutes))
    assert not Attempt.objects.exists()


def test_what_a_machine_recorded_before_the_end_may_come_after_it(acme: Cast, handover: Handover, at: datetime) -> None:
    accept_handover(handover, by=acme.sam, at=at)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=at + 30 * HOUR)
    advance_handover(handover, outcome="lost", reason="price", by=acme.sam, at=at + 31 * HOUR)
    with pytest.raises(HandoverNotOpen):
        tell(handover, by=acme.sina, at=at + 40 * HOUR, occurred_at=at + 32 * HOUR)
    tell(handover, by=acme.sina, at=at + 40 * HOUR, occurred_at=at + HOUR)
    clock = clock_of(handover, "first_contact")
    assert (clock.state, clock.stopped_at) == ("met", at + HOUR)
    found = Handover.objects.get()
    assert (found.progress, found.contacted_at) == ("closed", at + HOUR)
    assert Subject.objects.get().first_attempt_at == at + HOUR


def test_case_20_a_late_record_completes_the_agreed_attempts(acme: Cast, handover: Handover, at: datetime) -> None:
    accept_handover(handover, by=acme.sam, at=at)
    for day in range(4):
        log_attempt(handover, channel="call", outcome="no_answer", by=acme.sam, at=at + day * DAY)
    due_at = clock_of(handover, "attempts").due_at
    sla.notice_due(at=due_at + HOUR)
    assert clock_of(handover, "attempts").state == "breached"
    tell(handover, by=acme.sina, at=due_at + DAY, occurred_at=at + 7 * DAY, made_by=acme.sam)
    clock = clock_of(handover, "attempts")
    assert (clock.state, clock.stopped_at, clock.breached_at) == ("met", at + 7 * DAY, due_at)


def test_case_20_reached_in_time_but_told_late_waives_the_rest(acme: Cast, handover: Handover, at: datetime) -> None:
    due_at = clock_of(handover, "attempts").due_at
    sla.notice_due(at=due_at + HOUR)
    tell(handover, by=acme.sina, at=due_at + DAY, occurred_at=at + DAY, outcome="reached", made_by=acme.sam)
    clock = clock_of(handover, "attempts")
    assert (clock.state, clock.closed_at, clock.breached_at) == ("waived", at + DAY, due_at)


def test_words_told_late_do_not_help_a_machine_to_void(acme: Cast, handover: Handover, at: datetime) -> None:
    """Four typed in after the deadline and one record: the record proves the contact, not the five attempts."""
    due_at = clock_of(handover, "attempts").due_at
    for day in range(4):
        log_attempt(
            handover, channel="call", outcome="no_answer", by=acme.sam, at=due_at + DAY, note="forgot",
            occurred_at=at + (day + 1) * DAY,
        )  # fmt: skip
    sla.notice_due(at=due_at + DAY)
    tell(handover, by=acme.sina, at=due_at + DAY, occurred_at=at + HOUR, made_by=acme.sam)
    assert clock_of(handover, "first_contact").state == "met"
    assert clock_of(handover, "attempts").state == "breached"


def test_where_the_version_wants_the_person_reached_an_attempt_is_no_contact(acme: Cast, at: datetime) -> None:
    def must_reach(content: dict[str, Any]) -> None:
        content["contact_means"] = "reached"

    version = agree(acme, must_reach, at=at, starts_on=date(2026, 4, 1))
    sent_at = at + 31 * DAY
    handover = make_handover(by=acme.mara, at=sent_at)
    assert handover.version_id == version.pk
    log_attempt(handover, channel="call", outcome="no_answer", by=acme.sam, at=sent_at + HOUR)
    assert clock_of(handover, "first_contact").state == "running"
    assert Handover.objects.get().contacted_at is None
    due_at = clock_of(handover, "first_contact").due_at
    sla.notice_due(at=due_at + HOUR)
    tell(handover, by=acme.sina, at=due_at + HOUR, occurred_at=sent_at + 2 * HOUR, made_by=acme.sam)
    assert clock_of(handover, "first_contact").state == "breached"
    tell(
        handover, by=acme.sina, at=due_at + HOUR, occurred_at=sent_at + 3 * HOUR, outcome="reached", made_by=acme.sam
    )  # fmt: skip
    assert clock_of(handover, "first_contact").state == "met"


def test_the_event_says_who_told(acme: Cast, handover: Handover, at: datetime) -> None:
    tell(handover, by=acme.sina, at=at + 2 * HOUR, occurred_at=at + HOUR, made_by=acme.sam)
    assert "handover.attempted" in kinds_of(handover)
    assert clock_of(handover, "first_contact").stopped_at == at + HOUR


# Over the interface


@pytest.fixture
def synced(cast: Cast, at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at + 30 * HOUR, tick=False):
        yield at + 30 * HOUR


@pytest.mark.parametrize(("name", "state"), [("sina", "met"), ("sam", "breached")])
@pytest.mark.usefixtures("synced")
def test_a_key_that_the_rep_does_not_hold_proves(
    cast: Cast, client: Client, at: datetime, name: str, state: str
) -> None:
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
    body = {
        "channel": "call", "outcome": "no_answer", "occurred_at": (at + HOUR).isoformat(), "note": "telephone system",
        "made_by": str(cast.sam.pk),
    }  # fmt: skip
    headers = api_key(getattr(cast, name), "handovers:write", at=at)
    answer = client.post(
        f"/api/v1/handovers/{handover.pk}/attempts", body, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["source"]) == (201, "machine" if state == "met" else "hand")
    with tenant_scope(cast.acme.pk):
        assert clock_of(handover, "first_contact").state == state
        assert Plea.objects.count() == (0 if state == "met" else 1)


def test_a_stranger_cannot_have_made_the_call(cast: Cast, client: Client, at: datetime, synced: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
    body = {"channel": "call", "outcome": "reached", "made_by": str(cast.gus.pk)}
    headers = api_key(cast.sina, "handovers:write", at=at)
    address = f"/api/v1/handovers/{handover.pk}/attempts"
    answer = client.post(address, body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/made_by")
