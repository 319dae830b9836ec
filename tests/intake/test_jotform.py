"""Jotform: its multipart post with the answers as JSON inside, what is understood, and that nothing comes in twice."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from intake.adapters import jotform, read_post
from tests.intake.adapters import only_lead, set_up, submissions
from tests.support import Cast

# The answers of a call as Jotform writes them, escaped for a page.
ANSWERS: dict[str, Any] = {
    "slug": "submit/260601234567890",
    "jsExecutionTracker": "build-date-1772442900000",
    "submitSource": "form",
    "buildDate": "1772442900000",
    "q3_name": {"first": "Laura", "last": "van der Berg"},
    "q4_email12": "laura@example.com",
    "q5_phoneNumber": {"area": "+43", "phone": "66412345678"},
    "q6_companyName": "Berg &amp; Söhne",
    "q7_howMany": "120",
    "q8_address": {"addr_line1": "Ring 1", "city": "Vienna", "postal": "1010"},
    "q9_topics": ["Price", "A &quot;demo&quot;"],
    "q10_utmSource": "linkedin",
    "q11_input11": "",
    "timeToSubmit": "12",
    "website": "",
    "event_id": "1772442900000_260601234567890_abc",
}


def call(answers: Any = ANSWERS, **changes: Any) -> dict[str, Any]:
    return {
        "action": "", "webhookURL": "https://smarketing.example/", "username": "acme", "formID": "260601234567890",
        "type": "WEB", "customParams": "", "product": "", "formTitle": "Contact", "customTitle": "",
        "submissionID": "5800123456789012345", "event": "", "documentID": "", "teamID": "", "subject": "",
        "isSilent": "", "customBody": "", "rawRequest": json.dumps(answers), "fromTable": "", "appID": "",
        "pretty": "Name:Laura van der Berg, E-mail:laura@example.com", "unread": "", "parent": "",
        "ip": "203.0.113.7", **changes,
    }  # fmt: skip


def post(path: str, fields: dict[str, Any]) -> Any:
    """Send it as Jotform does: multipart/form-data."""
    return Client().post(path, fields)


def test_a_submission_of_jotform_becomes_a_lead(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "jotform", at=at, mapping={"q7_howMany": "company.employees"})
    answer = post(path, call())
    assert answer.status_code == 202
    lead = only_lead(cast)
    assert (lead.email, lead.given_name, lead.family_name) == ("laura@example.com", "Laura", "van der Berg")
    assert (lead.company_name, lead.company.employees) == ("Berg & Söhne", 120)
    assert lead.first_touch["source"] == "linkedin"
    assert lead.custom["topics"] == ["Price", 'A "demo"']
    assert lead.custom["address"] == "Ring 1 Vienna 1010"
    assert not {"slug", "buildDate", "event_id"} & lead.custom.keys()
    [stored] = submissions(cast)
    assert (stored.raw["rawRequest"], stored.external_id) == (json.dumps(ANSWERS), "5800123456789012345")


def test_a_number_in_parts_is_put_together() -> None:
    body = read_post(call(), provider="jotform", mapping={})
    assert body.person is not None
    assert body.person.phone == "+43 66412345678"


def test_the_same_submission_comes_in_once(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "jotform", at=at)
    told = [post(path, fields).json() for fields in (call(), call(), call(unread="1"))]
    assert told[0] == told[1] == told[2]
    assert len(submissions(cast)) == 1
    assert post(path, call(submissionID="6")).json() != told[0]


@pytest.mark.parametrize(
    "raw", ["", "{", "[1]", "null", '"x"', '{"q3_name": {"first": null}}', "[" * 5000, '{"q1_a": "\\u0000\\ud800"}']
)
def test_answers_that_cannot_be_read_wait_for_a_person(cast: Cast, at: datetime, raw: str) -> None:
    _form, path = set_up(cast, "jotform", at=at)
    assert post(path, call(rawRequest=raw)).status_code == 202
    assert [(one.state, one.raw["rawRequest"]) for one in submissions(cast)] == [("quarantined", raw)]


def test_what_json_spells_and_no_table_holds_costs_no_lead(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "jotform", at=at)
    answers = '{"q4_email": "a@b.example", "q5_odd\\u0000": "x\\u0000y", "q6_half": "\\ud83d", "q7_n": 1}'
    assert post(path, call(rawRequest=answers)).status_code == 202
    assert only_lead(cast).custom == {"odd": "xy", "half": "?", "n": "1"}


def test_the_sample_is_in_the_provider_s_own_form() -> None:
    assert set(jotform.SAMPLE) <= call().keys()
    assert isinstance(jotform.SAMPLE["rawRequest"], str)
