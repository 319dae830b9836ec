"""The base of every operation of the REST interface: body, idempotency, If-Match."""

from datetime import datetime
from typing import Annotated

import msgspec
import pytest
from django.test import RequestFactory
from rest_framework.exceptions import ParseError
from rest_framework.test import APIRequestFactory

from smarketing.lib.api import parse_json
from smarketing.lib.bodies import read
from smarketing.lib.errors import InvalidInput
from tenants.models import IdempotencyRecord
from tenants.rest import KeyView, answer
from tests.support import Cast


class Part(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    age: Annotated[int, msgspec.Meta(ge=0, le=130)] | None = None


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    part: Part
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    parts: list[Part] = []


def faults(value: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        read(value, Whole)
    return {fault.pointer: fault.code for fault in refused.value.errors}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {"/part": "missing"}),
        ([], {"/": "wrong_type"}),
        (None, {"/": "wrong_type"}),
        ({"part": {"email": 3, "age": 200}}, {"/part/email": "wrong_type", "/part/age": "out_of_range"}),
        ({"part": {"email": "a", "a/b~": 1}}, {"/part/a~1b~0": "unknown_field"}),
        ({"part": {"email": "a"}, "at": "2026-03-02T09:00:00"}, {"/at": "malformed"}),
        ({"part": {"email": "a"}, "at": "soon"}, {"/at": "malformed"}),
        ({"part": {"email": "a"}, "at": "2026-03-02T09:00:00+20:01"}, {"/at": "malformed"}),
        ({"part": {"email": "a"}, "parts": [{"email": "b"}, {"age": "x"}]},
         {"/parts/1/email": "missing", "/parts/1/age": "wrong_type"}),
    ],
)  # fmt: skip
def test_names_every_wrong_field_with_its_pointer(value: object, expected: dict[str, str]) -> None:
    assert faults(value) == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"a": "\\u0000"}',
        b'["\\u0000"]',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b'[["\\udfff"]]',
        b"[" * 34 + b"]" * 34,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": 99999999999999999999999}',
    ],
)
def test_refuses_what_no_table_can_hold(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse_json(raw)


def test_reads_ordinary_json() -> None:
    assert parse_json('{"a": ["Zoë 😀", 1, -2.5, true, null, "\\ud83d\\ude00"]}'.encode()) == {
        "a": ["Zoë 😀", 1, -2.5, True, None, "😀"]
    }


class Counting(KeyView):
    """An operation that counts how often it is done."""

    scopes = {"POST": "leads:write", "PATCH": "leads:write"}
    done = 0

    def post(self, request: object) -> object:
        type(self).done += 1
        if self.body(dict[str, int]).get("n", 0) < 0:
            raise InvalidInput([])
        return answer({"done": type(self).done, "at": self.at}, status=201, revision=3, location="/x")

    def patch(self, request: object) -> object:
        self.expect(7)
        return answer({"changed": True})


@pytest.fixture
def call(acme: Cast, at: datetime) -> object:
    """Return a function that calls Counting with ada's key."""
    from tenants.actions import create_key

    key = create_key(name="k", scopes=["leads:write"], acts_for=acme.ada, by=acme.ada, at=at).key
    Counting.done = 0

    def send(body: bytes = b'{"n": 1}', method: str = "post", **headers: str) -> object:
        request = getattr(APIRequestFactory(), method)(
            "/api/v1/x", data=body, content_type="application/json", headers=headers
        )
        request.key, request.membership, request.organisation = key, acme.ada, acme.acme
        response = Counting.as_view()(request)
        return response.render() if hasattr(response, "render") else response

    return send


def test_a_repeated_post_gets_the_first_answer_letter_by_letter(call: object) -> None:
    headers = {"Idempotency-Key": "order-1"}
    first, again = call(**headers), call(**headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.headers["ETag"], again.headers["Location"]) == ('"3"', "/x")
    assert Counting.done == 1


def test_posts_without_a_key_are_each_done(call: object) -> None:
    call()
    call()
    assert Counting.done == 2


def test_refuses_the_same_key_with_another_body(call: object) -> None:
    call(**{"Idempotency-Key": "order-1"})
    response = call(b'{"n": 2}', **{"Idempotency-Key": "order-1"})
    assert response.status_code == 422
    assert b"idempotency_key_reused" in response.content
    assert Counting.done == 1


def test_a_refused_post_may_be_tried_again_with_its_key(call: object) -> None:
    assert call(b'{"n": -1}', **{"Idempotency-Key": "order-1"}).status_code == 422
    assert not IdempotencyRecord.objects.exists()
    assert call(b'{"n": 1}', **{"Idempotency-Key": "order-1"}).status_code == 201


@pytest.mark.parametrize("key", ["", "   ", "x" * 256])
def test_refuses_a_key_that_names_nothing(call: object, key: str) -> None:
    assert call(**{"Idempotency-Key": key}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 428, b"if_match_missing"),
        ({"If-Match": '"6"'}, 412, b"changed"),
        ({"If-Match": '"7"'}, 200, b""),
        ({"If-Match": 'W/"7"'}, 200, b""),
        ({"If-Match": "*"}, 200, b""),
    ],
)
def test_a_change_needs_the_state_it_was_decided_upon(
    call: object, headers: dict[str, str], status: int, code: bytes
) -> None:
    response = call(b"{}", "patch", **headers)
    assert response.status_code == status
    assert code in response.content


def test_refuses_a_body_that_is_too_large(call: object) -> None:
    response = call(b'{"n": 1}' + b" " * 70_000)
    assert response.status_code == 413
    assert Counting.done == 0


def test_refuses_a_packed_body_and_says_how_to_send_it(call: object) -> None:
    response = call(**{"Content-Encoding": "gzip"})
    assert response.status_code == 415
    assert b"content_encoding_unsupported" in response.content
    assert Counting.done == 0


def test_refuses_another_content_type(acme: Cast, call: object) -> None:
    request = RequestFactory().post("/api/v1/x", data=b"n=1", content_type="application/x-www-form-urlencoded")
    from tenants.models import Key

    request.key, request.membership, request.organisation = Key.objects.get(), acme.ada, acme.acme
    assert Counting.as_view()(request).status_code == 415


def test_answers_429_with_the_seconds_to_wait(call: object, settings: object) -> None:
    settings.RATE_PER_KEY = 2
    statuses = [call().status_code for _ in range(3)]
    assert statuses == [201, 201, 429]
    assert 1 <= int(call().headers["Retry-After"]) <= 10
