"""Forms of other providers: what proves a call, what is understood, and that nothing comes in twice."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from intake.access import adapter_path
from intake.actions import change_adapter, create_adapter, retire_form, secret_of
from intake.adapters import PROVIDERS, Call, hubspot, read_post, typeform
from intake.models import Form, Submission
from leads.models import Lead
from smarketing.lib.scope import tenant_scope
from tests.support import Cast

HUBSPOT_SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"

# As Typeform documents a response: every kind of answer that a form of leads has.
TYPEFORM = {
    "event_id": "LtWXD3crgy",
    "event_type": "form_response",
    "form_response": {
        "form_id": "lT4Z3j",
        "token": "a3a12ec67a1365927098a606107fac15",
        "submitted_at": "2018-01-18T18:17:02Z",
        "landed_at": "2018-01-18T18:07:02Z",
        "calculated": {"score": 9},
        "variables": [{"key": "score", "type": "number", "number": 4}],
        "hidden": {"utm_source": "linkedin", "utm_campaign": "q1"},
        "definition": {
            "id": "lT4Z3j",
            "title": "Webhooks example",
            "fields": [
                {"id": "DlXFaesGBpoF", "title": "Thanks! Where do you live?", "type": "long_text", "ref": "place"},
                {"id": "SMEUb7VJz92Q", "title": "Where shall we write to?", "type": "email", "ref": "7fa2c0d4"},
                {"id": "JwWggjAKtOkA", "title": "First name", "type": "short_text", "ref": "e5b1c2aa"},
                {"id": "KoJxDM3c6x8h", "title": "How many people work there?", "type": "number", "ref": "size"},
                {"id": "PNe8ZKBK8C2Q", "title": "Which interest you?", "type": "multiple_choice", "ref": "topics"},
                {"id": "Q7M2XAwY04dW", "title": "May we call you?", "type": "yes_no", "ref": "consent"},
            ],
        },
        "answers": [
            {"type": "text", "text": "Vienna", "field": {"id": "DlXFaesGBpoF", "type": "long_text", "ref": "place"}},
            {
                "type": "email", "email": "laura@example.com",
                "field": {"id": "SMEUb7VJz92Q", "type": "email", "ref": "7fa2c0d4"},
            },
            {"type": "text", "text": "Laura", "field": {"id": "JwWggjAKtOkA", "type": "short_text", "ref": "e5b1c2aa"}},
            {"type": "number", "number": 120, "field": {"id": "KoJxDM3c6x8h", "type": "number", "ref": "size"}},
            {
                "type": "choices", "choices": {"labels": ["Price", "Demo"]},
                "field": {"id": "PNe8ZKBK8C2Q", "ref": "topics"},
            },
            {"type": "boolean", "boolean": True, "field": {"id": "Q7M2XAwY04dW", "type": "yes_no", "ref": "consent"}},
        ],
    },
}  # fmt: skip

WEB_TO_LEAD = {
    "oid": "00D300000000abc",
    "retURL": "https://evil.example/",
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@example.com",
    "company": "Example GmbH",
    "URL": "https://example.com",
    "title": "CTO",
    "employees": "120",
    "lead_source": "Web",
    "description": "Please call",
    "00N5f00000AbCdE": "50k",
}


def signed_typeform(body: bytes, secret: str) -> dict[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"Typeform-Signature": f"sha256={base64.b64encode(made).decode()}"}


def signed_hubspot(url: str, body: bytes, *, at: datetime, secret: str = HUBSPOT_SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp() * 1000))
    made = hmac.new(secret.encode(), f"POST{url}".encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {"X-HubSpot-Request-Timestamp": stamp, "X-HubSpot-Signature-v3": base64.b64encode(made).decode()}


def set_up(cast: Cast, provider: str, *, at: datetime, **options: Any) -> tuple[Form, str]:
    """Return a form of acme's and its address."""
    with tenant_scope(cast.acme.pk):
        form = create_adapter(provider=provider, name="Webinar", by=cast.marc, at=at, **options)
        return form, adapter_path(form)


def send(path: str, body: bytes, *, kind: str = "application/json", **headers: str) -> Any:
    return Client().generic("POST", path, body, content_type=kind, headers=headers)


