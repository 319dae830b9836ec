"""The engine for REST clients."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from sla import actions
from sla.models import AgreementVersion, Calendar, Clock, Target
from smarketing.lib.scope import tenant_scope
from tests.sla.support import make_subject
from tests.support import CANARY, Cast, api_key

NOW = datetime.fromisoformat("2026-03-31T09:00:00Z")
JSON = "application/json"


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call(cast: Cast, at: datetime, client: Client) -> Any:
    """Return a function that calls the API for one of the cast: call("marc", "GET", "/targets")."""
    keys: dict[str, dict[str, str]] = {}

    def send(name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if name not in keys:
            keys[name] = api_key(getattr(cast, name), "sla:read", "sla:write", at=at)
        options = {"data": body, "content_type": JSON} if body is not None else {}
        headers = {**keys[name], **{key.replace("_", "-"): value for key, value in headers.items()}}
        return client.generic(method, f"/api/v1{path}", **_encoded(options), headers=headers)

    return send


def _encoded(options: dict[str, Any]) -> dict[str, Any]:
    import json

    return {**options, "data": json.dumps(options["data"])} if options else {}


def start(cast: Cast, *, owner: Any = None) -> Clock:
    with tenant_scope(cast.acme.pk):
        at = NOW - timedelta(days=10)
        return actions.start_clock(make_subject(at=at, owner=owner), "first_contact", at=at)


def test_lists_and_reads_agreements(call: Any) -> None:
    (row,) = call("ned", "GET", "/agreements").json()["results"]
    assert (row["version"], row["state"], row["signatures"]) == (1, "in_force", [])
    whole = call("ned", "GET", "/agreements/1").json()
    assert whole["content"]["volume"] == {"points_per_month": 500}
    assert whole["content_hash"] == row["content_hash"]
    assert call("ned", "GET", "/agreements/2").status_code == 404


def test_signs_what_was_read_and_nothing_else(call: Any) -> None:
    wrong = call("marc", "POST", "/agreements/1/signatures", {"content_hash": "0" * 64})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "hash_mismatch")
    known = call("marc", "GET", "/agreements/1").json()["content_hash"]
    assert call("marc", "POST", "/agreements/1/signatures", {"content_hash": known}).status_code == 201
    assert call("marc", "POST", "/agreements/1/signatures", {}).json()["code"] == "already_signed"
    assert call("sam", "POST", "/agreements/1/signatures", {}).status_code == 403


def test_proposes_and_countersigns_a_target(call: Any) -> None:
    made = call("marc", "POST", "/targets", {"month": "2026-03", "points": "640", "note": "fair"})
    assert made.status_code == 201
    assert (made.json()["points"], made.json()["state"]) == ("640.00", "proposed")
    before = call("ned", "GET", "/targets?month=2026-03").json()
    assert before["in_force"] == {"points": "500", "source": "agreement"}
    signed = call("sina", "POST", f"/targets/{made.json()['id']}/countersignature", {})
    assert (signed.status_code, signed.json()["state"]) == (201, "countersigned")
    after = call("ned", "GET", "/targets?month=2026-03").json()
    assert after["in_force"] == {"points": "640.00", "source": "countersigned"}
    assert len(after["results"]) == 1


def test_proposing_with_one_key_twice_proposes_once(cast: Cast, call: Any) -> None:
    body = {"month": "2026-03", "points": 640}
    first = call("marc", "POST", "/targets", body, Idempotency_Key="one")
    again = call("marc", "POST", "/targets", body, Idempotency_Key="one")
    assert first.content == again.content
    with tenant_scope(cast.acme.pk):
        assert Target.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"month": "2026-03"}, 422),
        ({"month": "March", "points": "1"}, 422),
        ({"month": "2026-13", "points": "1"}, 422),
        ({"month": "2026-03", "points": "many"}, 422),
        ({"month": "2026-03", "points": "-1"}, 422),
        ({"month": "2026-03", "points": "NaN"}, 422),
        ({"month": "2026-03", "points": "1e400"}, 422),
        ({"month": "2026-03", "points": True}, 422),
        ({"month": "2026-03", "points": "1", "colour": "red"}, 422),
        ({"month": "2026-02", "points": "1"}, 409),
        ([], 422),
    ],
)
def test_refuses_a_wrong_target(cast: Cast, call: Any, body: Any, status: int) -> None:
    answer = call("marc", "POST", "/targets", body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    with tenant_scope(cast.acme.pk):
        assert not Target.objects.exists()


def test_the_roles_of_the_keys_member_hold(call: Any) -> None:
    assert call("sina", "POST", "/targets", {"month": "2026-03", "points": "1"}).status_code == 403
    made = call("marc", "POST", "/targets", {"month": "2026-03", "points": "1"}).json()
    assert call("marc", "POST", f"/targets/{made['id']}/countersignature", {}).status_code == 403


def test_a_key_without_the_scope_is_refused(cast: Cast, client: Client, at: datetime) -> None:
    headers = api_key(cast.marc, "sla:read", at=at)
    answer = client.post("/api/v1/targets", {}, content_type=JSON, headers=headers)
    assert answer.status_code == 403


def test_lists_clocks_as_of_now(cast: Cast, call: Any) -> None:
    clock = start(cast)
    (row,) = call("ned", "GET", "/clocks?state=breached").json()["results"]
    assert (row["id"], row["state"], row["target_seconds"]) == (str(clock.pk), "breached", 86400)
    assert row["due_at"] == row["breached_at"]
    assert call("ned", "GET", "/clocks?state=running").json()["results"] == []
    assert call("ned", "GET", "/clocks?due_before=2026-01-01T00:00:00Z").json()["results"] == []
    assert call("ned", "GET", f"/clocks?lead={clock.thread_id}&side=sales").json()["results"] == [row]


@pytest.mark.parametrize("query", ["state=odd", "due_before=yesterday", "colour=red", "lead=1", "limit=0"])
def test_refuses_a_filter_that_does_not_exist(call: Any, query: str) -> None:
    assert call("ned", "GET", f"/clocks?{query}").status_code == 422


def test_explains_a_deadline(cast: Cast, call: Any) -> None:
    clock = start(cast)
    told = call("sina", "GET", f"/clocks/{clock.pk}/explanation").json()
    assert told["due_at"] == (clock.due_at.isoformat().replace("+00:00", "Z"))
    assert told["rule"]["amount"] == "24"
    assert told["sentences"][0]["text"] == "Promised within 24 hours from Sat 21 Mar 2026 10:00."
    assert told["sentences"][-1]["code"] == "breached"


def test_a_rep_reads_no_clocks_of_colleagues(cast: Cast, call: Any) -> None:
    clock = start(cast, owner=cast.sina)
    assert call("sam", "GET", "/clocks").json()["results"] == []
    assert call("sam", "GET", f"/clocks/{clock.pk}/explanation").status_code == 404
    assert call("sam", "GET", "/breaches").json()["results"] == []


def test_lists_breaches_by_month_and_side(cast: Cast, call: Any) -> None:
    start(cast)
    assert len(call("ned", "GET", "/breaches?month=2026-03&side=sales").json()["results"]) == 1
    assert call("ned", "GET", "/breaches?month=2026-02").json()["results"] == []
    assert call("ned", "GET", "/breaches?side=marketing").json()["results"] == []


def test_lists_calendars_and_previews_a_promise(cast: Cast, call: Any) -> None:
    rows = {row["key"]: row for row in call("ned", "GET", "/calendars").json()["results"]}
    assert set(rows) == {"board", "marketing", "sales"}
    assert rows["sales"]["holidays"]["2026-10-26"]
    body = {"start": "2026-03-27T15:00:00Z", "amount": 8, "unit": "business_hours"}
    told = call("ned", "POST", f"/calendars/{rows['sales']['id']}/preview", body).json()
    assert told == {
        "due_at": "2026-03-30T14:00:00Z",
        "segments": [
            ["2026-03-27T15:00:00Z", "2026-03-27T16:00:00Z"],
            ["2026-03-30T07:00:00Z", "2026-03-30T14:00:00Z"],
        ],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": "NaN"},
        {"amount": 999999},
        {"amount": "0.5", "unit": "business_days"},
        {"unit": "weeks"},
        {"start": "2026-03-27T15:00:00"},
        {"start": "0001-01-01T00:00:00Z"},
        {"start": "9999-12-31T00:00:00Z"},
    ],
)
def test_refuses_a_promise_that_makes_no_sense(cast: Cast, call: Any, changes: dict[str, Any]) -> None:
    with tenant_scope(cast.acme.pk):
        calendar = Calendar.objects.get(key="sales")
    body = {"start": "2026-03-27T15:00:00Z", "amount": 8, "unit": "business_hours", **changes}
    assert call("ned", "POST", f"/calendars/{calendar.pk}/preview", body).status_code == 422


def test_a_stranger_finds_nothing(cast: Cast, call: Any) -> None:
    clock = start(cast)
    with tenant_scope(cast.acme.pk):
        target = actions.propose_target(month=NOW.date().replace(day=1), points=1, note="", by=cast.marc, at=NOW)
        calendar, version = Calendar.objects.first(), AgreementVersion.objects.get()
        assert calendar is not None
    body = {"start": "2026-03-27T15:00:00Z", "amount": 8, "unit": "business_hours"}
    assert call("gus", "GET", f"/clocks/{clock.pk}/explanation").status_code == 404
    assert call("gus", "POST", f"/targets/{target.pk}/countersignature", {}).status_code == 404
    assert call("gus", "POST", f"/calendars/{calendar.pk}/preview", body).status_code == 404
    for path in ("/clocks", "/breaches", "/targets"):
        assert call("gus", "GET", path).json()["results"] == []
    assert call("gus", "GET", "/agreements").json()["results"][0]["id"] != str(version.pk)
    assert CANARY not in call("ned", "GET", "/agreements/1").content.decode()


def test_malformed_ids_are_404(call: Any) -> None:
    assert call("ned", "GET", "/clocks/17/explanation").status_code == 404
