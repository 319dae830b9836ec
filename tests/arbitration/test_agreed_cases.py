"""Cases 15 and 16 of the agreed deadlines from end to end: what clients send, what clocks and pages then say."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from arbitration.models import Case
from leads.actions import assign_handover, hand_over
from leads.models import Handover
from sla import actions as sla
from sla.models import Clock, CreditEntry, Plea
from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import make_lead
from tests.leads.terms import agree, commitment
from tests.support import Cast, api_key, make_cast, signed_in

# Vienna in January is an hour ahead of UTC: Monday, 12 January 2026, 09:00 there.
MONDAY_9 = datetime(2026, 1, 12, 8, tzinfo=UTC)
MONDAY_11 = datetime(2026, 1, 12, 10, tzinfo=UTC)
MONDAY_1640 = datetime(2026, 1, 12, 15, 40, tzinfo=UTC)
MONDAY_17 = datetime(2026, 1, 12, 16, tzinfo=UTC)
TUESDAY_930 = datetime(2026, 1, 13, 8, 30, tzinfo=UTC)
TUESDAY_10 = datetime(2026, 1, 13, 9, tzinfo=UTC)
WEDNESDAY_15 = datetime(2026, 1, 14, 14, tzinfo=UTC)


@pytest.fixture
def january(db: None) -> Cast:
    """The cast under an agreement that gives standard leads eight business hours until the first contact."""
    began = datetime(2025, 12, 1, 9, tzinfo=UTC)
    cast = make_cast(at=began)

    def eight_hours(content: dict[str, Any]) -> None:
        commitment(content, "first_contact").update(amount=8, unit="business_hours")

    with tenant_scope(cast.acme.pk):
        agree(cast, eight_hours, at=began, starts_on=date(2026, 1, 1))
    return cast


@pytest.fixture
def handover(january: Cast) -> Handover:
    """A lead that is sam's since Monday 09:00."""
    with tenant_scope(january.acme.pk):
        made = hand_over(make_lead(january, at=MONDAY_9), by=january.mara, at=MONDAY_9)
        if made.assigned_to_id != january.sam.pk:
            assign_handover(made, to=january.sam, by=january.sina, at=MONDAY_9)
    return made


