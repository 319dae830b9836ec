"""Every POST of the door under bad input: a clear 4xx, nothing stored, nothing half done, never a 5xx."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from intake.models import Submission
from leads.models import Lead
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.intake.support import URL, make_form, simple
from tests.support import Cast, api_key

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

UNREADABLE = [
    b"{",
    b"\xff\xfe\x00",
    b'{"person": NaN}',
    b'{"person": {"email": "a@b.example", "email": "c@d.example"}}',
    b'{"message": "\\u0000"}',
    b'{"message": "\\ud800"}',
    b'{"custom": {"n": 1e999}}',
    b'{"custom": {"n": ' + b"9" * 4999 + b"}}",
    b'{"custom": ' + b"[" * 200 + b"]" * 200 + b"}",
    b"[" * 30_000 + b"]" * 30_000,
]

WRONG_FIELDS: list[tuple[Any, set[str]]] = [
    ([], {"/"}),
    ("text", {"/"}),
    (7, {"/"}),
    (None, {"/"}),
    ({}, {"/person/email"}),
    ({"person": {}}, {"/person/email"}),
    ({"person": {"email": "no address"}}, {"/person/email"}),
    ({"person": {"email": ["a@b.example"]}}, {"/person/email"}),
    ({"person": {"email": "a" * 400 + "@b.example"}}, {"/person/email"}),
    (simple(colour="red"), {"/colour"}),
    ({"person": {"email": "a@b.example", "shoe": 43}}, {"/person/shoe"}),
    (simple(company={"employees": -1, "country": "Austria"}), {"/company/employees", "/company/country"}),
    (simple(company={"employees": 10**18}), {"/company/employees"}),
    (simple(company={"employees": 1.5}), {"/company/employees"}),
    (simple(submitted_at="2026-03-02T09:15:00"), {"/submitted_at"}),
    (simple(submitted_at="2026-02-30T09:15:00Z"), {"/submitted_at"}),
    (simple(external_id=""), {"/external_id"}),
    (simple(external_id="x" * 201), {"/external_id"}),
    (simple(behaviours=[{"at": "soon"}]), {"/behaviours/0/kind", "/behaviours/0/at"}),
    (simple(behaviours=[{"kind": "x"}] * 201), {"/behaviours"}),
    (simple(consents=[{"purpose": "sales_contact"}]), {"/consents/0/granted"}),
    (simple(test="yes"), {"/test"}),
    (simple(custom=[]), {"/custom"}),
    (simple(attribution={"last": {"source": 3}}), {"/attribution/last/source"}),
]


@pytest.fixture
def key(cast: Cast) -> dict[str, str]:
    return api_key(cast.ada, "leads:write", at=now())


def stored(cast: Cast) -> tuple[int, int]:
    with tenant_scope(cast.acme.pk):
        return Submission.objects.count(), Lead.objects.count()


def check_problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert {"type", "title", "status", "code", "detail", "instance", "request_id"} <= body.keys()
    assert body["status"] == status
    return body


@pytest.mark.parametrize("raw", UNREADABLE, ids=range(len(UNREADABLE)))
def test_secret_key_unreadable_json(cast: Cast, key: dict[str, str], raw: bytes) -> None:
    check_problem(Client().post(URL, data=raw, content_type=JSON, headers=key), 400)
    assert stored(cast) == (0, 0)


@pytest.mark.parametrize(("body", "pointers"), WRONG_FIELDS, ids=range(len(WRONG_FIELDS)))
def test_secret_key_wrong_fields(cast: Cast, key: dict[str, str], body: Any, pointers: set[str]) -> None:
    response = Client().post(URL, data=json.dumps(body), content_type=JSON, headers=key)
    problem = check_problem(response, 422)
    assert {fault["pointer"] for fault in problem["errors"]} == pointers
    assert stored(cast) == (0, 0)


@pytest.mark.parametrize(
    ("size", "status"), [(64 * 1024 + 1, 413), (5 * 1024 * 1024 + 1, 413), (10 * 1024 * 1024, 413)]
)
def test_secret_key_too_large(cast: Cast, key: dict[str, str], size: int, status: int) -> None:
    check_problem(Client().post(URL, data=b" " * size, content_type=JSON, headers=key), status)
    assert stored(cast) == (0, 0)


@pytest.mark.parametrize("kind", ["text/plain", "text/xml", "application/octet-stream", "application/json-seq"])
def test_secret_key_wrong_type(cast: Cast, key: dict[str, str], kind: str) -> None:
    check_problem(Client().post(URL, data=b"{}", content_type=kind, headers=key), 415)
    assert stored(cast) == (0, 0)


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer x", "Bearer sk_live_x_y", "Basic eDp5", "Bearer sk_live_é_y", "Bearer " + "x" * 5000],
)
def test_bad_keys_are_refused(cast: Cast, value: str) -> None:
    response = Client().post(URL, data=b"{}", content_type=JSON, HTTP_AUTHORIZATION=value)
    check_problem(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("act", ["release", "spam"])
@pytest.mark.parametrize("which", ["0b3024f3-b5eb-4844-8804-f2e0884dd97b", "7", "not-an-id", "%00"])
def test_judging_what_is_not_there(cast: Cast, key: dict[str, str], act: str, which: str) -> None:
    check_problem(Client().post(f"{URL}/{which}/{act}", data=b"{}", content_type=JSON, headers=key), 404)


@pytest.mark.parametrize("raw", UNREADABLE, ids=range(len(UNREADABLE)))
def test_form_key_unreadable_json(cast: Cast, raw: bytes) -> None:
    url = reverse("api:form_submissions", args=[make_form(cast, at=now()).key_text])
    check_problem(Client().post(url, data=raw, content_type=JSON), 400)
    assert stored(cast) == (0, 0)


@pytest.mark.parametrize(("body", "pointers"), WRONG_FIELDS, ids=range(len(WRONG_FIELDS)))
def test_form_key_stores_whatever_can_be_parsed(cast: Cast, body: Any, pointers: set[str]) -> None:
    url = reverse("api:form_submissions", args=[make_form(cast, at=now()).key_text])
    response = Client().post(url, data=json.dumps(body), content_type=JSON)
    assert response.status_code == 202, response.content
    with tenant_scope(cast.acme.pk):
        submission = Submission.objects.get()
    assert submission.raw == body
    assert submission.state in ("matched", "quarantined")


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"x" * (64 * 1024 + 1), FORM, 413),
        (b" " * (10 * 1024 * 1024), JSON, 413),
        (b"{}", "text/plain", 415),
        (b"&".join(b"a%d=1" % number for number in range(501)), FORM, 400),
        (b"no boundary", "multipart/form-data", 400),
        (b"--x\r\ngarbage", "multipart/form-data; boundary=x", 202),
        (b"%ff%fe=%00&a=%zz", FORM, 202),
    ],
)
def test_form_key_odd_bodies(cast: Cast, data: bytes, kind: str, status: int) -> None:
    url = reverse("api:form_submissions", args=[make_form(cast, at=now()).key_text])
    response = Client().post(url, data=data, content_type=kind)
    assert response.status_code == status, response.content
    assert stored(cast) == (1 if status == 202 else 0, 0)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_refused(cast: Cast, key: dict[str, str], method: str) -> None:
    if method != "get":
        check_problem(getattr(Client(), method)(URL, headers=key), 405)
    url = reverse("api:form_submissions", args=[make_form(cast, at=now()).key_text])
    check_problem(getattr(Client(), method)(url), 405)


def test_many_calls_are_told_when_to_come_back(cast: Cast, key: dict[str, str], settings: Any) -> None:
    settings.RATE_PER_KEY = settings.RATE_PER_VISITOR = 3
    form = reverse("api:form_submissions", args=[make_form(cast, at=now()).key_text])
    for url, data, kind, headers in (
        (URL, json.dumps(simple()), JSON, key),
        (form, "email=jane%40example.com", FORM, {}),
    ):
        answers = [Client().post(url, data=data, content_type=kind, headers=headers) for _ in range(4)]
        assert [answer.status_code < 300 for answer in answers] == [True, True, True, False]
        check_problem(answers[-1], 429)
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10


def test_a_forms_visitors_share_a_limit_of_their_own(cast: Cast, settings: Any) -> None:
    settings.RATE_PER_FORM, settings.RATE_PER_KEY = 3, 1
    form = reverse("api:form_submissions", args=[make_form(cast, at=now()).key_text])
    other = reverse("api:form_submissions", args=[make_form(cast, at=now()).key_text])

    def post(url: str, number: int) -> int:
        told = {"email": f"p{number}@example.com"}
        return Client().post(url, data=told, REMOTE_ADDR=f"198.51.100.{number}").status_code

    assert [post(form, number) for number in range(4)] == [202, 202, 202, 429]
    assert post(other, 9) == 202


def test_one_address_is_limited_over_all_keys(cast: Cast, settings: Any) -> None:
    settings.RATE_PER_ADDRESS = 2
    drawn = uuid4().bytes
    address = {"REMOTE_ADDR": f"10.{drawn[0]}.{drawn[1]}.{drawn[2]}"}
    keys = [api_key(cast.ada, "leads:write", at=now()) for _ in range(3)]
    answers = [Client().post(URL, data=json.dumps(simple()), content_type=JSON, headers=key, **address) for key in keys]
    assert [answer.status_code for answer in answers] == [201, 200, 429]
