"""Versions of the agreement for REST clients."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from sla.models import AgreementVersion
from smarketing.lib.scope import tenant_scope
from tests.sla.agreements import make_draft, make_proposal
from tests.support import Cast, api_key

NOW = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_present() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call(cast: Cast, client: Client) -> Any:
    """Return a function that calls the API for one of the cast: call("marc", "GET", "/agreements")."""
    keys: dict[str, dict[str, str]] = {}

    def send(name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if name not in keys:
            keys[name] = api_key(getattr(cast, name), "sla:read", "sla:write", at=NOW)
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        headers = {**keys[name], **{key.replace("_", "-"): value for key, value in headers.items()}}
        return client.generic(method, f"/api/v1{path}", **sent, headers=headers)  # type: ignore[arg-type]

    return send


@pytest.fixture
def draft(cast: Cast) -> AgreementVersion:
    with tenant_scope(cast.acme.pk):
        return make_draft(cast, at=NOW)


def test_the_whole_way_from_draft_to_force(cast: Cast, call: Any) -> None:
    made = call("marc", "POST", "/agreements", {})
    assert (made.status_code, made.headers["Location"], made.json()["state"]) == (201, "/api/v1/agreements/2", "draft")
    changed = call(
        "sina", "PATCH", "/agreements/2", {"content": {"review_after_months": 6}}, If_Match=made.headers["ETag"]
    )
    assert (changed.status_code, changed.json()["content"]["review_after_months"]) == (200, 6)
    assert changed.json()["content"]["volume"] == {"points_per_month": 500}
    proposed = call("marc", "POST", "/agreements/2/proposal", {"starts_on": "2026-05-01"})
    assert (proposed.status_code, proposed.json()["state"]) == (201, "proposed")
    body = {"content_hash": proposed.json()["content_hash"]}
    for name in ("marc", "sina"):
        assert call(name, "POST", "/agreements/2/signatures", body).status_code == 201
    whole = call("ned", "GET", "/agreements/2").json()
    assert (whole["state"], whole["starts_at"]) == ("signed", "2026-04-30T22:00:00Z")
    assert [row["side"] for row in whole["signatures"]] == ["marketing", "sales"]
    rows = call("ned", "GET", "/agreements").json()["results"]
    assert {row["version"]: len(row["signatures"]) for row in rows} == {2: 2, 1: 0}
    assert {row["version"]: row["ends_at"] for row in rows} == {2: None, 1: "2026-04-30T22:00:00Z"}


def test_a_second_draft_is_refused(draft: AgreementVersion, call: Any) -> None:
    answer = call("sina", "POST", "/agreements", {"based_on": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "version_open")
    assert call("sina", "POST", "/agreements", {"based_on": 7}).status_code == 404


def test_who_has_not_read_the_newest_draft_is_told(draft: AgreementVersion, call: Any) -> None:
    body = {"content": {"review_after_months": 6}}
    etag = call("marc", "GET", "/agreements/2").headers["ETag"]
    assert call("marc", "PATCH", "/agreements/2", body).status_code == 428
    assert call("marc", "PATCH", "/agreements/2", body, If_Match=etag).status_code == 200
    late = call("sina", "PATCH", "/agreements/2", {"content": {"review_after_months": 9}}, If_Match=etag)
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert call("ned", "GET", "/agreements/2").json()["content"]["review_after_months"] == 6


@pytest.mark.parametrize(
    ("content", "pointer", "code"),
    [
        ({"volume": {"points_per_month": 0}}, "/volume/points_per_month", "not_positive_whole"),
        ({"volume": None}, "/volume", "object_expected"),
        ({"capacity": {"per_day": 1e400}}, "/capacity/per_day", "not_positive_whole"),
        ({"tiers": {}}, "/tiers/standard", "field_missing"),
        ({"surprise": 1}, "/surprise", "unknown_field"),
        ({"floors": {"pipeline_per_euro": 0.5}}, "/floors/pipeline_per_euro", "not_positive"),
        ({"reasons": "\ud800"}, "/reasons", "text_unusable"),
    ],
)
def test_a_content_that_cannot_be_is_refused_at_its_pointer(
    draft: AgreementVersion, call: Any, content: Any, pointer: str, code: str
) -> None:
    answer = call("marc", "PATCH", "/agreements/2", {"content": content}, If_Match="*")
    if answer.status_code == 400:
        # What is no JSON never gets as far as the terms.
        return
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"starts_on": "2026-04-02"}, 422),
        ({"starts_on": "2026-03-01"}, 422),
        ({"starts_on": "soon"}, 422),
        ({"starts_on": "9999-12-01"}, 422),
        ({"starts_on": "0001-01-01"}, 422),
        ({"begins": "2026-05-01"}, 422),
        ([], 422),
        ({"starts_on": "2026-04-01"}, 201),
    ],
)
def test_a_version_starts_on_a_first_to_come(draft: AgreementVersion, call: Any, body: Any, status: int) -> None:
    assert call("marc", "POST", "/agreements/2/proposal", body).status_code == status


def test_a_proposal_is_taken_back_and_a_draft_discarded(cast: Cast, call: Any) -> None:
    with tenant_scope(cast.acme.pk):
        make_proposal(cast, at=NOW)
    call("marc", "POST", "/agreements/2/signatures", {})
    back = call("sina", "DELETE", "/agreements/2/proposal")
    assert (back.status_code, back.json()["state"], back.json()["signatures"]) == (200, "draft", [])
    assert call("sina", "DELETE", "/agreements/2/proposal").json()["code"] == "version_not_proposed"
    gone = call("marc", "DELETE", "/agreements/2")
    assert (gone.status_code, gone.json()["state"]) == (200, "discarded")
    assert call("marc", "DELETE", "/agreements/2").json()["code"] == "version_not_open"
    assert call("marc", "DELETE", "/agreements/1").status_code == 409


def test_compares_two_versions_in_words(draft: AgreementVersion, call: Any) -> None:
    call("marc", "PATCH", "/agreements/2", {"content": {"volume": {"points_per_month": 640}}}, If_Match="*")
    for query in ("", "?with=1"):
        told = call("ned", "GET", f"/agreements/2/diff{query}").json()
        assert (told["version"], told["with"], told["changes"]) == (2, 1, 1)
        (section,) = [part for part in told["sections"] if part["changed"]]
        assert section["section"] == "commitments"
        assert section["changed"] == [
            {
                "clause": "volume",
                "label": "Marketing: Volume",
                "change": "changed",
                "before": "Hand over qualified leads worth 500 points each month.",
                "after": "Hand over qualified leads worth 640 points each month.",
            }
        ]
    assert call("ned", "GET", "/agreements/2/diff?with=9").status_code == 404
    assert call("ned", "GET", "/agreements/2/diff?with=one").status_code == 422
    assert call("ned", "GET", "/agreements/1/diff").status_code == 422


def test_rewords_labels(call: Any) -> None:
    body = {"labels": {"/reasons/lost/price": "Too dear"}}
    assert call("marc", "PUT", "/agreements/1/labels", body).status_code == 403
    told = call("ada", "PUT", "/agreements/1/labels", body).json()
    assert told["labels"] == body["labels"]
    assert told["content"]["reasons"]["lost"][0]["label"] == "Price"
    wrong = call("ada", "PUT", "/agreements/1/labels", {"labels": {"/volume": "Lots"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/volume")


def test_names_a_deputy(cast: Cast, call: Any) -> None:
    assert call("marc", "GET", "/signing-deputy").json() == {"member": None}
    assert call("marc", "PUT", "/signing-deputy", {"member": str(cast.mara.pk)}).status_code == 200
    assert call("marc", "GET", "/signing-deputy").json() == {"member": str(cast.mara.pk)}
    assert call("marc", "PUT", "/signing-deputy", {"member": str(cast.sam.pk)}).json()["code"] == "deputy_not_eligible"
    assert call("marc", "PUT", "/signing-deputy", {"member": str(cast.gus.pk)}).status_code == 404
    assert call("sam", "PUT", "/signing-deputy", {"member": None}).status_code == 403
    with tenant_scope(cast.acme.pk):
        version = make_proposal(cast, at=NOW)
    signed = call("mara", "POST", f"/agreements/{version.number}/signatures", {}).json()
    assert (signed["by"], signed["in_place_of"]) == (str(cast.mara.pk), str(cast.marc.pk))
    assert call("marc", "PUT", "/signing-deputy", {"member": None}).json() == {"member": None}


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ada", "ned"])
def test_nobody_but_the_heads_writes(draft: AgreementVersion, call: Any, name: str) -> None:
    assert call(name, "POST", "/agreements", {}).status_code == 403
    body = {"content": {"review_after_months": 6}}
    assert call(name, "PATCH", "/agreements/2", body, If_Match="*").status_code == 403
    assert call(name, "POST", "/agreements/2/proposal", {"starts_on": "2026-05-01"}).status_code == 403
    assert call(name, "DELETE", "/agreements/2").status_code == 403


def test_a_stranger_finds_nothing(draft: AgreementVersion, call: Any) -> None:
    assert call("gus", "GET", "/agreements/2").status_code == 404
    assert call("gus", "GET", "/agreements/2/diff").status_code == 404
    assert call("gus", "DELETE", "/agreements/2").status_code == 404
