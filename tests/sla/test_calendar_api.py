"""Working hours for clients: read, add, change, take over, put away."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from sla.models import Calendar
from smarketing.lib.scope import tenant_scope
from tests.sla.support import make_clock
from tests.support import Cast, api_key

NOW = datetime.fromisoformat("2026-06-01T08:00:00Z")
FILE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Stocktaking\r\nDTSTART;VALUE=DATE:20260701\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call(cast: Cast, client: Client) -> Any:
    """Return a function that calls the interface for one of the cast."""
    keys: dict[str, dict[str, str]] = {}

    def send(name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if name not in keys:
            keys[name] = api_key(getattr(cast, name), "sla:read", "sla:write", at=NOW)
        text = "" if body is None else json.dumps(body)
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return client.generic(
            method, f"/api/v1/calendars{path}", text, content_type="application/json", headers={**keys[name], **named}
        )

    return send


@pytest.fixture
def sales(cast: Cast) -> str:
    """The path of sales' calendar."""
    with tenant_scope(cast.acme.pk):
        return f"/{Calendar.objects.get(key='sales').pk}"


def test_reads_and_changes_a_calendar(cast: Cast, call: Any, sales: str) -> None:
    with tenant_scope(cast.acme.pk):
        make_clock("first_contact", at=NOW, tier="hand_raiser")
    read = call("ned", "GET", sales)
    assert (read.status_code, read.headers["ETag"], read.json()["key"]) == (200, '"1"', "sales")
    whole = {**read.json(), "closed": ["2026-06-01"]}
    put = call("ada", "PUT", sales, whole, If_Match='"1"')
    assert (put.status_code, put.headers["ETag"]) == (200, '"2"')
    assert (put.json()["closed"], put.json()["open_deadlines"]) == (["2026-06-01"], 1)
    (second, first) = call("ned", "GET", f"{sales}/versions").json()["results"][:2]
    if second["version"] < first["version"]:
        second, first = first, second
    assert second["changes"] == ["Mon 1 Jun 2026: closed."]


def test_put_needs_the_state_that_it_was_decided_upon(call: Any, sales: str) -> None:
    whole = call("ada", "GET", sales).json()
    assert call("ada", "PUT", sales, whole).status_code == 428
    assert call("ada", "PUT", sales, whole, If_Match='"7"').status_code == 412


def test_holidays_that_are_left_out_stay(call: Any, sales: str) -> None:
    whole = call("ada", "GET", sales).json()
    body = {name: whole[name] for name in ("name", "zone", "weekly")}
    after = call("ada", "PUT", sales, {**body, "closed": ["2026-12-31"]}, If_Match='"1"').json()
    assert (after["holidays"], after["sources"]) == (whole["holidays"], whole["sources"])
    empty = call("ada", "PUT", sales, {**body, "holidays": {}}, If_Match='"2"').json()
    assert (empty["holidays"], empty["closed"], "sources" in empty) == ({}, [], False)


def test_the_weeks_of_both_sides_are_agreed(call: Any, sales: str) -> None:
    whole = call("ada", "GET", sales).json()
    refused = call("ada", "PUT", sales, {**whole, "weekly": {"mon": [["08:00", "09:00"]]}}, If_Match='"1"')
    assert (refused.status_code, refused.json()["code"]) == (409, "hours_are_agreed")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": 7}, "/name"),
        ({"zone": "Mars"}, "/zone"),
        ({"weekly": {"mon": [["9", "17"]]}}, "/weekly/mon/0/0"),
        ({"weekly": {"someday": []}}, "/weekly/someday"),
        ({"closed": ["2026-02-30"]}, "/closed/0"),
        ({"closed": "2026-02-03"}, "/closed"),
        ({"holidays": {"soon": "x"}}, "/holidays/soon"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_names_every_wrong_field(call: Any, sales: str, changes: dict[str, Any], pointer: str) -> None:
    whole = call("ada", "GET", sales).json()
    answer = call("ada", "PUT", sales, {**whole, **changes}, If_Match="*")
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_adds_a_calendar_and_puts_it_away(call: Any) -> None:
    body = {"name": "New York", "zone": "America/New_York", "weekly": {"mon": [["09:00", "17:00"]]}}
    made = call("ada", "POST", "", body)
    assert (made.status_code, made.json()["key"]) == (201, "new-york")
    path = made.headers["Location"].removeprefix("/api/v1/calendars")
    assert call("ada", "POST", "", body).status_code == 422
    assert call("ada", "POST", f"{path}/retirement").status_code == 201
    assert call("ada", "GET", path).status_code == 404
    assert call("ned", "GET", "").json()["results"][0]["name"] != "New York"


@pytest.mark.parametrize("name", ["marc", "sina", "sam", "rita", "ned"])
def test_only_administrators_change(call: Any, sales: str, name: str) -> None:
    whole = call("ned", "GET", sales).json()
    assert call(name, "PUT", sales, whole, If_Match="*").status_code == 403
    assert call(name, "POST", "", {"name": "x", "zone": "UTC", "weekly": {}}).status_code == 403
    for path in ("/holidays", "/file", "/retirement"):
        body = {"text": FILE} if path == "/file" else None
        assert call(name, "POST", f"{sales}{path}", body).status_code == 403


def test_previews_holidays_then_takes_them_over(call: Any, sales: str) -> None:
    usual = call("ada", "GET", f"{sales}/holidays").json()
    assert (usual["source"], usual["added"], usual["removed"]) == ("AT", [], [])
    asked = {"country": "DE", "subdivision": "BE", "first_year": 2027, "last_year": 2027}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    shown = call("ada", "GET", f"{sales}/holidays?{query}").json()
    assert {"day": "2027-03-08", "name": "Women's Day"} in shown["added"]
    after = call("ada", "POST", f"{sales}/holidays", asked).json()
    assert (after["version"], after["sources"]["2027-03-08"]) == (2, "DE-BE")


@pytest.mark.parametrize(
    "query", ["country=XX", "country=AT&subdivision=99", "first_year=1900", "first_year=2030&last_year=2027", "x=1"]
)
def test_refuses_holidays_that_nobody_lists(call: Any, sales: str, query: str) -> None:
    assert call("ada", "GET", f"{sales}/holidays?{query}").status_code == 422


def test_closes_the_days_of_a_file_once_it_is_meant(call: Any, sales: str) -> None:
    tried = call("ada", "POST", f"{sales}/file", {"text": FILE}).json()
    assert tried == {"days": [{"day": "2026-07-01", "name": "Stocktaking"}], "left_out": {}, "version": 1}
    assert call("ada", "POST", f"{sales}/file", {"text": FILE, "dry_run": False}).json()["version"] == 2
    assert call("ned", "GET", sales).json()["holidays"]["2026-07-01"] == "Stocktaking"
    bad = call("ada", "POST", f"{sales}/file", {"text": "hello"})
    assert (bad.status_code, bad.json()["code"]) == (422, "calendar_file_invalid")


def test_a_stranger_finds_nothing(call: Any, sales: str) -> None:
    whole = call("ada", "GET", sales).json()
    assert call("gus", "GET", sales).status_code == 404
    assert call("gus", "PUT", sales, whole, If_Match="*").status_code == 404
    for path in ("/holidays", "/retirement", "/versions"):
        assert call("gus", "GET" if path == "/versions" else "POST", f"{sales}{path}").status_code == 404
