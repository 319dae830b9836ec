"""The pages of members, keys and oneself: who may, what they show, what they refuse."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from smarketing.lib.clock import now
from smarketing.lib.scope import global_scope, tenant_scope
from tenants import idempotency
from tenants.actions import add_member, create_key
from tenants.models import IdempotencyRecord, Key, Membership, User
from tenants.tasks import forget_idempotency
from tests.support import CANARY, Cast, signed_in

PAGES = {
    "settings/members/": ("ada", "ned", "marc", "sina"),
    "settings/members/invite/": ("ada",),
    "settings/keys/": ("ada", "ned"),
}
KEY = {"name": "Website", "scopes": ["leads:write"], "expires_on": ""}


@pytest.mark.parametrize("ending", [*PAGES, "me/"])
def test_opens_for_its_roles_only(cast: Cast, ending: str) -> None:
    for name, person in cast.people().items():
        expected = 200 if name in PAGES.get(ending, cast.people()) else 403
        response = signed_in(person).get(f"/o/acme/{ending}")
        assert response.status_code == expected, (name, ending)
        assert CANARY not in response.content.decode()
    assert signed_in(cast.gus).get(f"/o/acme/{ending}").status_code == 404
    assert Client().get(f"/o/acme/{ending}").status_code == 302


def test_lets_a_person_switch_between_their_organisations(cast: Cast) -> None:
    with global_scope():
        mara = User.objects.get(pk=cast.mara.user_id)
    with tenant_scope(cast.globex.pk):
        add_member(mara, roles=["auditor"], by=None, at=now())
    client = signed_in(cast.mara)
    assert f"/o/{cast.globex.slug}/" in client.get("/o/acme/me/").content.decode()
    assert client.get(f"/o/{cast.globex.slug}/me/").status_code == 200
    assert f"/o/{cast.globex.slug}/" not in signed_in(cast.sam).get("/o/acme/me/").content.decode()
    with tenant_scope(cast.globex.pk):
        Membership.objects.filter(user=mara).update(is_active=False)
    assert client.get(f"/o/{cast.globex.slug}/me/").status_code == 404
    assert client.get("/o/acme/me/").status_code == 200


@pytest.mark.parametrize("slug", ["ACME", "ac_me", "a" * 70])
@pytest.mark.parametrize("page", ["", "inbox/", "settings/members/"])
def test_no_page_runs_under_a_slug_that_no_organisation_has(cast: Cast, slug: str, page: str) -> None:
    assert signed_in(cast.ada).get(f"/o/{slug}/{page}").status_code == 404
    away = Client().get(f"/o/{slug}/{page}")
    assert (away.status_code, away.headers["Location"].partition("?")[0]) == (302, "/login/")


def test_shows_every_member(cast: Cast) -> None:
    page = signed_in(cast.ada).get("/o/acme/settings/members/").content.decode()
    for person in cast.people().values():
        assert person.email in page


def test_a_key_is_shown_once_and_works(cast: Cast) -> None:
    client = signed_in(cast.ada)
    made = client.post("/o/acme/settings/keys/new/", data={**KEY, "acts_for": str(cast.mara.pk)})
    assert made.status_code == 200
    text = made.context["created"]["key"]
    assert text in made.content.decode()
    assert text not in client.get("/o/acme/settings/keys/").content.decode()
    answer = Client().post(
        "/api/v1/intake/submissions",
        data={"person": {"email": "a@b.example"}},
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}"},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"acts_for": "gus"}, "acts_for"),
    ],
)
def test_names_what_is_wrong_with_a_key(cast: Cast, change: dict[str, Any], field: str) -> None:
    change = {"acts_for": str(cast.gus.pk)} if change == {"acts_for": "gus"} else change
    data = {**KEY, "acts_for": str(cast.ada.pk), **change}
    response = signed_in(cast.ada).post("/o/acme/settings/keys/new/", data=data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    with tenant_scope(cast.acme.pk):
        assert not Key.objects.exists()


def test_a_revoked_key_stops_at_once(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        made = create_key(name="k", scopes=["leads:write"], acts_for=cast.ada, by=cast.ada, at=now())
    path = f"/o/acme/settings/keys/{made.key.pk}/revoke/"
    assert signed_in(cast.mara).post(path).status_code == 403
    assert signed_in(cast.gus).post(path).status_code == 404
    assert signed_in(cast.gus).post(path.replace("acme", cast.globex.slug)).status_code == 404
    assert signed_in(cast.ada).post(path).status_code == 302
    answer = Client().post(
        "/api/v1/intake/submissions",
        data={"person": {"email": "a@b.example"}},
        content_type="application/json",
        headers={"Authorization": f"Bearer {made.text}"},
    )
    assert answer.status_code == 401


def test_changes_ones_own_name_and_preferences(cast: Cast) -> None:
    data = {"display_name": "Mara M.", "zone": "Asia/Tokyo", "language": "de", "theme": "dark"}
    assert signed_in(cast.mara).post("/o/acme/me/", data=data).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Membership.objects.get(pk=cast.mara.pk).name == "Mara M."
    with global_scope():
        user = User.objects.get(pk=cast.mara.user_id)
    assert (user.zone, user.language, user.theme, user.single_key_shortcuts) == ("Asia/Tokyo", "de", "dark", False)


@pytest.mark.parametrize(
    "change", [{"display_name": ""}, {"zone": "Nowhere/X"}, {"language": "tlh"}, {"theme": "pink"}]
)
def test_refuses_preferences_that_do_not_exist(cast: Cast, change: dict[str, str]) -> None:
    data = {"display_name": "Mara", "zone": "", "language": "", "theme": "auto", **change}
    assert signed_in(cast.mara).post("/o/acme/me/", data=data).status_code == 422


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_old_idempotency_records_are_forgotten(services: Any, live_cast: Cast) -> None:
    with tenant_scope(live_cast.acme.pk):
        for key, hours in (("old", 49), ("young", 47)):
            idempotency.begin(key=key, credential="c", route="/x", body=b"", at=now() - timedelta(hours=hours))
    assert forget_idempotency() == 1
    with tenant_scope(live_cast.acme.pk):
        assert IdempotencyRecord.objects.count() == 1