def post(url: str, body: dict[str, Any], headers: dict[str, str], *, at: datetime) -> Any:
    with time_machine.travel(at, tick=False):
        answer = Client().post(f"/api/v1{url}", json.dumps(body), "application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    return answer.json()


def contact(handover: Handover) -> Clock:
    return Clock.objects.get(subject=handover.subject_id, commitment="first_contact")


def disputed(cast: Cast, handover: Handover) -> str:
    """Let sam reject it on Monday 11:00 and mara appeal on Tuesday 10:00; return the case's id."""
    sales, marketing = (api_key(who, "handovers:write", "cases:write", at=MONDAY_9) for who in (cast.sam, cast.mara))
    rejection = {
        "reason": "not_fitting",
        "criterion": "company_size",
        "note": "Twelve people.",
    }
    post(f"/handovers/{handover.pk}/rejection", rejection, sales, at=MONDAY_11)
    return str(post(f"/handovers/{handover.pk}/appeal", {"grounds": "640 people."}, marketing, at=TUESDAY_10)["id"])


def test_case_15_overturned_the_contact_is_due_on_thursday_at_13(january: Cast, handover: Handover) -> None:
    case = disputed(january, handover)
    with tenant_scope(january.acme.pk):
        paused = contact(handover)
    assert (paused.state, paused.used_seconds) == ("paused", 2 * 3600)
    chair = signed_in(january.rita)
    with time_machine.travel(WEDNESDAY_15, tick=False):
        url = reverse("arbitration:rule", kwargs={"slug": "acme", "case_id": case})
        assert chair.post(url, {"outcome": "overturned", "reasons": "640 people."}).status_code == 303
        page = signed_in(january.sam).get(reverse("leads:detail", args=["acme", handover.lead_id])).content.decode()
        reader = api_key(january.sam, "sla:read", "leads:read", at=WEDNESDAY_15)
        told = Client().get(f"/api/v1/handovers/{handover.pk}", headers=reader).json()
        why = Client().get(f"/api/v1/clocks/{paused.pk}/explanation", headers=reader).json()
    with tenant_scope(january.acme.pk):
        clock = contact(handover)
    assert (clock.state, clock.due_at) == ("running", datetime(2026, 1, 15, 12, tzinfo=UTC))
    assert (told["decision"], told["credit"]) == ("accepted_by_ruling", "counted")
    assert "Thu 13:00" in page or "15 Jan" in page
    assert why["due_at"] == "2026-01-15T12:00:00Z"


def test_case_15_upheld_the_clock_is_cancelled_and_the_credit_reversed(january: Cast, handover: Handover) -> None:
    case = disputed(january, handover)
    chair = api_key(january.rita, "cases:write", at=MONDAY_9)
    post(f"/cases/{case}/ruling", {"outcome": "upheld", "reasons": "Twelve people."}, chair, at=WEDNESDAY_15)
    with tenant_scope(january.acme.pk):
        clock = contact(handover)
        assert (clock.state, clock.breached_at) == ("cancelled", None)
        entries = list(CreditEntry.objects.filter(subject=handover.subject_id).order_by("at", "pk"))
        assert [(entry.month, int(entry.points)) for entry in entries] == [
            (date(2026, 1, 1), 1),
            (date(2026, 1, 1), -1),
        ]
        assert Case.objects.get().stage == "ruled"
    reader = api_key(january.sam, "leads:read", at=WEDNESDAY_15)
    with time_machine.travel(WEDNESDAY_15, tick=False):
        assert Client().get(f"/api/v1/handovers/{handover.pk}", headers=reader).json()["credit"] == "reversed"


def test_case_16_a_call_synced_late_voids_the_breach_and_both_times_are_shown(
    january: Cast, handover: Handover
) -> None:
    with tenant_scope(january.acme.pk):
        assert contact(handover).due_at == MONDAY_17
        sla.notice_due(at=datetime(2026, 1, 12, 16, 0, 1, tzinfo=UTC))
        assert contact(handover).state == "breached"
    machine = api_key(january.sina, "handovers:write", "sla:read", at=MONDAY_9)
    call = {
        "channel": "call", "outcome": "no_answer", "occurred_at": "2026-01-12T15:40:00Z",
        "made_by": str(january.sam.pk),
    }  # fmt: skip
    post(f"/handovers/{handover.pk}/attempts", call, machine, at=TUESDAY_930)
    with tenant_scope(january.acme.pk):
        clock = contact(handover)
    assert (clock.state, clock.stopped_at, clock.breached_at) == ("met", MONDAY_1640, MONDAY_17)
    with time_machine.travel(TUESDAY_10, tick=False):
        page = signed_in(january.sina).get(reverse("sla:explanation", args=["acme", clock.pk])).content.decode()
        story = json.dumps(Client().get(f"/api/v1/clocks/{clock.pk}/explanation", headers=machine).json())
    assert "16:40" in page
    assert "17:00" in page
    assert "2026-01-12T15:40:00Z" in story


def test_case_16_by_hand_only_the_other_side_s_consent_voids_it(january: Cast, handover: Handover) -> None:
    with tenant_scope(january.acme.pk):
        sla.notice_due(at=datetime(2026, 1, 12, 16, 0, 1, tzinfo=UTC))
    rep = api_key(january.sam, "handovers:write", at=MONDAY_9)
    call = {"channel": "call", "outcome": "no_answer", "occurred_at": "2026-01-12T15:40:00Z", "note": "From my car."}
    post(f"/handovers/{handover.pk}/attempts", call, rep, at=TUESDAY_930)
    with tenant_scope(january.acme.pk):
        assert contact(handover).state == "breached"
        plea = Plea.objects.get()
        assert (plea.state, plea.happened_at) == ("open", MONDAY_1640)
        sla.decide_plea(plea, granted=True, note="", by=january.marc, at=TUESDAY_10)
        assert contact(handover).state == "met"
    for early in ("2026-01-12T07:59:00Z", "2026-01-14T08:00:00Z"):
        with time_machine.travel(TUESDAY_930, tick=False):
            refused = Client().post(
                f"/api/v1/handovers/{handover.pk}/attempts",
                json.dumps({**call, "occurred_at": early}), "application/json", headers=rep,
            )  # fmt: skip
        assert refused.status_code in (409, 422)
