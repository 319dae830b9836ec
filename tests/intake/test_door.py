"""A form's post that is good is answered at the door; what is refused is told by the view of its address."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.test import Client

from intake.api.door import MAX_SUBMISSION
from intake.models import Submission
from intake.parsing import JSON, URLENCODED
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.intake.support import SITE, make_form, simple
from tests.intake.test_form_key import BROWSER, SCRIPT, post, url_of
from tests.intake.wire import Wire
from tests.support import Cast


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which requests came behind the door."""
    came: list[str] = []
    whole = SessionMiddleware.process_request

    def noted(self: SessionMiddleware, request: Any) -> Any:
        came.append(request.path_info)
        return whole(self, request)

    monkeypatch.setattr(SessionMiddleware, "process_request", noted)
    return came


def count(cast: Cast) -> int:
    with tenant_scope(cast.acme.pk):
        return Submission.objects.count()


@pytest.mark.parametrize("headers", [SCRIPT, BROWSER, {**SCRIPT, "Idempotency-Key": "a"}], ids=str)
def test_what_is_good_never_comes_behind_the_door(cast: Cast, behind: list[str], headers: dict[str, str]) -> None:
    form = make_form(cast, at=now())
    assert [post(form, **headers).status_code for _twice in "ab"] == [303 if headers is BROWSER else 202] * 2
    assert count(cast) == (1 if "Idempotency-Key" in headers else 2)
    assert behind == []
    # Negative control: what else is asked of the same address comes there.
    assert Wire().options(url_of(form), headers={"Origin": SITE}).status_code == 204
    assert len(behind) == 1


def test_what_is_refused_is_counted_once_and_told_to_the_page(cast: Cast, behind: list[str], settings: Any) -> None:
    settings.RATE_PER_VISITOR = 2
    form = make_form(cast, at=now())
    answers = [post(form, body, "application/json", **SCRIPT) for body in ("{", json.dumps(simple()), "{}")]
    assert [answer.status_code for answer in answers] == [400, 202, 429]
    assert {answer.headers["Access-Control-Allow-Origin"] for answer in answers} == {SITE}
    assert len(behind) == 2


def test_nothing_is_taken_under_a_name_that_is_not_ours(cast: Cast) -> None:
    form = make_form(cast, at=now())
    answer = post(form, json.dumps(simple()), "application/json", Host="evil.example")
    assert answer.status_code == 400
    assert count(cast) == 0


def test_a_fault_behind_the_door_is_a_fault_of_the_view(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("intake.api.door._store", broken)
    answer = post(make_form(cast, at=now()))
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")


ENOUGH = json.dumps({"person": {"email": "jane@example.com"}, "external_id": "1"})
POSTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "script": (ENOUGH, JSON, SCRIPT),
    "browser": ("email=jane%40example.com", URLENCODED, BROWSER),
    "server": (ENOUGH, JSON, {}),
    "again": (ENOUGH, JSON, {**SCRIPT, "Idempotency-Key": "b"}),
    "no json": ("{", JSON, SCRIPT),
    "nothing": ("", JSON, SCRIPT),
    "another type": ("<a/>", "text/xml", SCRIPT),
    "another site": (ENOUGH, JSON, {**SCRIPT, "Origin": "https://evil.example"}),
    "another host": (ENOUGH, JSON, {**SCRIPT, "Host": "evil.example"}),
    "packed": (ENOUGH, JSON, {**SCRIPT, "Content-Encoding": "gzip"}),
    "too large": (json.dumps("a" * MAX_SUBMISSION), JSON, SCRIPT),
    "far too large": (json.dumps("a" * settings.MAX_BODY_BYTES), JSON, SCRIPT),
}


def told(answer: Any) -> tuple[int, dict[str, str], str]:
    """Return what an answer says, without what names this one answer only."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    names = re.compile(r'(?<="id":")[0-9a-f-]{36}(?=")|(?<="request_id":")[0-9a-f]{16}(?=")')
    return answer.status_code, headers, names.sub("…", answer.content.decode())


@pytest.mark.parametrize("name", POSTS)
def test_the_door_answers_as_the_view_does(cast: Cast, behind: list[str], name: str) -> None:
    body, kind, headers = POSTS[name]
    url = url_of(make_form(cast, at=now()))
    # Django's own client goes past the door. The first one leaves something to be repeated.
    _first, by_view, by_door = (
        asker.post(url, body, content_type=kind, headers=headers) for asker in (Client(), Client(), Wire())
    )
    assert told(by_door) == told(by_view)
    is_taken = by_door.status_code < 400
    assert (count(cast) > 0) is is_taken
    assert (len(behind) == 2) is is_taken
    assert len(by_door.headers["X-Request-Id"]) == 16


def test_an_answer_over_https_says_so(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smarketing.lib.middleware._usual_headers", {})
    settings.SECURE_PROXY_SSL_HEADER, settings.SECURE_HSTS_SECONDS = ("HTTP_X_FORWARDED_PROTO", "https"), 60
    form = make_form(cast, at=now())
    answers = [post(form, **SCRIPT, **extra) for extra in ({}, {"X-Forwarded-Proto": "https"})]
    assert [answer.headers.get("Strict-Transport-Security") for answer in answers] == [None, "max-age=60"]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_is_made_anew_for_the_next_post(cast: Cast) -> None:
    form = make_form(cast, at=now())
    assert post(form, **SCRIPT).status_code == 202
    connection.connection.close()
    assert post(form, **SCRIPT).status_code == 202


def test_a_body_that_comes_in_pieces_goes_behind_the_door(cast: Cast, behind: list[str]) -> None:
    pieces = {"wsgi.input": BytesIO(ENOUGH.encode()), "CONTENT_TYPE": JSON, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = Wire().generic("POST", url_of(make_form(cast, at=now())), **pieces)
    assert answer.status_code == 202
    assert len(behind) == 1
