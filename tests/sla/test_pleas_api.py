"""Excuses and evidence for clients."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from sla import actions
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from tests.sla.support import make_subject
from tests.support import Cast, api_key

NOW = datetime.fromisoformat("2026-03-31T09:00:00Z")
SENT = NOW - timedelta(days=10)


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def late(cast: Cast) -> Clock:
    """A first contact that Sam did not make within a day."""
    with tenant_scope(cast.acme.pk):
        clock = actions.start_clock(make_subject(at=SENT, owner=cast.sam), "first_contact", at=SENT)
        actions.notice_due(at=NOW)
    return clock


@pytest.fixture
def call(cast: Cast, at: datetime, client: Client, late: Clock) -> Any:
    """Return a function that calls about the late clock: call("sam", "/excuse", {...})."""

    def send(name: str, act: str, body: Any = None, clock: Any = late) -> Any:
        headers = api_key(getattr(cast, name), "sla:read", "sla:write", at=at)
        address = f"/api/v1/clocks/{clock.pk}{act}"
        if act == "/explanation":
            return client.get(address, headers=headers)
        return client.post(address, json.dumps(body or {}), content_type="application/json", headers=headers)

    return send


def state_of(cast: Cast, clock: Clock) -> str:
    with tenant_scope(cast.acme.pk):
        return str(Clock.objects.get(pk=clock.pk).state)


def test_asks_and_answers(cast: Cast, call: Any, late: Clock) -> None:
    asked = call("sam", "/excuse", {"reason": "The line was down."})
    assert (asked.status_code, asked.json()["state"], asked.json()["reason"]) == (201, "open", "The line was down.")
    assert call("sam", "/excuse", {"reason": "Again."}).json()["code"] == "plea_open"
    assert call("sina", "/excuse/decision", {"granted": True}).json()["code"] == "not_yours_to_decide"
    answered = call("marc", "/excuse/decision", {"granted": True, "note": "True."})
    assert (answered.status_code, answered.json()["state"], answered.json()["note"]) == (201, "granted", "True.")
    assert call("marc", "/excuse/decision", {"granted": False}).json()["code"] == "plea_answered"
    assert state_of(cast, late) == "excused"


def test_takes_a_question_back(call: Any) -> None:
    assert call("sam", "/excuse/withdrawal").status_code == 404
    call("sam", "/excuse", {"reason": "Hm."})
    assert call("sam", "/excuse/withdrawal").json()["state"] == "withdrawn"


def test_the_owners_word_waits_and_anothers_key_proves(cast: Cast, call: Any, late: Clock) -> None:
    body = {"happened_at": (SENT + timedelta(hours=2)).isoformat(), "note": "telephone system"}
    word = call("sam", "/evidence", body)
    assert (word.status_code, word.json()["state"], word.json()["by_machine"]) == (201, "open", False)
    assert state_of(cast, late) == "breached"
    assert call("marc", "/evidence/decision", {"granted": False, "note": "No."}).json()["state"] == "refused"
    proof = call("sina", "/evidence", body)
    assert (proof.status_code, proof.json()["state"], proof.json()["by_machine"]) == (201, "granted", True)
    told = call("ned", "/explanation").json()
    assert (told["clock"]["state"], told["clock"]["breached_at"]) == ("met", "2026-03-22T09:00:00Z")
    assert told["sentences"][-1]["code"] == "voided"
    assert [plea["state"] for plea in told["pleas"]] == ["granted", "refused"]


def test_what_nobody_owns_no_key_proves(cast: Cast, call: Any) -> None:
    with tenant_scope(cast.acme.pk):
        clock = actions.start_clock(make_subject(at=SENT), "first_contact", at=SENT)
        actions.notice_due(at=NOW)
    body = {"happened_at": (SENT + timedelta(hours=2)).isoformat()}
    assert call("sina", "/evidence", body, clock).json()["state"] == "open"


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("/excuse", {}, 422),
        ("/excuse", {"reason": ""}, 422),
        ("/excuse", {"reason": "x" * 2001}, 422),
        ("/excuse", {"reason": 3}, 422),
        ("/evidence", {"happened_at": "soon"}, 422),
        ("/evidence", {"happened_at": "2026-03-21T10:00:00"}, 422),
        ("/evidence", {"happened_at": "2026-03-20T10:00:00Z"}, 409),
        ("/evidence", {"happened_at": "2026-03-25T10:00:00Z"}, 409),
        ("/evidence", {"happened_at": "2027-03-25T10:00:00Z"}, 409),
    ],
)
def test_refuses_what_cannot_be(  # noqa: PLR0917 -- the columns of the table
    cast: Cast, call: Any, late: Clock, act: str, body: Any, status: int
) -> None:
    answer = call("sam", act, body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert state_of(cast, late) == "breached"


def test_explains_owners_and_events_in_json(cast: Cast, call: Any, late: Clock) -> None:
    told = call("sina", "/explanation").json()
    assert told["used_by_owner"] == [{"owner": str(cast.sam.pk), "seconds": 86400}]
    assert [event["kind"] for event in told["events"]][-1] == "breached"
    assert (told["rule"]["text"], told["pleas"]) == ("Standard-qualified: contact each lead within 24 h.", [])


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 1),
        ("month=2026-03", 1),
        ("month=2026-02", 0),
        ("side=sales", 1),
        ("side=marketing", 0),
        ("commitment=decision", 0),
        ("state=open", 1),
        ("state=excused", 0),
    ],
)
def test_lists_breaches_by_what_is_asked(  # noqa: PLR0917 -- the fixtures
    cast: Cast, client: Client, at: datetime, late: Clock, query: str, number: int
) -> None:  # fmt: skip
    headers = api_key(cast.ned, "sla:read", at=at)
    found = client.get(f"/api/v1/breaches?{query}", headers=headers).json()["results"]
    assert [row["id"] for row in found] == [str(late.pk)] * number
