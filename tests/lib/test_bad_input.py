"""Every operation and every form under bad input: a clear 4xx, nothing changed, never a 5xx."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse, QueryDict

from smarketing.lib.scope import tenant_scope
from tenants.models import Team
from tenants.roles import Role
from tests.tenants.tables import OPERATIONS, PAGES, filled, operations
from tests.tenants.test_api_routes import address as operation_address
from tests.tenants.test_routes import DONE, address, undone
from tests.tenants.world import House, World, browser, tenant_models

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later")]

WRITES = sorted(name for name in OPERATIONS if name[1] != "GET")
# A DELETE has no body that means anything.
BODIES = [name for name in WRITES if name[1] != "DELETE"]
READS = sorted(name for name in OPERATIONS if name[1] == "GET")
FORMS = sorted(name for name, page in PAGES.items() if page.post)
SHOWN = sorted(name for name, page in PAGES.items() if page.get)

UNREADABLE = {
    "nothing that is JSON": b"{",
    "no text": b"\xff\xfe\x00",
    "a number that is none": b'{"a": NaN}',
    "a doubled name": b'{"a": 1, "a": 2}',
    "U+0000": b'{"a": "\\u0000"}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "an endless number": b'{"a": 1e999}',
    "five thousand digits": b'{"a": ' + b"9" * 4999 + b"}",
    "deep nesting": b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
    "very deep nesting": b"[" * 30_000 + b"]" * 30_000,
}

# What somebody might put where a value is expected.
NASTY: list[Any] = [
    None, True, -1, 1.5, 10**18, "", " ", "x" * 30_000, "<script>alert(1)</script>", "٣", "2026-02-30",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "NaN", "1e999", [], {}, {"a": 1},
    "00000000-0000-0000-0000-000000000000",
]  # fmt: skip

NASTY_TEXTS = [
    "", " ", "a\x00b", "\ud800", "x" * 30_000, "<script>alert(1)</script>", "-1", "1e999", "NaN", "9" * 400, "٣",
    "2026-02-30", "9999-12", "0001-01-01T00:00", "9999-12-31T23:59", "00000000-0000-0000-0000-000000000000",
    "javascript:alert(1)",
]  # fmt: skip

# The same for the query of an address.
# An id that no row has, and what of the figures names one thing.
NOTHING, OF_ONE = "00000000-0000-0000-0000-000000000000", ("team", "campaign", "owner")
ODD = [
    "", "a\x00b", "x" * 5000, "<script>alert(1)</script>", "-1", "9" * 400, "٣", "0001-01", "9999-12", "2026-13",
    NOTHING,
]  # fmt: skip


def rows(house: House) -> tuple[int, ...]:
    """Return how many rows each table of the organisation has."""
    with tenant_scope(house.organisation.pk), connection.cursor() as cursor:
        cursor.execute("select from pg_prepared_statements where name = 'rows'")
        if not cursor.rowcount:
            # To plan a query over all tables takes far longer than to run it, and it is asked thousands of times.
            counts = ", ".join(f"(select count(*) from {model._meta.db_table})" for model in tenant_models())
            cursor.execute(f"prepare rows as select {counts}")
        cursor.execute("execute rows")
        return tuple(cursor.fetchone())


def test_a_row_more_is_noticed(world: World) -> None:
    with undone():
        before = rows(world.acme)
        with tenant_scope(world.acme.organisation.pk):
            Team.objects.create(name="one more", side="sales")
        assert rows(world.acme) != before


def send(
    name: tuple[str, str], house: House, body: bytes, *, content_type: str = "application/json", **headers: str
) -> HttpResponse:
    """Send a raw body to an operation as somebody who may."""
    operation = OPERATIONS[name]
    role = min(operation.roles - operation.refused or operation.roles)
    return browser().generic(
        name[1],
        operation_address(name, house),
        data=body,
        content_type=content_type,
        headers={**operation.headers, **house.keys[role], **headers},
    )


def is_problem(response: HttpResponse, status: int) -> bool:
    """Tell whether the answer is a problem of api.md's form with this status."""
    if response.status_code != status or response.headers["Content-Type"] != "application/problem+json":
        return False
    told = json.loads(response.content)
    return {"type", "title", "status", "detail", "instance", "request_id", "code"} <= set(told) and (
        told["status"] == status and (status != 422 or "errors" in told or told["code"] != "invalid")
    )


