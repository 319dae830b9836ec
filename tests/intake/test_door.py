"""A form's post that is good is answered at the door; what is refused is told by the view of its address."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.test import Client

from intake.api.posts import FormSubmissions
from intake.models import Submission
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.intake.support import SITE, make_form, simple
from tests.intake.test_form_key import BROWSER, SCRIPT, post, url_of
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
    assert Client().options(url_of(form), headers={"Origin": SITE}).status_code == 204
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
    answer = Client(headers={"Host": "evil.example"}).post(url_of(form), simple(), content_type="application/json")
    assert answer.status_code == 400
    assert count(cast) == 0


def test_a_fault_behind_the_door_is_a_fault_of_the_view(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("intake.api.door._store", broken)
    client = Client(raise_request_exception=False)
    answer = client.post(url_of(make_form(cast, at=now())), simple(), content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")


def test_the_door_stands_where_nothing_has_been_opened_yet() -> None:
    places = [name.rsplit(".", 1)[1] for name in settings.MIDDLEWARE]
    assert places.index("BodyLimitMiddleware") + 1 == places.index("DoorMiddleware")
    assert places.index("DoorMiddleware") + 1 == places.index("ScopeMiddleware")
    assert FormSubmissions.manages_scopes
