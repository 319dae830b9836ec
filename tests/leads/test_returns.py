"""Returns: correct and resend, nurture, appeal and its end, and silence of marketing."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from leads.actions import (
    BelowThreshold,
    NotAppealable,
    RejectionAnswered,
    RejectionNotAppealed,
    ReturnOver,
    WakeUpInThePast,
    mark_appealed,
    nurture_lead,
    reject_handover,
    resend_lead,
    settle_rejection,
)
from leads.models import Handover, Lead, Rejection
from sla.actions import notice_due
from sla.models import Clock, CreditEntry, Subject
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import clock_of, kinds_of, make_handover
from tests.support import Cast, run_outbox, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def handover(cast: Cast, at: datetime) -> Handover:
    with tenant_scope(cast.acme.pk):
        return make_handover(by=cast.mara, at=at)


@pytest.fixture
def rejection(cast: Cast, handover: Handover, at: datetime) -> Rejection:
    with tenant_scope(cast.acme.pk):
        return reject_handover(
            handover, reason="not_fitting", criterion="company_size", note="Too small", by=cast.sam, at=at + 2 * HOUR
        )


@pytest.fixture
def inside(cast: Cast, rejection: Rejection) -> Iterator[Cast]:
    with tenant_scope(cast.acme.pk):
        yield cast


def states(handover: Handover) -> dict[str, str]:
    return dict(Clock.objects.filter(subject=handover.subject_id).values_list("commitment", "state"))


def points() -> Decimal:
    return sum(CreditEntry.objects.values_list("points", flat=True), Decimal(0))


def test_resending_is_a_new_handover_with_the_cycles_credit(
    inside: Cast, handover: Handover, rejection: Rejection, at: datetime
) -> None:
    new = resend_lead(rejection, changes={"employees": 640}, note="Checked", by=inside.mara, at=at + 3 * HOUR)
    assert (new.number, new.cycle, new.snapshot["fields"]["employees"]) == (2, 1, 640)
    assert states(handover) == {
        "decision": "met", "first_contact": "cancelled", "attempts": "cancelled", "return_answer": "met",
    }  # fmt: skip
    assert clock_of(new, "first_contact").state == "running"
    assert dict(Subject.objects.values_list("pk", "credit")) == {
        handover.subject_id: "reversed", new.subject_id: "counted",
    }  # fmt: skip
    assert points() == 1
    assert Rejection.objects.get().state == "resent"


def test_resending_below_the_threshold_needs_the_note(inside: Cast, rejection: Rejection, at: datetime) -> None:
    with pytest.raises(BelowThreshold):
        resend_lead(rejection, changes={"employees": 3}, by=inside.mara, at=at + 3 * HOUR)
    assert Rejection.objects.get().state == "open"
    assert Handover.objects.count() == 1


def test_nurturing_makes_the_rejection_final(
    inside: Cast, handover: Handover, rejection: Rejection, at: datetime
) -> None:
    with pytest.raises(WakeUpInThePast):
        nurture_lead(rejection, wake_on=at.date(), by=inside.mara, at=at + 3 * HOUR)
    nurture_lead(rejection, wake_on=date(2026, 6, 1), by=inside.mara, at=at + 3 * HOUR)
    lead = Lead.objects.get()
    assert (lead.stage, lead.wake_on, lead.sales_owner) == ("nurture", date(2026, 6, 1), None)
    assert points() == 0
    assert states(handover)["first_contact"] == "cancelled"
    with pytest.raises(RejectionAnswered):
        mark_appealed(rejection, by=inside.mara, at=at + 4 * HOUR)


def test_a_lead_that_comes_back_from_nurture_opens_the_next_cycle(
    inside: Cast, handover: Handover, rejection: Rejection, at: datetime
) -> None:
    from leads.actions import hand_over, take_in
    from tests.leads.makers import captured

    nurture_lead(rejection, wake_on=date(2026, 6, 1), by=inside.mara, at=at + 3 * HOUR)
    later = at + timedelta(days=40)
    lead = take_in(captured(intent="talk_to_sales"), at=later).lead
    again = hand_over(lead, by=inside.mara, at=later)
    assert (again.number, again.cycle, points()) == (2, 2, 3)
    assert Handover.objects.get(pk=handover.pk).decision == "rejected"


def test_overturned_goes_on_with_the_time_left_and_the_credit(
    inside: Cast, handover: Handover, rejection: Rejection, at: datetime
) -> None:
    mark_appealed(rejection, by=inside.mara, at=at + 3 * HOUR)
    assert states(handover)["return_answer"] == "met"
    ruled_at = at + timedelta(days=2)
    settle_rejection(rejection, outcome="overturned", by=inside.rita, at=ruled_at)
    found = Handover.objects.get()
    assert (found.decision, found.decided_by) == ("accepted_by_ruling", inside.rita)
    # 2 of 24 hours were used when the lead was rejected.
    assert clock_of(handover, "first_contact").due_at == ruled_at + 22 * HOUR
    assert (Subject.objects.get().credit, points()) == ("counted", 1)
    assert Lead.objects.get().stage == "sal"
    assert kinds_of(handover)[-1] == "handover.settled"


@pytest.mark.parametrize("outcome", ["upheld", "withdrawn"])
def test_upheld_or_withdrawn_ends_it(
    inside: Cast, handover: Handover, rejection: Rejection, at: datetime, outcome: str
) -> None:
    mark_appealed(rejection, by=inside.mara, at=at + 3 * HOUR)
    settle_rejection(rejection, outcome=outcome, by=inside.rita, at=at + timedelta(days=2))
    assert (Rejection.objects.get().state, Handover.objects.get().decision) == (outcome, "rejected")
    assert states(handover)["first_contact"] == "cancelled"
    assert points() == 0
    with pytest.raises(RejectionNotAppealed):
        settle_rejection(rejection, outcome="overturned", by=inside.rita, at=at + timedelta(days=3))


def test_a_procedural_rejection_cannot_be_appealed(cast: Cast, handover: Handover, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        rejection = reject_handover(handover, reason="wrong_territory", by=cast.sam, at=at)
        with pytest.raises((NotAppealable, RejectionAnswered)):
            mark_appealed(rejection, by=cast.mara, at=at)


def test_silence_of_marketing_makes_it_final_at_the_deadline(
    inside: Cast, handover: Handover, rejection: Rejection, at: datetime
) -> None:
    due_at = clock_of(handover, "return_answer").due_at
    with pytest.raises(ReturnOver):
        mark_appealed(rejection, by=inside.mara, at=due_at + timedelta(seconds=1))
    notice_due(at=due_at + timedelta(seconds=1))
    run_outbox(organisation=inside.acme, at=now())
    found = Rejection.objects.get()
    assert (found.state, found.answered_at) == ("expired", due_at)
    assert states(handover)["return_answer"] == "breached"
    assert points() == 0
    with pytest.raises(ReturnOver):
        resend_lead(rejection, changes={}, note="late", by=inside.mara, at=due_at + HOUR)


def url(name: str, *arguments: object) -> str:
    return reverse(f"leads:{name}", args=["acme", *arguments])


HTMX = {"HX-Request": "true"}


def test_the_page_lists_what_came_back_with_its_clock(cast: Cast, rejection: Rejection, at: datetime) -> None:
    with time_machine.travel(at + 3 * HOUR, tick=False):
        page = signed_in(cast.mara).get(url("returns"))
        assert signed_in(cast.sam).get(url("returns")).status_code == 403
        assert signed_in(cast.gus).get(url("returns")).status_code == 404
        assert signed_in(cast.ned).get(url("returns")).context["rows"][0].may == frozenset()
    row = page.context["rows"][0]
    assert (row.criterion, row.note, row.rejected_by) == ("Company has 50 to 2,000 employees", "Too small", "Sam")
    assert row.may == {"resend", "nurture", "appeal"}
    assert row.clock.commitment == "return_answer"


def test_the_dialogs_answer_the_list(cast: Cast, rejection: Rejection, at: datetime) -> None:
    mara = signed_in(cast.mara)
    with time_machine.travel(at + 3 * HOUR, tick=False):
        asked = mara.get(url("return_nurture", rejection.handover_id), headers=HTMX)
        assert (asked.status_code, b"<html" in asked.content) == (200, False)
        past = mara.post(url("return_nurture", rejection.handover_id), {"wake_on": "2020-01-01"}, headers=HTMX)
        assert (past.status_code, past.context["refusal"]) == (422, "Choose a day to come.")
        done = mara.post(url("return_nurture", rejection.handover_id), {"wake_on": "2026-06-01"}, headers=HTMX)
    assert b'id="list"' in done.content
    assert json.loads(done["HX-Trigger"])["toast"]["text"] == "The lead is nurtured."
    assert [row.answer for row in done.context["answered"]] == ["nurtured"]


def test_resending_from_the_page_corrects_only_what_changed(cast: Cast, rejection: Rejection, at: datetime) -> None:
    mara = signed_in(cast.mara)
    with time_machine.travel(at + 3 * HOUR, tick=False):
        form = mara.get(url("return_resend", rejection.handover_id)).context["form"]
        told = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
        told |= {"employees": "640", "note": "Checked by phone"}
        done = mara.post(url("return_resend", rejection.handover_id), told)
    assert (done.status_code, done["Location"]) == (302, url("returns"))
    with tenant_scope(cast.acme.pk):
        new = Handover.objects.get(number=2)
        assert (new.note, new.snapshot["fields"]["employees"]) == ("Checked by phone", 640)
