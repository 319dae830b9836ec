"""The route × actor matrix: every address of the product, asked by everybody (architecture: tenancy, belt 6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse

from events.models import Event
from smarketing.lib.scope import tenant_scope
from tenants.roles import Role
from tests.tenants.tables import OPEN_PAGES, PAGES, Page, filled, operations, pages, routes
from tests.tenants.world import House, World, browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later")]

# Pages whose path holds an id; years and version numbers are the same everywhere.
WITH_THINGS = [name for name, page in PAGES.items() if any(part.endswith("_id") for part in page.path)]
DONE = {200, 204, 302, 303}


@contextmanager
def undone() -> Iterator[None]:
    """Take back what the block has written, so that every actor meets the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def address(name: str, house: House, *, things: House | None = None, slug: str = "") -> str:
    """Return a page's address; ``things`` may be those of another organisation."""
    path = filled(PAGES[name].path, things or house)
    return reverse(name, kwargs={"slug": slug or house.organisation.slug, **path})


def ask(client: Client, method: str, url: str, form: Any) -> HttpResponse:
    """Send one request and take back what it has done."""
    with undone():
        return client.get(url) if method == "GET" else client.post(url, form)


def verdict(response: HttpResponse) -> str:
    """Return what an answer means: done, refused, login, or its status."""
    if response.status_code == 302 and response.headers["Location"].startswith("/login/"):
        return "login"
    if response.status_code in DONE:
        return "done"
    return {409: "refused"}.get(response.status_code, str(response.status_code))


def expected(page: Page, role: Role, method: str) -> set[str]:
    """Return what this role may get from this method of a page."""
    allowed = page.get if method == "GET" else page.post
    if role in allowed:
        return {"refused"} if method == "POST" and role in page.refused else {"done"}
    if allowed:
        return {"403"}
    # Nobody may: which of the two is told first does not matter, neither tells anything about an object.
    return {"405"} if role in page.roles else {"403", "405"}


def test_every_page_is_in_the_table() -> None:
    assert set(pages()) == set(PAGES)


def test_every_route_is_of_a_known_kind() -> None:
    # The health check compares with the real clock; test_outage.py asks it.
    known = set(pages()) | {f"api:{name}" for name in operations()} | set(OPEN_PAGES) | {"healthz"}
    assert {found.name for found in routes()} == known


@pytest.mark.parametrize("name", PAGES)
def test_the_view_opens_to_the_roles_of_the_table(name: str) -> None:
    view = pages()[name].view
    assert view.allowed_roles == PAGES[name].roles


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", PAGES)
def test_each_member_gets_what_the_role_may(name: str, method: str, world: World) -> None:
    page, house = PAGES[name], world.acme
    found = {
        role: verdict(ask(house.client(role), method, address(name, house), filled(page.form, house)))
        for role in house.staff
    }
    assert {role: got for role, got in found.items() if got not in expected(page, role, method)} == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", PAGES)
def test_nobody_else_comes_in(name: str, method: str, world: World) -> None:
    page, acme, globex = PAGES[name], world.acme, world.globex
    form = filled(page.form, acme)
    assert verdict(ask(browser(), method, address(name, acme), form)) == "login"
    for role in Role:
        assert ask(acme.client(role), method, address(name, globex), form).status_code == 404, role
    # At the other's address with one's own things, too.
    mixed = address(name, globex, things=acme)
    assert ask(acme.client(Role.ADMINISTRATOR), method, mixed, form).status_code == 404
    assert ask(globex.client(Role.ADMINISTRATOR), method, address(name, acme), form).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", WITH_THINGS)
def test_foreign_things_are_not_there(name: str, method: str, world: World) -> None:
    page, acme = PAGES[name], world.acme
    url = address(name, acme, things=world.globex)
    allowed = page.get if method == "GET" else page.post
    for role in acme.staff:
        status = ask(acme.client(role), method, url, filled(page.form, acme)).status_code
        assert status in ({404} if role in allowed else {403, 404, 405}), (role, status)


@pytest.mark.parametrize(
    ("name", "field"), [("leads:assign", "to"), ("tenants:key_create", "acts_for"), ("intake:forms", "owner")]
)
def test_a_form_cannot_name_somebody_of_another_organisation(name: str, field: str, world: World) -> None:
    page, acme = PAGES[name], world.acme
    form = {**filled(page.form, acme), field: str(world.globex.staff[Role.MARKETER].pk)}
    with undone():
        before = _events(acme)
        response = acme.client(min(page.post)).post(address(name, acme), form)
        assert response.status_code == 422
        assert _events(acme) == before


@pytest.mark.parametrize("name", PAGES)
def test_an_unknown_organisation_answers_as_a_foreign_one(name: str, world: World) -> None:
    client = world.acme.client(Role.ADMINISTRATOR)
    unknown = client.get(address(name, world.acme, slug="nobody"))
    foreign = client.get(address(name, world.globex))
    assert unknown.status_code == foreign.status_code == 404
    assert _without_id(unknown) == _without_id(foreign)


def _without_id(response: Any) -> bytes:
    return bytes(response.content).replace(response.headers["X-Request-Id"].encode(), b"")


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if not page.post])
def test_a_page_that_only_reads_does_nothing_when_posted_to(name: str, world: World) -> None:
    house = world.acme
    with undone():
        before = _events(house)
        response = house.client(Role.ADMINISTRATOR).post(address(name, house), {})
        assert response.status_code in {403, 405}
        assert _events(house) == before


def _events(house: House) -> int:
    with tenant_scope(house.organisation.pk):
        return Event.objects.count()


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.post])
def test_a_form_from_another_site_is_refused(name: str, world: World) -> None:
    page, house = PAGES[name], world.acme
    role = next(iter(sorted(page.post - page.refused or page.post)))
    client = house.client(role)
    client.handler = ClientHandler(enforce_csrf_checks=True)
    with undone():
        before = _events(house)
        assert client.post(address(name, house), filled(page.form, house)).status_code == 403
        assert _events(house) == before


OPEN_PATHS = {
    "unsubscribe": {"token": "{unsubscribe}"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "set-password"},
    "accept_invitation": {"token": "{token}"},
    "intake_thanks": {"form_key": "{form_key}"},
    "intake_form": {"form_key": "{form_key}"},
    "intake_confirm": {"token": "{opt_in_token}"},
}


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_pages_of_no_organisation(name: str, world: World) -> None:
    url = reverse(name, kwargs=filled(OPEN_PATHS.get(name, {}), world.acme))
    stranger, member = OPEN_PAGES[name]
    with undone():
        assert browser().get(url).status_code == stranger
    for role in Role:
        with undone():
            assert world.acme.client(role).get(url).status_code == member, role
