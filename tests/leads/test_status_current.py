"""Keeping the status of an accepted lead current: begun, renewed, ended, taken back."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from leads.actions import (
    accept_handover,
    advance_handover,
    assign_handover,
    log_attempt,
    undo_decision,
)
from leads.actions.deciding import deem_accepted
from leads.models import Handover
from sla import actions as sla
from sla.models import Clock
from tests.leads.makers import make_handover, make_rep
from tests.leads.terms import agree
from tests.support import Cast

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SENT = datetime.fromisoformat("2026-04-07T09:00:00+02:00")


def news_every_five_days(content: dict[str, Any]) -> None:
    promise = {"key": "status_current", "side": "sales", "amount": 5, "unit": "business_days", "calendar": "sales"}
    content["commitments"].append({**promise, "warn_shares": [75]})


@pytest.fixture
def handover(acme: Cast, at: datetime) -> Handover:
    agree(acme, news_every_five_days, at=at, starts_on=date(2026, 4, 1))
    return make_handover(by=acme.mara, at=SENT)


def stretches() -> list[tuple[int, str]]:
    rows = Clock.objects.filter(commitment="status_current").order_by("cycle")
    return list(rows.values_list("cycle", "state"))


def test_begins_with_the_acceptance_not_with_the_handover(acme: Cast, handover: Handover) -> None:
    assert stretches() == []
    accept_handover(handover, by=acme.sam, at=SENT + HOUR)
    (clock,) = Clock.objects.filter(commitment="status_current")
    assert (clock.started_at, clock.due_at, clock.owner_id) == (SENT + HOUR, SENT + 7 * DAY + HOUR, acme.sam.pk)


def test_begins_with_silence_too_dated_at_the_deadline(acme: Cast, handover: Handover) -> None:
    due_at = Clock.objects.get(commitment="decision").due_at
    sla.notice_due(at=due_at + HOUR)
    deem_accepted(handover.subject_id, at=due_at)
    assert Clock.objects.get(commitment="status_current").started_at == due_at


def test_every_news_ends_one_stretch_and_begins_the_next(acme: Cast, handover: Handover) -> None:
    accept_handover(handover, by=acme.sam, at=SENT)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=SENT + DAY)
    advance_handover(handover, progress="qualified", by=acme.sam, at=SENT + 2 * DAY)
    assert stretches() == [(1, "met"), (2, "met"), (3, "running")]
    log_attempt(handover, channel="email", outcome="left_message", by=None, at=SENT + 3 * DAY, automatic=True)
    assert stretches()[-1] == (3, "running")


def test_one_silence_is_one_breach_however_long_it_lasts(acme: Cast, handover: Handover) -> None:
    accept_handover(handover, by=acme.sam, at=SENT)
    sla.notice_due(at=SENT + 40 * DAY)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=SENT + 40 * DAY)
    assert stretches() == [(1, "breached"), (2, "running")]
    assert Clock.objects.get(commitment="status_current", cycle=1).late_seconds


def test_closing_is_the_last_news(acme: Cast, handover: Handover) -> None:
    accept_handover(handover, by=acme.sam, at=SENT)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=SENT + HOUR)
    advance_handover(handover, outcome="lost", reason="price", by=acme.sam, at=SENT + DAY)
    assert stretches() == [(1, "met"), (2, "met")]


def test_another_owner_tells_nothing_of_the_lead(acme: Cast, handover: Handover) -> None:
    accept_handover(handover, by=acme.sam, at=SENT)
    rep = make_rep("rosa", at=SENT)
    assign_handover(handover, to=rep, by=acme.sina, at=SENT + DAY)
    (clock,) = Clock.objects.filter(commitment="status_current")
    assert (clock.state, clock.owner_id, clock.due_at) == ("running", rep.pk, SENT + 7 * DAY)


def test_an_acceptance_that_is_undone_takes_the_promise_with_it(acme: Cast, handover: Handover) -> None:
    accept_handover(handover, by=acme.sam, at=SENT)
    undo_decision(handover, by=acme.sam, at=SENT + timedelta(seconds=5))
    assert stretches() == [(1, "cancelled")]
    accept_handover(handover, by=acme.sam, at=SENT + HOUR)
    assert stretches() == [(1, "cancelled"), (2, "running")]


def test_without_the_promise_nothing_runs(acme: Cast, at: datetime) -> None:
    accept_handover(make_handover(by=acme.mara, at=at), by=acme.sam, at=at)
    assert stretches() == []


def test_where_the_version_says_so_reassigning_starts_the_time_anew(acme: Cast, at: datetime) -> None:
    """Case 13, end to end: signed, sent, assigned to somebody else."""

    def restarts(content: dict[str, Any]) -> None:
        content["reassignment_restarts"] = True

    agree(acme, restarts, at=at, starts_on=date(2026, 4, 1))
    handover = make_handover(by=acme.mara, at=SENT)
    rep = make_rep("rosa", at=SENT)
    assign_handover(handover, to=rep, by=acme.sina, at=SENT + 6 * HOUR)
    first, second = Clock.objects.filter(commitment="first_contact").order_by("cycle")
    assert (first.state, first.used_seconds) == ("superseded", 6 * 3600)
    assert (second.started_at, second.due_at, second.owner_id) == (SENT + 6 * HOUR, SENT + 30 * HOUR, rep.pk)