def refused_unchanged(
    house: House, name: tuple[str, str], bodies: bytes | Mapping[str, bytes], status: int, **options: str
) -> None:
    """Send one body or several (by what is wrong with each), see the problem each time, and every table as it was."""
    each = bodies if isinstance(bodies, Mapping) else {"": bodies}
    with undone():
        before = rows(house)
        for what, body in each.items():
            response = send(name, house, body, **options)
            assert is_problem(response, status), (what, response.status_code, response.content[:300])
        assert rows(house) == before


# The interface.


@pytest.mark.parametrize("name", BODIES, ids="-".join)
def test_an_unreadable_body_is_400(name: tuple[str, str], world: World) -> None:
    refused_unchanged(world.acme, name, UNREADABLE, 400)


@pytest.mark.parametrize("name", BODIES, ids="-".join)
def test_another_content_type_is_415(name: tuple[str, str], world: World) -> None:
    refused_unchanged(world.acme, name, b"<a/>", 415, content_type="application/xml")


@pytest.mark.parametrize("name", WRITES, ids="-".join)
def test_ten_megabytes_are_413(name: tuple[str, str], world: World) -> None:
    refused_unchanged(world.acme, name, b'{"a": "' + b"x" * 10_000_000 + b'"}', 413)


@pytest.mark.parametrize("name", WRITES, ids="-".join)
def test_more_than_the_operation_reads_is_413(name: tuple[str, str], world: World) -> None:
    limit = operations()[name[0]].view.cls.max_body_bytes
    refused_unchanged(world.acme, name, b'{"a": "' + b"x" * limit + b'"}', 413)


@pytest.mark.parametrize("name", BODIES, ids="-".join)
def test_an_unknown_field_is_422_with_its_pointer(name: tuple[str, str], world: World) -> None:
    body = {**filled(OPERATIONS[name].body, world.acme), "colour": "red"}
    with undone():
        before = rows(world.acme)
        response = send(name, world.acme, json.dumps(body).encode())
        assert is_problem(response, 422), response.content
        assert [error["pointer"] for error in response.json()["errors"]] == ["/colour"]
        assert rows(world.acme) == before


@pytest.mark.parametrize("name", BODIES, ids="-".join)
def test_a_body_that_is_no_object_is_422(name: tuple[str, str], world: World) -> None:
    bodies = (b"[]", b'"text"', b"7", b"null", b"[{}]")
    refused_unchanged(world.acme, name, {body.decode(): body for body in bodies}, 422)


