"""Who is whose manager: administrators say so for all, heads for the people of their side."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from events.models import Event
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.actions import ManagesThemselves, NotYourPeople, set_manager
from tenants.models import Membership
from tests.support import Cast, api_key


def manager_of(member: Membership) -> Membership | None:
    found = Membership.objects.select_related("manager").get(pk=member.pk)
    return found.manager


def test_heads_set_it_for_their_side_and_administrators_for_all(acme: Cast, at: datetime) -> None:
    set_manager(acme.sam, None, by=acme.sina, at=at)
    assert manager_of(acme.sam) is None
    set_manager(acme.sam, acme.rita, by=acme.ada, at=at)
    assert manager_of(acme.sam) == acme.rita
    assert [event.data for event in Event.objects.filter(kind="member.manager_set").order_by("id")] == [
        {"manager": None}, {"manager": str(acme.rita.pk)},
    ]  # fmt: skip
    for member, by in ((acme.sam, acme.marc), (acme.rita, acme.sina), (acme.sam, acme.sam)):
        with pytest.raises(NotYourPeople):
            set_manager(member, acme.marc, by=by, at=at)


def test_nobody_manages_themselves_not_over_others_either(acme: Cast, at: datetime) -> None:
    for manager in (acme.sina, acme.sam):
        with pytest.raises(ManagesThemselves):
            set_manager(acme.sina, manager, by=acme.ada, at=at)
    assert manager_of(acme.sina) is None


def test_refuses_a_manager_who_has_left(acme: Cast, at: datetime) -> None:
    Membership.objects.filter(pk=acme.marc.pk).update(is_active=False)
    acme.marc.refresh_from_db()
    with pytest.raises(InvalidInput):
        set_manager(acme.mara, acme.marc, by=acme.ada, at=at)


def test_a_head_sets_it_on_the_page_of_members(cast: Cast, client_of: Any) -> None:
    sina, url = client_of(cast.sina), reverse("tenants:member_manager", args=["acme", cast.sam.pk])
    assert url in sina.get(reverse("tenants:members", args=["acme"])).content.decode()
    assert sina.post(url, {"manager": "x"}).status_code == 422
    assert sina.post(url, {"manager": str(cast.rita.pk)}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert manager_of(cast.sam) == cast.rita
    assert client_of(cast.marc).post(url, {"manager": ""}).status_code == 409
    assert client_of(cast.sam).post(url, {"manager": ""}).status_code == 403
    assert client_of(cast.gus).get(url).status_code == 404


def test_a_client_reads_members_and_sets_a_manager(cast: Cast, at: datetime, client: Any) -> None:
    headers = api_key(cast.ada, "leads:read", "handovers:write", at=at)
    url = f"/api/v1/members/{cast.sam.pk}/manager"

    def put(manager: Any) -> Any:
        return client.put(url, {"manager": manager}, content_type="application/json", headers=headers)

    assert put(str(cast.rita.pk)).json()["manager"] == str(cast.rita.pk)
    assert put(str(cast.gus.pk)).json()["errors"][0]["pointer"] == "/manager"
    assert put(str(cast.sam.pk)).json()["code"] == "manages_themselves"
    found = client.get("/api/v1/members", headers=headers).json()["results"]
    assert {row["name"]: row["manager"] for row in found}["Sam"] == str(cast.rita.pk)
    assert {row["id"] for row in found} == {str(member.pk) for member in cast.people().values()}