def only_lead(cast: Cast) -> Lead:
    with tenant_scope(cast.acme.pk):
        return Lead.objects.select_related("company").get()


def submissions(cast: Cast) -> list[Submission]:
    with tenant_scope(cast.acme.pk):
        return list(Submission.objects.order_by("received_at", "id"))


# Typeform.


def test_a_response_of_typeform_becomes_a_lead(cast: Cast, at: datetime) -> None:
    form, path = set_up(cast, "typeform", at=at, mapping={"size": "company.employees"})
    body = json.dumps(TYPEFORM, indent=1).encode()
    with tenant_scope(cast.acme.pk):
        secret = secret_of(form)
    answer = send(path, body, **signed_typeform(body, secret))
    assert answer.status_code == 202
    lead = only_lead(cast)
    assert (lead.email, lead.given_name, lead.company.employees) == ("laura@example.com", "Laura", 120)
    assert lead.first_touch["source"] == "linkedin"
    assert lead.custom["Thanks! Where do you live?"] == "Vienna"
    assert lead.custom["Which interest you?"] == ["Price", "Demo"]
    [stored] = submissions(cast)
    assert (stored.raw, stored.external_id) == (TYPEFORM, TYPEFORM["form_response"]["token"])
    assert answer.json() == {"id": str(stored.pk)}


def test_the_same_response_comes_in_once(cast: Cast, at: datetime) -> None:
    form, path = set_up(cast, "typeform", at=at)
    body = json.dumps(TYPEFORM).encode()
    with tenant_scope(cast.acme.pk):
        headers = signed_typeform(body, secret_of(form))
    first, again = send(path, body, **headers), send(path, body, **headers)
    assert first.json() == again.json()
    assert len(submissions(cast)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: ({}, body),
        lambda headers, body: ({"Typeform-Signature": "sha256="}, body),
        lambda headers, body: ({"Typeform-Signature": "sha256=äöü"}, body),
        lambda headers, body: (signed_typeform(body, "another secret"), body),
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: (headers, body.replace(b"Vienna", b"Graz!!")),
    ],
    ids=["none", "empty", "no ascii", "another secret", "one byte more", "another answer"],
)
def test_what_typeform_did_not_sign_is_refused_and_not_kept(cast: Cast, at: datetime, spoil: Any) -> None:
    form, path = set_up(cast, "typeform", at=at)
    body = json.dumps(TYPEFORM).encode()
    with tenant_scope(cast.acme.pk):
        headers, sent = spoil(signed_typeform(body, secret_of(form)), body)
    answer = send(path, sent, **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "signature_invalid")
    assert submissions(cast) == []


def test_a_new_secret_ends_the_old_one(cast: Cast, at: datetime) -> None:
    form, path = set_up(cast, "typeform", at=at, secret="first")
    with tenant_scope(cast.acme.pk):
        change_adapter(form, secret="second", by=cast.marc, at=at)
    body = json.dumps(TYPEFORM).encode()
    assert send(path, body, **signed_typeform(body, "first")).status_code == 403
    assert send(path, body, **signed_typeform(body, "second")).status_code == 202


# HubSpot.


def hubspot_call(path: str, payload: Any, *, at: datetime, signed_at: datetime | None = None) -> Any:
    body = json.dumps(payload).encode()
    with time_machine.travel(at, tick=False):
        return send(path, body, **signed_hubspot(settings.BASE_URL + path, body, at=signed_at or at))


def test_a_submission_of_hubspot_becomes_a_lead(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "hubspot-form", at=at, secret=HUBSPOT_SECRET)
    assert hubspot_call(path, {**hubspot.SAMPLE, "fields": hubspot.SAMPLE["fields"][:4]}, at=at).status_code == 202
    lead = only_lead(cast)
    assert (lead.email, lead.given_name, lead.family_name) == ("jane.doe@example.com", "Jane", "Doe")
    assert lead.company_name == "Example GmbH"


def test_hubspot_sends_a_contact_or_plain_fields_too() -> None:
    contact = {"vid": 7, "properties": {"email": {"value": "a@b.example"}, "firstname": {"value": "A"}}}
    plain = {"email": "a@b.example", "firstname": "A", "pageUrl": "https://www.example.com/x"}
    for payload in (contact, plain):
        body = read_post(payload, provider="hubspot-form", mapping={})
        assert body.person is not None
        assert (body.person.email, body.person.given_name) == ("a@b.example", "A")