def _spoiled(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the body with each of its fields replaced by each nasty value, and without it."""
    for field in body:
        yield {name: value for name, value in body.items() if name != field}
        for value in NASTY:
            yield {**body, field: value}


@pytest.mark.parametrize("name", [name for name in WRITES if OPERATIONS[name].body], ids="-".join)
def test_a_spoiled_field_is_named_or_harmless(name: tuple[str, str], world: World) -> None:
    house = world.acme
    before = rows(house)
    for body in _spoiled(filled(OPERATIONS[name].body, house)):
        with undone():
            response = send(name, house, json.dumps(body).encode())
            assert response.status_code in (200, 201, 202, 403, 404, 409, 422), (str(body)[:300], response.content)
            if response.status_code >= 400:
                assert is_problem(response, response.status_code), body
                assert rows(house) == before, body


# What a rule refuses to everybody in the world as it stands is done by nobody once.
DONE_ONCE = [name for name in WRITES if name[1] == "POST" and OPERATIONS[name].roles - OPERATIONS[name].refused]


@pytest.mark.parametrize("name", DONE_ONCE, ids="-".join)
def test_a_post_sent_twice_with_its_key_is_done_once(name: tuple[str, str], world: World) -> None:
    house = world.acme
    body = json.dumps(filled(OPERATIONS[name].body, house)).encode()
    with undone():
        first = send(name, house, body, **{"Idempotency-Key": "the same"})
        after = rows(house)
        again = send(name, house, body, **{"Idempotency-Key": "the same"})
        assert first.status_code in (200, 201, 202), first.content
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert rows(house) == after


LISTED = ("limit", "cursor")
CUT = ("month", "compare", "team", "segment", "tier", "campaign", "owner")
FILTERS = {
    "submissions": ("state", *LISTED),
    "forms": LISTED,
    "leads": ("stage", "tier", "email", *LISTED),
    "lead_events": LISTED,
    "handovers": ("state", "progress", "lead", "assigned_to", "month", *LISTED),
    "cases": ("stage", "needs_deputy", *LISTED),
    "rulings": ("q", "outcome", "state", "criterion", "reason", "field", "precedents", *LISTED),
    "precedents": ("criterion", "reason", "state", "q", *LISTED),
    "agreements": LISTED,
    "targets": ("month", *LISTED),
    "clocks": ("state", "side", "due_before", "lead", *LISTED),
    "breaches": ("month", "side", *LISTED),
    "calendars": LISTED,
    "returns_yield": ("month",),
    "kpis_table": (*CUT, "file"),
    "kpis_period_table": ("since", "until", "touch", "version", "file"),
    "review_table": ("file",),
    "report_paper": ("on",),
    "reports_sent": LISTED,
    "kpis": CUT,
    "kpis_funnel": CUT,
    "kpis_pace": CUT,
    "kpis_rejections": CUT,
    "kpis_speed_to_lead": CUT,
    "reviews": LISTED,
    "actions_of_reviews": ("state", "owner", *LISTED),
    "kpis_criteria": ("since", "until", "version"),
    "kpis_campaigns": ("since", "until", "touch"),
    "kpis_revenue": ("since", "until"),
    "kpis_quality": ("since", "until"),
}


@pytest.mark.parametrize("name", READS, ids="-".join)
def test_an_odd_parameter_is_named_or_ignored(name: tuple[str, str], world: World) -> None:
    house, url = world.acme, operation_address(name, world.acme)
    role = Role.ADMINISTRATOR if Role.ADMINISTRATOR in OPERATIONS[name].roles else min(OPERATIONS[name].roles)
    for parameter in FILTERS.get(name[0], ("colour",)):
        for value in ODD:
            with undone():
                response = browser().get(url, {parameter: value}, headers=house.keys[role])
            # Figures of what there is not are not zero: they are not there.
            refused = 404 if value == NOTHING and parameter in OF_ONE and name[0].startswith("kpis") else 422
            fits = response.status_code == 200 or is_problem(response, refused)
            assert fits, (parameter, value[:50], response.content)


@pytest.mark.parametrize(
    "path", ["/api/v1/nowhere", "/api/v1/leads/1", "/api/v1/leads/%00", "/api/v1/agreements/" + "9" * 40]
)
def test_an_address_that_is_none_is_404(path: str, world: World) -> None:
    response = browser().get(path, headers=world.acme.keys[Role.ADMINISTRATOR])
    assert is_problem(response, 404), response.content


@pytest.mark.parametrize("name", READS, ids="-".join)
def test_another_method_is_405(name: tuple[str, str], world: World) -> None:
    if (name[0], "PATCH") in OPERATIONS:
        return
    with undone():
        response = browser().generic(
            "PATCH", operation_address(name, world.acme), headers=world.acme.keys[Role.ADMINISTRATOR]
        )
    assert is_problem(response, 405), response.content


# Pages.


def post(name: str, house: House, form: Any, **headers: str) -> HttpResponse:
    """Post a form as somebody who may."""
    page = PAGES[name]
    role = min(page.post - page.refused or page.post)
    body = urlencode(form, doseq=True, errors="surrogatepass")
    kind = "application/x-www-form-urlencoded"
    return house.client(role).post(address(name, house), body, content_type=kind, headers=headers)


def is_page(response: HttpResponse) -> bool:
    """Tell whether a person is told something: a page or a part of one."""
    return response.headers["Content-Type"].startswith("text/html") and len(response.content) > 100


@pytest.mark.parametrize("name", [name for name in FORMS if PAGES[name].form])
def test_a_spoiled_form_says_so_and_changes_nothing(name: str, world: World) -> None:
    house = world.acme
    before = rows(house)
    for field in PAGES[name].form:
        for value in NASTY_TEXTS:
            with undone():
                response = post(name, house, {**filled(PAGES[name].form, house), field: value})
                assert response.status_code in DONE | {404, 409, 422}, (field, value[:40])
                if response.status_code >= 400:
                    assert is_page(response), (field, value[:40])
                    assert rows(house) == before, (field, value[:40])


# Forms whose fields may all be left out: a note, everything, nothing known, no campaign, nobody.
ALL_OPTIONAL = {
    "intake:batch_run",
    "leads:handover",
    "leads:export",
    "leads:lead_attributes",
    "leads:name_map",
    "sla:agreement_deputy",
    "tenants:member_manager",
}
# Buttons: what they act on, and the state that was seen, stands in hidden fields. Without them nothing is there to
# act upon (404), or it was not seen (409).
HIDDEN_FIELDS = {
    "dashboards:plan_adopt", "leads:criterion", "leads:definitions", "leads:routing_default", "leads:routing_rule_act",
    "sla:targets_countersign", "leads:reason_act", "arbitration:move", "arbitration:sitting_act",
    "dashboards:review_act", "dashboards:review_action_act", "dashboards:criterion_drop", "tenants:member_access",
}  # fmt: skip


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
@pytest.mark.parametrize("name", [name for name in FORMS if PAGES[name].form])
def test_an_empty_form_is_422_or_has_nothing_to_fill_in(name: str, fragment: bool, world: World) -> None:
    house = world.acme
    headers = {"HX-Request": "true", "HX-Target": "dialog-body"} if fragment else {}
    with undone():
        before = rows(house)
        # The token makes it a form that was sent; every field is missing.
        response = post(name, house, {"csrfmiddlewaretoken": "x"}, **headers)
        if name in ALL_OPTIONAL:
            assert response.status_code in DONE
            return
        assert response.status_code in ({404, 409, 422} if name in HIDDEN_FIELDS else {422})
        assert rows(house) == before


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_ten_megabytes_is_413(name: str, world: World) -> None:
    with undone():
        before = rows(world.acme)
        response = post(name, world.acme, {"note": "x" * 10_000_000})
        assert response.status_code == 413
        assert is_page(response)
        assert rows(world.acme) == before


@pytest.mark.parametrize("name", FORMS)
def test_a_body_that_is_no_form_changes_nothing(name: str, world: World) -> None:
    page, house = PAGES[name], world.acme
    if not page.form or name in ALL_OPTIONAL:
        return
    refused = {200, 400, 413, 415, 422} | ({404, 409} if name in HIDDEN_FIELDS else set())
    client = house.client(min(page.post - page.refused or page.post))
    for content_type, body in (
        ("application/json", b'{"a": 1}'),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"no boundary"),
        ("application/x-www-form-urlencoded", b"%ff=%00&" * 3000),
    ):
        with undone():
            before = rows(house)
            response = client.generic("POST", address(name, house), body, content_type=content_type)
            assert response.status_code in refused, (content_type, response.status_code)
            assert rows(house) == before


# Acts that a second press of the button must not repeat.
ONCE = [
    "leads:accept", "leads:reject", "leads:handover", "leads:return_resend", "leads:return_nurture",
    "arbitration:appeal", "arbitration:rule", "arbitration:withdraw", "sla:target_countersign", "sla:agreement_sign",
    "intake:submission_release", "intake:submission_spam", "intake:submission_opt_in", "intake:form_retire",
    "tenants:invitation_withdraw",
    "tenants:key_revoke", "tenants:key_rotate",
]  # fmt: skip


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
@pytest.mark.parametrize("name", ONCE)
def test_a_form_sent_twice_is_done_once(name: str, fragment: bool, world: World) -> None:
    house, form = world.acme, filled(PAGES[name].form, world.acme)
    headers = {"HX-Request": "true"} if fragment else {}
    with undone():
        assert post(name, house, form, **headers).status_code in DONE
        after = rows(house)
        again = post(name, house, form, **headers)
        assert again.status_code in DONE | {409, 422}
        assert rows(house) == after


@pytest.mark.parametrize("name", FORMS)
def test_an_expired_session_leads_to_the_door_and_changes_nothing(name: str, world: World) -> None:
    house = world.acme
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = "gone" * 8
    with undone():
        before = rows(house)
        response = client.post(address(name, house), filled(PAGES[name].form, house))
        assert response.status_code == 302
        assert response.headers["Location"] == "/login/?next=/"
        assert rows(house) == before


def test_who_signs_in_again_comes_back_to_the_page(world: World) -> None:
    url = address("leads:accept", world.acme)
    for referer, back in (
        ("http://testserver/o/acme/inbox/?view=accepted", "/o/acme/inbox/%3Fview%3Daccepted"),
        ("https://elsewhere.example/o/acme/inbox/", "/o/acme/inbox/"),
        ("https://elsewhere.example//o/acme/inbox/", "/"),
        ("http://[", "/"),
    ):
        response = browser().post(url, headers={"Referer": referer})
        assert response.headers["Location"] == f"/login/?next={back}"


def test_a_part_of_a_page_is_not_replaced_by_the_door(world: World) -> None:
    current = {"HX-Request": "true", "HX-Current-URL": "http://testserver/o/acme/inbox/?view=accepted"}
    response = browser().get(address("dashboards:nav_counts", world.acme), headers=current)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["HX-Redirect"] == "/login/?next=/o/acme/inbox/%3Fview%3Daccepted"


class Watched(QueryDict):
    """What an address asks for, that writes down which names a page looks at."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def getlist(self, name: str, default: Any = None) -> Any:
        """Return every value of a name."""
        self.names.add(name)
        return super().getlist(name, default)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of parameters that pages look at from now on."""
    watched = cached_property(lambda request: Watched(request.environ["QUERY_STRING"]))
    watched.__set_name__(WSGIRequest, "GET")
    monkeypatch.setattr(WSGIRequest, "GET", watched)
    monkeypatch.setattr(Watched, "names", set())
    return Watched.names


# A form that asks by the address says what is wrong at its field.
ASKED_BY_A_FORM = {
    "dashboards:criteria", "dashboards:returns", "dashboards:revenue", "dashboards:plan", "dashboards:quality",
    "leads:returns_yield", "sla:calendar", "sla:calendar_holidays",
}  # fmt: skip
MANY = 8


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_bears_any_parameter(name: str, looked_at: set[str], world: World) -> None:
    house, role, tried = world.acme, min(PAGES[name].get), set[str]()
    fitting = DONE | ({422} if name in ASKED_BY_A_FORM else {404})
    waiting = {"colour"}
    while waiting:
        # What a page looks at only when something else is asked for turns up in the next round.
        for place, parameter in enumerate(sorted(waiting)):
            # Where very many are read, each takes its turn of the values.
            values = ODD if len(waiting) <= MANY else ODD[place % 3 :: 3]
            for value in values if parameter != "colour" else ("red",):
                with undone():
                    response = house.client(role).get(address(name, house), {parameter: value})
                assert response.status_code in fitting, (parameter, value[:40])
                assert b"<script>alert(1)" not in response.getvalue()
        tried |= waiting
        waiting = looked_at - tried


def test_it_is_seen_which_parameters_a_page_looks_at(looked_at: set[str], world: World) -> None:
    with undone():
        world.acme.client(Role.MARKETING_MANAGER).get(address("leads:list", world.acme))
    assert looked_at >= {"q", "page", "view", "stage", "month", "decision", "band", "promise", "team", "criterion"}


@pytest.mark.parametrize(
    "path",
    ["targets/0/", "targets/99999999999999999999/", "agreement/99999999999999999999/", "leads/1/", "leads/%00/", "%ff/",
     "handovers/../../", "cases/00000000-0000-0000-0000-000000000000/"],
)  # fmt: skip
def test_an_odd_address_of_a_page_is_404(path: str, world: World) -> None:
    response = world.acme.client(Role.ADMINISTRATOR).get(f"/o/acme/{path}")
    assert response.status_code == 404
    assert is_page(response)
