"""Tally: what proves a response, what is understood, and that nothing comes in twice."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import pytest

from intake.actions import secret_of
from intake.adapters import read_post, tally
from smarketing.lib.scope import tenant_scope
from tests.intake.adapters import only_lead, send, set_up, submissions
from tests.support import Cast

# As Tally documents an event: the kinds of question that a form of leads has.
TALLY: dict[str, Any] = {
    "eventId": "a4cb511e-d513-4fa5-baee-b815d718dfd1",
    "eventType": "FORM_RESPONSE",
    "createdAt": "2023-06-28T15:00:21.889Z",
    "data": {
        "responseId": "2wgx4n",
        "submissionId": "2wgx4n",
        "respondentId": "dwQKYm",
        "formId": "VwbNEw",
        "formName": "Webhook payload",
        "createdAt": "2023-06-28T15:00:21.000Z",
        "fields": [
            {"key": "question_mVGEg3_8b5711e3", "label": "utm_source", "type": "HIDDEN_FIELDS", "value": "newsletter"},
            {"key": "question_nPpjVn_56b1eb2c", "label": "score", "type": "CALCULATED_FIELDS", "value": 12},
            {"key": "question_3EKz4n", "label": "First name", "type": "INPUT_TEXT", "value": "Laura"},
            {"key": "question_w4Q4Xn", "label": "Where can we write?", "type": "INPUT_EMAIL", "value": "l@example.com"},
            {
                "key": "question_3jZaa3", "label": "And call?", "type": "INPUT_PHONE_NUMBER", "value": "+4366412345678"
            },
            {"key": "question_meaJeQ", "label": "How many work there?", "type": "INPUT_NUMBER", "value": 120},
            {
                "key": "question_wkx1Ee", "label": "Plan", "type": "MULTIPLE_CHOICE", "value": ["e7fa"],
                "options": [{"id": "9a77", "text": "Basic"}, {"id": "e7fa", "text": "Pro"}],
            },
            {
                "key": "question_3jEOOx", "label": "Topics", "type": "CHECKBOXES", "value": ["4c5b", "7b51"],
                "options": [{"id": "4c5b", "text": "Price"}, {"id": "7b51", "text": "Demo"}, {"id": "d1", "text": "-"}],
            },
            {"key": "question_3jEOOx_4c5b", "label": "Topics (Price)", "type": "CHECKBOXES", "value": True},
            {"key": "question_3jEOOx_7b51", "label": "Topics (Demo)", "type": "CHECKBOXES", "value": True},
            {"key": "question_3jEOOx_d1", "label": "Topics (-)", "type": "CHECKBOXES", "value": False},
            {
                "key": "question_mJv8jJ", "label": "consent", "type": "CHECKBOXES", "value": ["a1"],
                "options": [{"id": "a1", "text": "I agree to be contacted."}],
            },
            {
                "key": "question_w7NZZj", "label": "Brief", "type": "FILE_UPLOAD",
                "value": [{"id": "Dq", "name": "b.pdf", "url": "https://files.example/b.pdf"}],
            },
            {"key": "question_wbG77y", "label": "Comments", "type": "TEXTAREA", "value": None},
        ],
    },
}  # fmt: skip


def signed(body: bytes, secret: str) -> dict[str, str]:
    return {"Tally-Signature": base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()}


def test_a_response_of_tally_becomes_a_lead(cast: Cast, at: datetime) -> None:
    form, path = set_up(cast, "tally", at=at, mapping={"question_meaJeQ": "company.employees"})
    body = json.dumps(TALLY, separators=(",", ":")).encode()
    with tenant_scope(cast.acme.pk):
        secret = secret_of(form)
    answer = send(path, body, **signed(body, secret))
    assert answer.status_code == 202
    lead = only_lead(cast)
    assert (lead.email, lead.given_name, lead.company.employees) == ("l@example.com", "Laura", 120)
    assert (lead.phone, lead.first_touch["source"]) == ("+4366412345678", "newsletter")
    [stored] = submissions(cast)
    assert (stored.raw, stored.external_id) == (TALLY, "2wgx4n")
    assert answer.json() == {"id": str(stored.pk)}


def test_choices_are_told_in_words_and_one_box_as_yes() -> None:
    body = read_post(TALLY, provider="tally", mapping={})
    assert body.custom is not None
    assert (body.custom["Plan"], body.custom["Topics"]) == ("Pro", ["Price", "Demo"])
    assert (body.custom["Brief"], body.custom["score"]) == ("https://files.example/b.pdf", 12)
    assert not [name for name in body.custom if "(" in name]
    assert [consent.granted for consent in body.consents or []] == [True]


def test_a_box_left_empty_is_no_consent() -> None:
    told = json.loads(json.dumps(TALLY))
    told["data"]["fields"][11]["value"] = []
    body = read_post(told, provider="tally", mapping={})
    assert [consent.granted for consent in body.consents or []] == [False]


def test_the_same_response_comes_in_once_however_often_it_is_sent(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "tally", at=at, secret="s")
    first = json.dumps(TALLY).encode()
    # Sent again by hand it is another event about the same submission.
    again = json.dumps({**TALLY, "eventId": "another"}).encode()
    told = [send(path, body, **signed(body, "s")).json() for body in (first, first, again)]
    assert told[0] == told[1] == told[2]
    assert len(submissions(cast)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: ({}, body),
        lambda headers, body: ({"Tally-Signature": ""}, body),
        lambda headers, body: ({"Tally-Signature": "äöü"}, body),
        lambda headers, body: (signed(body, "another secret"), body),
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: (headers, body.replace(b"Laura", b"Maria")),
    ],
    ids=["none", "empty", "no ascii", "another secret", "one byte more", "another answer"],
)
def test_what_tally_did_not_sign_is_refused_and_not_kept(cast: Cast, at: datetime, spoil: Any) -> None:
    _form, path = set_up(cast, "tally", at=at, secret="s")
    body = json.dumps(TALLY).encode()
    headers, sent = spoil(signed(body, "s"), body)
    answer = send(path, sent, **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "signature_invalid")
    assert submissions(cast) == []


@pytest.mark.parametrize(
    "fields", [None, {}, [None], [{"value": ["x"]}], [{"type": "CHECKBOXES", "options": [None, {"id": {}}]}]]
)
def test_odd_fields_are_read_or_left(fields: Any) -> None:
    assert isinstance(tally.fields_of({"data": {"fields": fields}}, {}), dict)
