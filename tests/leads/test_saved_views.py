"""Lists under a name: whose, shared with whom, which opens first; on the pages and for clients."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from events.models import Event
from leads.actions.saving_views import (
    NotYourView,
    TooManyViews,
    ViewNameTaken,
    change_view,
    delete_view,
    open_with,
    save_view,
)
from leads.models import DefaultView, SavedView
from smarketing.lib.scope import tenant_scope
from tenants.actions import create_key
from tests.leads.makers import make_lead
from tests.support import Cast, signed_in


@pytest.fixture(autouse=True)
def a_minute_later(at: datetime) -> Any:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        yield


def url(name: str, *arguments: object) -> str:
    return reverse(f"leads:{name}", args=["acme", *arguments])


def test_a_view_is_saved_from_the_list_in_one_spelling(cast: Cast) -> None:
    mara = signed_in(cast.mara)
    page = f"{url('view_save')}?q=&nonsense=1&tier=standard&stage=mql&page=3"
    wrong = mara.post(page, {"name": ""})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["name"])
    done = mara.post(page, {"name": "Ready", "is_shared": "on"})
    assert (done.status_code, done["Location"]) == (302, f"{url('list')}?stage=mql&tier=standard")
    again = mara.post(page, {"name": "Ready"})
    assert (again.status_code, again.context["form"].errors["name"]) == (422, ["You have a view of this name already."])
    shown = signed_in(cast.sam).get(url("list")).context["saved"]
    assert [(view.name, view.url, view.may_change) for view in shown] == [
        ("Ready", f"{url('list')}?stage=mql&tier=standard", False)
    ]
    with tenant_scope(cast.acme.pk):
        event = Event.objects.get(kind="view.saved")
        assert (event.by_id, event.data) == (cast.mara.pk, {"shared": True})


def test_private_ones_are_their_owners(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        view = save_view(name="Mine", query="stage=mql", is_shared=False, by=cast.mara, at=at)
    assert signed_in(cast.marc).get(url("list")).context["saved"] == []
    assert signed_in(cast.marc).post(url("view_delete", view.pk)).status_code == 404
    assert signed_in(cast.gus).get(url("view_change", view.pk)).status_code == 404


def test_the_list_opens_with_the_default_until_something_is_asked(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        view = save_view(name="Ready", query="stage=mql", is_shared=True, by=cast.mara, at=at)
    marc = signed_in(cast.marc)
    assert marc.post(url("view_default", view.pk)).status_code == 302
    opened = marc.get(url("list"))
    assert (opened.status_code, opened["Location"]) == (302, f"{url('list')}?stage=mql")
    assert marc.get(f"{url('list')}?view=all").status_code == 200
    assert signed_in(cast.mara).get(url("list")).status_code == 200
    marc.post(url("view_default", view.pk))
    assert marc.get(url("list")).status_code == 200


def test_who_shares_no_more_takes_it_from_the_others(acme: Cast, at: datetime) -> None:
    view = save_view(name="Ready", query="stage=mql", is_shared=True, by=acme.mara, at=at)
    open_with(view, by=acme.marc, at=at)
    open_with(view, by=acme.mara, at=at)
    change_view(view, is_shared=False, by=acme.mara, at=at)
    assert [row.member_id for row in DefaultView.objects.all()] == [acme.mara.pk]
    delete_view(view, by=acme.mara, at=at)
    assert (SavedView.objects.count(), DefaultView.objects.count()) == (0, 0)


def test_only_the_owner_and_an_administrator_change_it(acme: Cast, at: datetime) -> None:
    view = save_view(name="Ready", query="", is_shared=True, by=acme.mara, at=at)
    with pytest.raises(NotYourView):
        change_view(view, name="Stolen", by=acme.marc, at=at)
    with pytest.raises(NotYourView):
        delete_view(view, by=acme.sam, at=at)
    assert change_view(view, name="Tidy", by=acme.ada, at=at).name == "Tidy"
    save_view(name="Other", query="", is_shared=False, by=acme.mara, at=at)
    with pytest.raises(ViewNameTaken):
        change_view(view, name="Other", by=acme.mara, at=at)


def test_fifty_are_enough(acme: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.actions.saving_views.MOST_VIEWS", 1)
    save_view(name="One", query="", is_shared=False, by=acme.mara, at=at)
    with pytest.raises(TooManyViews):
        save_view(name="Two", query="", is_shared=False, by=acme.mara, at=at)


def test_counts_come_after_the_page(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        for number in range(3):
            make_lead(at=at, email=f"{number}@example.com")
        save_view(name="Ready", query="stage=mql", is_shared=False, by=cast.mara, at=at)
    mara = signed_in(cast.mara)
    assert [view.count for view in mara.get(url("list")).context["views"]] == [None] * 5
    part = mara.get(url("list"), headers={"HX-Request": "true", "HX-Target": "views"})
    assert b"<html" not in part.content
    assert [view.count for view in part.context["views"]] == [3, 3, 0, 0, 0] or part.context["views"][0].count == 3
    assert [view.count for view in part.context["saved"]] == [3]


def test_clients_keep_views_too(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made = create_key(name="x", scopes=["leads:read", "leads:write"], acts_for=cast.mara, by=cast.ada, at=at)
    mara = signed_in(cast.mara)
    head = {"headers": {"Authorization": f"Bearer {made.text}"}, "content_type": "application/json"}
    done = mara.post("/api/v1/lead-views", {"name": "Ready", "query": "tier=standard&stage=mql&x=1"}, **head)
    assert (done.status_code, done.json()["query"]) == (201, "stage=mql&tier=standard")
    one = done["Location"]
    assert mara.patch(one, {"shared": True}, **head).json()["shared"] is True
    assert [row["name"] for row in mara.get("/api/v1/lead-views", **head).json()["results"]] == ["Ready"]
    assert mara.delete(one, **head).status_code == 200
    assert mara.delete(one, **head).status_code == 404
