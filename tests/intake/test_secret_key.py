"""A secret key's submission is judged in the request and answered with the lead."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from events.models import Event
from intake.models import Submission
from leads.models import Handover, Lead
from smarketing.lib.scope import tenant_scope
from tests.intake.support import URL, WHOLE, push, simple
from tests.support import Cast, api_key


@pytest.fixture
def key(cast: Cast) -> dict[str, str]:
    from smarketing.lib.clock import now

    return api_key(cast.ada, "leads:write", "leads:read", at=now())


def test_a_whole_submission_becomes_a_lead_in_a_reps_inbox(cast: Cast, key: dict[str, str]) -> None:
    response = push(key, WHOLE)
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["state"], body["created"]) == ("matched", True)
    with tenant_scope(cast.acme.pk):
        lead = Lead.objects.get(pk=body["lead"])
        assert (lead.email_norm, lead.stage, lead.tier) == ("jane.doe@example.com", "mql", "hand_raiser")
        assert Handover.objects.get(lead=lead).assigned_to_id == cast.sam.pk
        submission = Submission.objects.get()
        assert submission.raw == WHOLE
        assert {"lead.received", "lead.qualified", "handover.sent"} <= set(Event.objects.values_list("kind", flat=True))
    assert response.headers["Location"] == f"{URL}/{body['id']}"


def test_a_known_person_is_appended_to(cast: Cast, key: dict[str, str]) -> None:
    first = push(key, simple("jane@example.com"))
    second = push(key, simple(" JANE@example.com "))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["lead"] == second.json()["lead"]
    assert second.json()["created"] is False


def test_the_same_external_id_is_stored_once_for_ever(cast: Cast, key: dict[str, str]) -> None:
    first = push(key, simple(external_id="crm:1"))
    again = push(key, simple("other@example.com", external_id="crm:1"))
    assert again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    with tenant_scope(cast.acme.pk):
        assert (Submission.objects.count(), Lead.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"hp": "buy now"}, "honeypot"), ({"test": True}, "test")],
)
def test_doubtful_ones_wait_in_quarantine(cast: Cast, key: dict[str, str], change: dict[str, Any], reason: str) -> None:
    response = push(key, simple(**change))
    assert response.status_code == 202
    assert [part["code"] for part in response.json()["reasons"]] == [reason]
    with tenant_scope(cast.acme.pk):
        assert not Lead.objects.exists()


def test_release_makes_the_lead_and_a_second_release_is_refused(cast: Cast, key: dict[str, str]) -> None:
    waiting = push(key, simple(test=True)).json()
    released = push(key, {}, url=f"{URL}/{waiting['id']}/release")
    assert (released.status_code, released.json()["state"]) == (200, "matched")
    again = push(key, {}, url=f"{URL}/{waiting['id']}/release")
    assert (again.status_code, again.json()["code"]) == (409, "submission_settled")
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.count() == 1


def test_spam_is_kept_and_makes_no_lead(cast: Cast, key: dict[str, str]) -> None:
    waiting = push(key, simple(hp="x")).json()
    answer = push(key, {}, url=f"{URL}/{waiting['id']}/spam")
    assert (answer.status_code, answer.json()["state"]) == (200, "spam")
    with tenant_scope(cast.acme.pk):
        assert not Lead.objects.exists()


def test_reads_a_submission_and_hides_it_from_others(cast: Cast, key: dict[str, str], at: datetime) -> None:
    made = push(key, simple()).json()
    assert Client().get(f"{URL}/{made['id']}", headers=key).json() == made
    from smarketing.lib.clock import now

    stranger = api_key(cast.gus, "leads:read", "leads:write", at=now())
    for answer in (
        Client().get(f"{URL}/{made['id']}", headers=stranger),
        push(stranger, {}, url=f"{URL}/{made['id']}/release"),
        push(stranger, {}, url=f"{URL}/{made['id']}/spam"),
    ):
        assert answer.status_code == 404


def test_an_auditor_may_not_push(cast: Cast) -> None:
    from smarketing.lib.clock import now

    response = push(api_key(cast.ned, "leads:write", at=now()), simple())
    assert (response.status_code, response.json()["code"]) == (403, "role_missing")


def test_a_key_without_the_scope_may_not_push(cast: Cast) -> None:
    from smarketing.lib.clock import now

    assert push(api_key(cast.ada, "leads:read", at=now()), simple()).status_code == 403


def test_takes_a_plain_form_too(cast: Cast, key: dict[str, str]) -> None:
    response = Client().post(
        URL,
        data="email=jane%40example.com&budget=50k",
        content_type="application/x-www-form-urlencoded",
        headers=key,
    )
    assert response.status_code == 201
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().custom == {"budget": "50k"}
