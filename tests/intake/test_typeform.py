"""Typeform: what proves a response, what is understood, and that nothing comes in twice."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import pytest

from intake.actions import change_adapter, secret_of
from smarketing.lib.scope import tenant_scope
from tests.intake.adapters import only_lead, send, set_up, submissions
from tests.support import Cast

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


def signed_typeform(body: bytes, secret: str) -> dict[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"Typeform-Signature": f"sha256={base64.b64encode(made).decode()}"}


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
