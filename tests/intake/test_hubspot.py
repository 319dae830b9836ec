"""HubSpot: what proves a call, for how long, and what is understood."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings

from intake.adapters import Call, hubspot, read_post
from tests.intake.adapters import only_lead, send, set_up, submissions
from tests.support import Cast

HUBSPOT_SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"


def signed_hubspot(url: str, body: bytes, *, at: datetime, secret: str = HUBSPOT_SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp() * 1000))
    made = hmac.new(secret.encode(), f"POST{url}".encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {"X-HubSpot-Request-Timestamp": stamp, "X-HubSpot-Signature-v3": base64.b64encode(made).decode()}


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
