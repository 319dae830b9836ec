"""Every operation of the interface × a key of each role, keys that are none, missing scopes, foreign ids."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from smarketing.lib.scope import tenant_scope
from tenants.actions import create_form_key, create_key, revoke_key
from tenants.keys import SCOPES
from tenants.models import Key, Membership
from tenants.roles import Role
from tests.tenants.spoken import contradicts
from tests.tenants.tables import OPEN_OPERATIONS, OPERATIONS, Operation, filled, methods_of, operations
from tests.tenants.test_routes import undone
from tests.tenants.world import AT, LATER, House, World, browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later")]

NAMES = sorted(OPERATIONS)
# What somebody uploaded, letter by letter; in the world it is a text.
FILES = {
    "report_paper": "application/pdf",
    "report_sent_paper": "application/pdf",
    "kpis_table": "text/csv; charset=utf-8",
    "kpis_period_table": "text/csv; charset=utf-8",
    "review_table": "text/csv; charset=utf-8",
    "handover_evidence_file": "text/plain",
    "lead_export": "application/zip",
    "case_file_content": "text/plain",
    "case_ruling_paper": "application/pdf",
    "sitting_calendar": "text/calendar; charset=utf-8",
    "review_calendar": "text/calendar; charset=utf-8",
    "review_minutes": "application/pdf",
}
# An id that no row has.
NOTHING = "00000000-0000-7000-8000-000000000000"
# Version numbers, months and words like a stage's are the same everywhere, and mean the asking organisation's own.
WITH_THINGS = [
    name
    for name in NAMES
    if not {"number", "month"} & set(OPERATIONS[name].path)
    and any(part.startswith("{") for part in OPERATIONS[name].path.values())
]


def address(name: tuple[str, str], house: House) -> str:
    """Return an operation's address with this organisation's things."""
    return reverse(f"api:{name[0]}", kwargs=filled(OPERATIONS[name].path, house))


def call(
    name: tuple[str, str], house: House, headers: Mapping[str, str], *, things: House | None = None
) -> HttpResponse:
    """Send one call with a body that works and take back what it has done."""
    operation = OPERATIONS[name]
    body = filled(operation.body, house) if name[1] != "GET" else None
    with undone():
        return browser().generic(
            name[1],
            address(name, things or house),
            data=_encoded(body),
            content_type="application/json",
            headers={**operation.headers, **headers},
        )


def _encoded(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def new_key(house: House, *, role: Role = Role.ADMINISTRATOR, scopes: Any = SCOPES, **options: Any) -> dict[str, str]:
    """Return the headers of one more key."""
    with tenant_scope(house.organisation.pk):
        made = create_key(
            name="more", scopes=scopes, acts_for=house.staff[role], by=house.staff[role], at=AT, **options
        )
    return {"Authorization": f"Bearer {made.text}"}


def test_every_operation_is_in_the_table() -> None:
    found = {
        (name, method)
        for name, route in operations().items()
        if name not in OPEN_OPERATIONS
        for method in methods_of(route)
    }
    assert found == set(OPERATIONS)


def test_every_open_operation_exists() -> None:
    assert set(OPEN_OPERATIONS) <= set(operations())


@pytest.mark.parametrize("name", NAMES, ids="-".join)
def test_the_view_asks_for_the_scope_of_the_table(name: tuple[str, str]) -> None:
    assert operations()[name[0]].view.cls.scopes[name[1]] == OPERATIONS[name].scope


def _wrong(operation: Operation, role: Role, status: int) -> bool:
    if role not in operation.roles:
        return status != 403
    return status != 409 if role in operation.refused else status not in (200, 201, 202)


@pytest.mark.parametrize("name", NAMES, ids="-".join)
def test_each_key_may_what_its_member_may_and_reads_what_the_document_says(name: tuple[str, str], world: World) -> None:
    acme, operation = world.acme, OPERATIONS[name]
    answers = {role: call(name, acme, acme.keys[role]) for role in Role}
    wrong = {
        role: (answer.status_code, answer.content[:300])
        for role, answer in answers.items()
        if _wrong(operation, role, answer.status_code)
    }
    assert wrong == {}
    assert {role: told for role, answer in answers.items() if (told := contradicts(name, answer))} == {}


@pytest.mark.parametrize("name", WITH_THINGS, ids="-".join)
def test_foreign_things_are_not_there(name: tuple[str, str], world: World) -> None:
    acme, operation = world.acme, OPERATIONS[name]
    for role in Role:
        answer = call(name, acme, acme.keys[role], things=world.globex)
        # Without the role the answer comes before anything is looked up.
        assert answer.status_code in ({404} if role in operation.roles else {403, 404}), (role, answer.content)


@pytest.mark.parametrize("name", WITH_THINGS, ids="-".join)
def test_absent_things_answer_as_foreign_ones(name: tuple[str, str], world: World) -> None:
    acme = world.acme
    role = min(OPERATIONS[name].roles)
    absent = House(acme.organisation, acme.mark, acme.staff, dict.fromkeys(acme.things, NOTHING))
    foreign, gone = (call(name, acme, acme.keys[role], things=things) for things in (world.globex, absent))
    assert foreign.status_code == gone.status_code == 404
    told = [{k: v for k, v in a.json().items() if k not in ("instance", "request_id")} for a in (foreign, gone)]
    assert told[0] == told[1]


def test_a_body_cannot_name_somebody_of_another_organisation(world: World) -> None:
    acme = world.acme
    url = address(("handover_assignment", "POST"), acme)
    body = {"to": world.globex.things["rep"]}
    with undone():
        answer = browser().post(url, body, content_type="application/json", headers=acme.keys[Role.SALES_MANAGER])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/to")


@pytest.mark.parametrize(
    ("name", "query"), [("handovers", "lead={lead}"), ("handovers", "assigned_to={rep}"), ("clocks", "lead={lead}")]
)
def test_a_filter_by_foreign_things_finds_nothing(name: str, query: str, world: World) -> None:
    for house, found in ((world.globex, False), (world.acme, True)):
        url = f"{address((name, 'GET'), world.acme)}?{query.format_map(house.things)}"
        answer = browser().get(url, headers=world.acme.keys[Role.ADMINISTRATOR])
        assert bool(answer.json()["results"]) is found


@pytest.mark.parametrize("name", NAMES, ids="-".join)
def test_a_key_without_the_scope_is_refused(name: tuple[str, str], world: World) -> None:
    role = min(OPERATIONS[name].roles)
    others = [scope for scope in SCOPES if scope != OPERATIONS[name].scope]
    with undone():
        answer = call(name, world.acme, new_key(world.acme, role=role, scopes=others))
    assert answer.status_code == 403, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"


def _no_keys(house: House) -> dict[str, dict[str, str]]:
    """Return headers that prove nothing, by what is wrong with them."""
    whole = house.keys[Role.ADMINISTRATOR]["Authorization"]
    with tenant_scope(house.organisation.pk):
        administrator = house.staff[Role.ADMINISTRATOR]
        revoked = create_key(name="revoked", scopes=SCOPES, acts_for=administrator, by=administrator, at=AT)
        revoke_key(revoked.key, by=administrator, at=AT)
        form_key = create_form_key(name="form", allowed_origins=[], by=administrator, at=AT)
        left = create_key(name="left", scopes=SCOPES, acts_for=house.staff[Role.AUDITOR], by=administrator, at=AT)
        Membership.objects.filter(pk=house.staff[Role.AUDITOR].pk).update(is_active=False)
        expired = new_key(house, expires_at=LATER - timedelta(seconds=1))
        at_once = new_key(house, expires_at=LATER)
        public_id = Key.objects.get(pk=revoked.key.pk).public_id
    return {
        "none": {},
        "empty": {"Authorization": "Bearer "},
        "another scheme": {"Authorization": whole.replace("Bearer", "Basic")},
        "another secret": {"Authorization": whole[:-1] + ("a" if whole[-1] != "a" else "b")},
        "the public part only": {"Authorization": f"Bearer sk_live_{public_id}_"},
        "unknown": {"Authorization": "Bearer sk_live_0123456789abcdef_" + "x" * 43},
        "not a key": {"Authorization": "Bearer \u00e9_\u0661"},
        "revoked": {"Authorization": f"Bearer {revoked.text}"},
        "expired": expired,
        "expiring now": at_once,
        "of somebody who left": {"Authorization": f"Bearer {left.text}"},
        "a form's": {"Authorization": f"Bearer {form_key.text}"},
    }


@pytest.mark.timeout(600)
def test_what_is_no_key_opens_nothing(world: World) -> None:
    opened = {}
    with undone():
        # Made once: each of them is shown to every operation.
        for what, headers in _no_keys(world.acme).items():
            for name in NAMES:
                answer = call(name, world.acme, headers)
                told = (answer.status_code, answer.headers.get("WWW-Authenticate"))
                if told != (401, "Bearer") or answer.json()["code"] != "unauthenticated":
                    opened[what, name] = told
    assert opened == {}


@pytest.mark.parametrize("name", NAMES, ids="-".join)
def test_a_session_is_no_key(name: tuple[str, str], world: World) -> None:
    client = world.acme.client(Role.ADMINISTRATOR)
    assert client.generic(name[1], address(name, world.acme)).status_code == 401


@pytest.mark.parametrize("name", sorted(OPEN_OPERATIONS))
def test_what_is_open_is_open(name: str, world: World) -> None:
    kwargs = {"form_key": world.acme.things["form_key"]} if name in ("form_submissions", "form_behaviours") else {}
    if name == "problem":
        kwargs = {"code": "invalid"}
    if name == "adapter_call":
        kwargs = {"provider": "typeform", "token": world.acme.things["adapter_url"].rpartition("/")[2]}
    with undone():
        assert browser().get(reverse(f"api:{name}", kwargs=kwargs)).status_code == OPEN_OPERATIONS[name]


@pytest.mark.parametrize("name", NAMES, ids="-".join)
def test_an_answer_to_a_key_is_not_kept_by_others(name: tuple[str, str], world: World) -> None:
    acme = world.acme
    answer = call(name, acme, acme.keys[min(OPERATIONS[name].roles)])
    wanted = {FILES[name[0]]} if name[0] in FILES else {"application/json", "application/problem+json"}
    assert answer.headers["Content-Type"] in wanted
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
