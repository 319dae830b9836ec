"""The commands that make an organisation and its seats."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sla.queries import agreement_in_force
from smarketing.lib.clock import now
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.models import Membership, Organisation
from tests.support import Cast

VIENNA = {"country": "at", "zone": "Europe/Vienna", "admin": "boss@example.com"}


def run(command: str, *arguments: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *arguments, stdout=out, json=True, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def made(db: None) -> dict[str, Any]:
    return run("create_organisation", "Nordwind GmbH", **VIENNA)


def path_of(link: str) -> str:
    return link[link.index("/invite/") :]


def test_the_key_works_at_once_and_the_organisation_has_its_agreement(made: dict[str, Any]) -> None:
    assert set(made) == {"organisation_id", "slug", "sign_in_url", "secret_key"}
    assert made["slug"] == "nordwind-gmbh"
    key = {"Authorization": f"Bearer {made['secret_key']}"}
    body = {"person": {"email": "jane@example.com"}}
    response = Client().post("/api/v1/intake/submissions", data=body, content_type="application/json", headers=key)
    assert response.status_code == 201, response.content
    with tenant_scope(made["organisation_id"]):
        assert agreement_in_force(at=now()) is not None


def test_the_link_sets_a_password_once_and_signs_in(made: dict[str, Any]) -> None:
    client, path = Client(), path_of(made["sign_in_url"])
    assert "Nordwind GmbH" in client.get(path).content.decode()
    chosen = {"name": "Bo Boss", "password1": "long enough, is it?", "password2": "long enough, is it?"}
    joined = client.post(path, data=chosen)
    assert (joined.status_code, joined.headers["Location"]) == (302, f"/o/{made['slug']}/")
    assert client.get(f"/o/{made['slug']}/me/").status_code == 200
    assert Client().get(path).status_code == 410
    signed_in = Client().post("/login/", data={"login": "boss@example.com", "password": "long enough, is it?"})
    assert signed_in.status_code == 302


def test_adds_members_with_roles_and_keys_of_their_own(made: dict[str, Any]) -> None:
    member = run("add_member", made["slug"], "rep@example.com", roles="sales_rep", name="Rep")
    assert member["roles"] == ["sales_rep"]
    with tenant_scope(made["organisation_id"]):
        assert Membership.objects.get(pk=member["member_id"]).name == "Rep"
    key = {"Authorization": f"Bearer {member['secret_key']}"}
    body = {"person": {"email": "jane@example.com"}}
    response = Client().post("/api/v1/intake/submissions", data=body, content_type="application/json", headers=key)
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"country": "Austria"}, "--country"),
        ({"zone": "Vienna"}, "--zone"),
        ({"admin": "nobody"}, "--admin"),
    ],
)
def test_names_the_option_that_cannot_be_used(db: None, change: dict[str, str], named: str) -> None:
    with pytest.raises(CommandError, match=named):
        run("create_organisation", "X", **{**VIENNA, **change})
    with global_scope(lookup="x"):
        assert not Organisation.objects.filter(slug="x").exists()


@pytest.mark.parametrize(
    ("slug", "email", "roles"),
    [
        ("nowhere", "a@example.com", "marketer"),
        ("acme", "a@example.com", "king"),
        ("acme", "a@example.com", "executive,sales_rep"),
        ("acme", "mara@example.com", "marketer"),
        ("acme", "no mail", "marketer"),
    ],
)
def test_refuses_a_seat_that_cannot_be(cast: Cast, slug: str, email: str, roles: str) -> None:
    with pytest.raises(CommandError):
        run("add_member", slug, email, roles=roles)
