"""Teams: made, renamed, filled; one side each."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.actions import TeamNameTaken, change_team, make_team
from tenants.models import Membership, Team
from tests.support import Cast, api_key, signed_in


def test_whoever_was_in_another_team_changes_over(acme: Cast, at: datetime) -> None:
    north = make_team(name=" North ", side="sales", members=[acme.sam, acme.sina], by=acme.ada, at=at)
    south = make_team(name="South", side="sales", members=[acme.sam], by=acme.ada, at=at)
    change_team(north, name="Far north", members=[], by=acme.ada, at=at)
    teams = dict(Membership.objects.values_list("name", "team__name"))
    assert (teams["Sam"], teams["Sina"]) == ("South", None)
    assert set(Team.objects.values_list("name", flat=True)) == {"Far north", south.name}
    assert Event.objects.filter(kind__startswith="team.").count() == 3


def test_refuses_a_taken_name_and_people_of_the_other_side(acme: Cast, at: datetime) -> None:
    make_team(name="North", side="sales", by=acme.ada, at=at)
    with pytest.raises(TeamNameTaken):
        make_team(name="North", side="marketing", by=acme.ada, at=at)
    for member in (acme.mara, acme.rita):
        with pytest.raises(InvalidInput) as refused:
            make_team(name="South", side="sales", members=[acme.sam, member], by=acme.ada, at=at)
        assert refused.value.errors[0].pointer == "/members/1"
    with pytest.raises(InvalidInput):
        make_team(name=" ", side="sales", by=acme.ada, at=at)
    assert Team.objects.count() == 1


def test_an_administrator_fills_a_team_on_the_page(cast: Cast) -> None:
    ada, new = signed_in(cast.ada), reverse("tenants:team_new", args=["acme"])
    form = {"name": "North", "side": "sales", "members": [str(cast.sam.pk)]}
    assert ada.post(new, form).status_code == 302
    assert "Sam" in ada.get(reverse("tenants:teams", args=["acme"])).content.decode()
    assert ada.post(new, form).status_code == 409
    wrong = ada.post(new, {**form, "name": "East", "members": [str(cast.mara.pk)]})
    assert wrong.status_code == 422
    assert "belongs to another department" in wrong.content.decode()
    assert signed_in(cast.sina).get(new).status_code == 403
    assert signed_in(cast.gus).get(new).status_code == 404


def test_clients_make_and_fill_a_team(cast: Cast, client: Client, at: datetime) -> None:
    headers = api_key(cast.ada, "handovers:write", "leads:read", at=at)
    made = client.post(
        "/api/v1/teams", {"name": "North", "side": "sales"}, content_type="application/json", headers=headers
    )
    assert made.status_code == 201
    url = f"/api/v1/teams/{made.json()['id']}"
    body = {"name": "North", "members": [str(cast.sam.pk)]}
    put = client.put(url, body, content_type="application/json", headers=headers)
    assert put.json()["members"] == [str(cast.sam.pk)]
    foreign = {"name": "North", "members": [str(cast.gus.pk)]}
    wrong = client.put(url, foreign, content_type="application/json", headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/members/0")
    with tenant_scope(cast.acme.pk):
        assert Membership.objects.get(pk=cast.sam.pk).team_id is not None