def test_one_call_of_hubspot_may_carry_several(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "hubspot-form", at=at, secret=HUBSPOT_SECRET)
    several = [{"email": f"{name}@example.com"} for name in ("a", "b", "a")]
    assert hubspot_call(path, several, at=at).status_code == 202
    assert len(submissions(cast)) == 2


def test_more_than_a_hundred_in_one_call_are_refused_whole(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "hubspot-form", at=at, secret=HUBSPOT_SECRET)
    many = [{"email": f"a{number}@example.com"} for number in range(101)]
    assert hubspot_call(path, many, at=at).status_code == 413
    assert submissions(cast) == []


@pytest.mark.parametrize(("minutes", "status"), [(-4.9, 202), (4.9, 202), (-5.1, 403), (5.1, 403)])
def test_a_call_of_hubspot_is_good_for_five_minutes(cast: Cast, at: datetime, minutes: float, status: int) -> None:
    _form, path = set_up(cast, "hubspot-form", at=at, secret=HUBSPOT_SECRET)
    signed_at = at + timedelta(minutes=minutes)
    assert hubspot_call(path, {"email": "a@b.example"}, at=at, signed_at=signed_at).status_code == status


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "9" * 30, "1e12", "١٢٣"])
def test_a_time_that_is_none_proves_nothing(at: datetime, stamp: str) -> None:
    made = hmac.new(b"s", b"POST" + b"https://x.example/" + b"{}" + stamp.encode(), hashlib.sha256).digest()
    headers = {"X-HubSpot-Request-Timestamp": stamp, "X-HubSpot-Signature-v3": base64.b64encode(made).decode()}
    assert hubspot.is_genuine(Call("POST", "https://x.example/", headers, b"{}"), "s", at) is False


def test_hubspot_signs_the_address_as_it_reads(at: datetime) -> None:
    read = "https://x.example/a?b=(1):2&c=%20"
    headers = signed_hubspot(read, b"{}", at=at, secret="s")
    assert hubspot.is_genuine(Call("POST", "https://x.example/a?b=%281%29%3A2&c=%20", headers, b"{}"), "s", at)
    assert not hubspot.is_genuine(Call("GET", read, headers, b"{}"), "s", at)


# Salesforce.


def web_to_lead(path: str, fields: dict[str, str], **headers: str) -> Any:
    return send(path, urlencode(fields).encode(), kind="application/x-www-form-urlencoded", **headers)


def test_a_form_of_salesforce_becomes_a_lead(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "salesforce-web-to-lead", at=at, mapping={"00N5f00000AbCdE": "intent"})
    assert web_to_lead(path, WEB_TO_LEAD).status_code == 202
    lead = only_lead(cast)
    assert (lead.email, lead.job_title, lead.message) == ("jane@example.com", "CTO", "Please call")
    assert lead.company.employees == 120
    assert lead.first_touch["source"] in ("Web", "web")
    assert not {"oid", "retURL"} & lead.custom.keys()
    assert submissions(cast)[0].raw == WEB_TO_LEAD


def test_the_same_form_twice_a_day_is_one(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "salesforce-web-to-lead", at=at)
    for later in (timedelta(0), timedelta(minutes=1), timedelta(days=1)):
        with time_machine.travel(at + later, tick=False):
            assert web_to_lead(path, WEB_TO_LEAD).status_code == 202
    assert len(submissions(cast)) == 2


def test_a_browser_goes_to_the_thank_you_page_and_never_where_the_post_says(cast: Cast, at: datetime) -> None:
    form, path = set_up(cast, "salesforce-web-to-lead", at=at, thanks_url="https://www.acme.example/thanks")
    answer = web_to_lead(path, WEB_TO_LEAD, **{"Sec-Fetch-Mode": "navigate"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.acme.example/thanks")
    with tenant_scope(cast.acme.pk):
        change_adapter(form, thanks_url="", by=cast.marc, at=at)
    answer = web_to_lead(path, WEB_TO_LEAD, **{"Sec-Fetch-Mode": "navigate"})
    assert (answer.status_code, "Location" in answer.headers) == (202, False)


# All of them.


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
