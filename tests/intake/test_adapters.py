"""Forms of other providers, all of them: their addresses, odd posts, samples, the page."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from intake.access import adapter_path
from intake.actions import retire_form, secret_of
from intake.adapters import PROVIDERS, typeform
from intake.models import Form
from smarketing.lib.scope import tenant_scope
from tests.intake.adapters import send, set_up, submissions
from tests.intake.test_typeform import TYPEFORM, signed_typeform
from tests.support import Cast


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_another_address_is_nothing(cast: Cast, at: datetime, provider: str) -> None:
    _form, path = set_up(cast, provider, at=at, secret="x")
    other = next(key for key in PROVIDERS if key != provider)
    for wrong in (path[:-1] + ("a" if path[-1] != "a" else "b"), path.replace(provider, other), path.partition("-")[0]):
        assert send(wrong, b"{}").status_code == 404, wrong


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_form_that_was_taken_down_answers_410(cast: Cast, at: datetime, provider: str) -> None:
    form, path = set_up(cast, provider, at=at, secret="x")
    with tenant_scope(cast.acme.pk):
        retire_form(form, by=cast.marc, at=at)
    assert send(path, b"{}").status_code == 410


def test_a_provider_s_key_opens_no_form_of_ours(cast: Cast, at: datetime) -> None:
    form, _path = set_up(cast, "typeform", at=at)
    with tenant_scope(cast.acme.pk):
        key = Form.objects.select_related("key").get(pk=form.pk).key.visible_prefix
    assert send(f"/api/v1/intake/forms/{key}/submissions", b'{"email": "a@b.example"}').status_code == 404
    assert Client().get(f"/f/{key}/").status_code == 404


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
@pytest.mark.parametrize(
    "raw", [None, 1, "text", [], {}, {"form_response": 1}, {"fields": [1, {"name": 2}]}, {"answers": {}}]
)
def test_whatever_stands_in_a_post_it_is_read_or_kept(provider: str, raw: Any) -> None:
    for part in PROVIDERS[provider].parts_of(raw):
        assert isinstance(PROVIDERS[provider].fields_of(part, {}), dict)
        assert isinstance(PROVIDERS[provider].external_id_of(part), str)


def test_an_odd_post_that_is_signed_is_kept_for_a_person(cast: Cast, at: datetime) -> None:
    form, path = set_up(cast, "typeform", at=at, secret="s")
    assert form.provider == "typeform"
    for body in (b"[1]", b'"text"', b"{}", b'{"form_response": {"answers": [null, {"type": 3}]}}'):
        assert send(path, body, **signed_typeform(body, "s")).status_code == 202
    assert {one.state for one in submissions(cast)} == {"quarantined"}
    assert send(path, b"{", **signed_typeform(b"{", "s")).status_code == 400


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_sample_is_understood_and_waits_as_a_test(cast: Cast, at: datetime, provider: str, client_of: Any) -> None:
    form, _path = set_up(cast, provider, at=at, secret="x")
    client = client_of(cast.marc)
    answer = client.post(f"/o/acme/adapters/{form.pk}/try/")
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).content.decode()
    assert "jane.doe@example.com" in page
    [stored] = submissions(cast)
    assert (stored.state, stored.reasons[0]["code"]) == ("quarantined", "test")


def test_a_page_sets_one_up_and_shows_what_to_paste(cast: Cast, at: datetime, client_of: Any) -> None:
    client = client_of(cast.marc)
    assert client.post("/o/acme/adapters/", {"provider": "hubspot-form", "name": "Demo"}).status_code == 422
    made = client.post("/o/acme/adapters/", {"provider": "typeform", "name": "Demo", "owner": str(cast.mara.pk)})
    assert made.status_code == 302
    page = client.get(made.headers["Location"]).content.decode()
    with tenant_scope(cast.acme.pk):
        form = Form.objects.select_related("key").get(name="Demo")
        assert adapter_path(form) in page
        assert secret_of(form) in page
        assert secret_of(form) not in form.sealed_secret
        assert form.owner_id == cast.mara.pk
    assert urlsplit(made.headers["Location"]).path == f"/o/acme/adapters/{form.pk}/"


def test_the_signature_is_what_keeps_strangers_out(cast: Cast, at: datetime, monkeypatch: Any) -> None:
    """Negative control: without the check, an unsigned post comes in."""
    _form, path = set_up(cast, "typeform", at=at)
    assert send(path, json.dumps(TYPEFORM).encode()).status_code == 403
    monkeypatch.setattr("intake.api.calls.AdapterCalls._refuse_unsigned", lambda *_told: None)
    assert send(path, json.dumps(TYPEFORM).encode()).status_code == 202
    assert typeform.PROVIDER.is_genuine is not None
