"""Attributes and stages for administrators, members and clients."""

from datetime import datetime
from typing import Any

import time_machine
from django.test import Client

from leads.actions import add_attribute, move_lead, take_in
from leads.models import Attribute, Lead, StageEntry, StageSetting
from smarketing.lib.scope import tenant_scope
from tenants.models import Job
from tests.leads.makers import captured, make_handover, make_lead
from tests.support import Cast, api_key, signed_in

JSON = {"content_type": "application/json"}


def ask(client: Client, method: str, path: str, at: datetime, *args: Any, **kwargs: Any) -> Any:
    with time_machine.travel(at, tick=False):
        return getattr(client, method)(path, *args, **kwargs)


def test_an_administrator_reads_a_form_field_that_nobody_read(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        take_in(captured(custom={"How many seats?": "12"}), at=at)
    client = signed_in(cast.ada)
    shown = ask(client, "get", "/o/acme/settings/attributes/", at)
    assert [field.name for field in shown.context["unknown"]] == ["How many seats?"]
    form = ask(client, "get", "/o/acme/settings/attributes/new/?source=How+many+seats%3F", at)
    assert form.context["form"].initial["sources"] == "How many seats?"
    told = {"label": "Seats", "kind": "number", "open_to_forms": "on", "sources": "How many seats?"}
    assert ask(client, "post", "/o/acme/settings/attributes/new/", at, told).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Attribute.objects.get().sources == ["seats", "how_many_seats"]
    assert ask(client, "get", "/o/acme/settings/attributes/", at).context["unknown"] == []


def test_a_wrong_attribute_is_told_at_its_field(cast: Cast, at: datetime) -> None:
    client = signed_in(cast.ada)
    told = {"label": "Country", "kind": "choice", "open_to_forms": "on"}
    answer = ask(client, "post", "/o/acme/settings/attributes/new/", at, told)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"label", "options"}


def test_an_attribute_is_changed_and_retired(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made = add_attribute(label="Mode", kind="choice", options=["Road"], by=cast.ada, at=at)
    client, address = signed_in(cast.ada), f"/o/acme/settings/attributes/{made.pk}/"
    told = {"label": "Transport", "options": "Road\nSea", "sources": "mode\nby"}
    assert ask(client, "post", address, at, told).status_code == 302
    assert ask(client, "post", f"{address}retire/", at).status_code == 302
    with tenant_scope(cast.acme.pk):
        made.refresh_from_db()
        assert (made.label, made.sources, made.is_retired) == ("Transport", ["mode", "by"], True)
        assert [option["key"] for option in made.options] == ["road", "sea"]


def test_members_read_and_change_what_is_known_of_a_lead(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        add_attribute(label="Seats", kind="number", by=cast.ada, at=at)
        lead = make_lead(at=at, custom={"seats": "a few", "colour": "red"})
    client, address = signed_in(cast.mara), f"/o/acme/leads/{lead.pk}/"
    panel = ask(client, "get", f"{address}known/", at, headers={"HX-Request": "true"})
    assert "<html" not in panel.content.decode()
    for words in ("not readable: “a few”", "colour", "red"):
        assert words in panel.content.decode()
    wrong = ask(client, "post", f"{address}attributes/", at, {"a_seats": "some", "a_student": "yes"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["a_seats"])
    assert ask(client, "post", f"{address}attributes/", at, {"a_seats": "12", "a_student": "yes"}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().attributes == {"seats": 12, "student": True}
    shown = ask(client, "get", f"{address}attributes/", at).context["form"]
    assert (shown["a_seats"].value(), shown["a_student"].value()) == ("12", "yes")


def test_a_client_changes_attributes_and_is_told_at_the_key(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        add_attribute(label="Seats", kind="number", by=cast.ada, at=at)
        lead = make_lead(at=at)
    key = api_key(cast.mara, "leads:read", "leads:write", at=at) | {"If-Match": "*"}
    address = f"/api/v1/leads/{lead.pk}"
    wrong = ask(Client(), "patch", address, at, {"attributes": {"seats": "some"}}, headers=key, **JSON)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/attributes/seats")
    done = ask(Client(), "patch", address, at, {"attributes": {"seats": 12, "competitor": True}}, headers=key, **JSON)
    assert (done.status_code, done.json()["attributes"]) == (200, {"seats": 12, "competitor": True})
    gone = ask(Client(), "patch", address, at, {"attributes": {"seats": None}}, headers=key, **JSON)
    assert gone.json()["attributes"] == {"competitor": True}


def test_a_client_keeps_the_catalogue(cast: Cast, at: datetime) -> None:
    key, client = api_key(cast.ada, "leads:read", "leads:write", at=at), Client()
    made = ask(client, "post", "/api/v1/attributes", at, {"label": "Seats", "kind": "number"}, headers=key, **JSON)
    assert (made.status_code, made.json()["key"], made.headers["ETag"]) == (201, "seats", '"1"')
    address = made.headers["Location"]
    stale = {**key, "If-Match": '"7"'}
    assert ask(client, "patch", address, at, {"label": "Chairs"}, headers=stale, **JSON).status_code == 412
    fresh = {**key, "If-Match": '"1"'}
    assert ask(client, "patch", address, at, {"label": "Chairs"}, headers=fresh, **JSON).json()["label"] == "Chairs"
    assert ask(client, "post", f"{address}/retirement", at, headers=key, **JSON).json()["retired_at"] is not None
    assert ask(client, "delete", f"{address}/retirement", at, headers=key).json()["retired_at"] is None
    listed = ask(client, "get", "/api/v1/attributes", at, headers=key).json()
    assert [row["label"] for row in listed["results"]] == ["Chairs"]


def test_a_stage_is_named_alarmed_and_given_demands_on_its_page(cast: Cast, at: datetime) -> None:
    client, address = signed_in(cast.marc), "/o/acme/settings/stages/sql/"
    told = {"revision": 1, "label": "Sales-ready", "dwell_days": 14, "field_0": "amount", "operator_0": "at_least"}
    wrong = ask(client, "post", address, at, {**told, "value_0": "a lot"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["value_0"])
    assert ask(client, "post", address, at, {**told, "value_0": "500"}).status_code == 302
    assert ask(client, "post", address, at, {**told, "value_0": "500"}).status_code == 409
    with tenant_scope(cast.acme.pk):
        setting = StageSetting.objects.get()
        assert setting.entry == [{"field": "amount", "operator": "at_least", "value": 500}]
    shown = ask(client, "get", "/o/acme/settings/stages/", at).content.decode()
    assert "Sales-ready" in shown
    assert "amount of at least 500" in shown
    assert ask(client, "get", "/o/acme/settings/stages/colour/", at).status_code == 404


def test_a_client_sets_a_stage(cast: Cast, at: datetime) -> None:
    key, client = api_key(cast.marc, "leads:read", "leads:write", at=at), Client()
    read = ask(client, "get", "/api/v1/stages/sql", at, headers=key)
    told = {"label": "Ready", "dwell_days": 5, "entry": [{"field": "phone", "operator": "is_present"}]}
    headers = {**key, "If-Match": read.headers["ETag"]}
    done = ask(client, "put", "/api/v1/stages/sql", at, told, headers=headers, **JSON)
    assert (done.status_code, done.json()["label"], done.json()["dwell_days"]) == (200, "Ready", 5)
    again = ask(client, "put", "/api/v1/stages/sql", at, told, headers=headers, **JSON)
    assert again.status_code == 412
    wrong = {"entry": [{"field": "phone", "operator": "at_least", "value": 1}]}
    headers = {**key, "If-Match": "*"}
    refused = ask(client, "put", "/api/v1/stages/sql", at, wrong, headers=headers, **JSON)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/entry/0/operator")
    listed = ask(client, "get", "/api/v1/stages", at, headers=key).json()["results"]
    assert [row["stage"] for row in listed][:3] == ["lead", "prospect", "mql"]


def test_a_marketer_moves_a_lead_on_the_page(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at, behaviours=())
    client, address = signed_in(cast.mara), f"/o/acme/leads/{lead.pk}/move/"
    offered = ask(client, "get", address, at).context["form"].fields["stage"].choices
    assert [stage for stage, _label in offered] == ["lead", "nurture", "disqualified"]
    silent = ask(client, "post", address, at, {"stage": "nurture"})
    assert (silent.status_code, list(silent.context["form"].errors)) == (422, ["reason"])
    past = {"stage": "nurture", "reason": "Later", "wake_on": "2026-03-01"}
    assert ask(client, "post", address, at, past).status_code == 409
    told = {"stage": "nurture", "reason": "Budget in spring", "wake_on": "2026-04-01"}
    assert ask(client, "post", address, at, told).status_code == 302
    panel = ask(client, "get", f"/o/acme/leads/{lead.pk}/way/", at, headers={"HX-Request": "true"}).content.decode()
    for words in ("Budget in spring", "Wakes up on 1 Apr 2026", "Mara"):
        assert words in panel


def test_a_client_moves_a_lead_and_reads_its_way(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at, behaviours=())
        owned = make_handover(at=at, by=cast.mara, email="owned@example.org").lead
    key, client = api_key(cast.mara, "leads:read", "leads:write", at=at), Client()
    told = {"stage": "disqualified", "reason": "A student"}
    moved = ask(client, "post", f"/api/v1/leads/{lead.pk}/stage", at, told, headers=key, **JSON)
    assert (moved.status_code, moved.json()["stage"]) == (200, "disqualified")
    refused = ask(client, "post", f"/api/v1/leads/{owned.pk}/stage", at, told, headers=key, **JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "owned_by_sales")
    way = ask(client, "get", f"/api/v1/leads/{lead.pk}/stage", at, headers=key).json()["results"]
    assert [(stay["stage"], stay["backwards"]) for stay in way] == [
        ("disqualified", True), ("prospect", False), ("lead", False)
    ]  # fmt: skip


def test_all_leads_are_judged_again_by_button_and_by_client(cast: Cast, at: datetime) -> None:
    begun = ask(signed_in(cast.marc), "post", "/o/acme/settings/stages/judge-again/", at)
    with tenant_scope(cast.acme.pk):
        job = Job.objects.get()
    assert begun.headers["Location"].endswith(f"{job.pk}/")
    key = api_key(cast.marc, "leads:read", "leads:write", at=at)
    refused = ask(Client(), "post", "/api/v1/rescoring", at, headers=key, **JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "rescoring_runs")
    assert ask(Client(), "get", "/api/v1/rescoring", at, headers=key).json()["state"] == "waiting"


def test_gus_of_globex_finds_none_of_it(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made = add_attribute(label="Seats", kind="number", by=cast.ada, at=at)
        lead = make_lead(at=at, behaviours=())
        move_lead(lead, stage="nurture", reason="x", by=cast.mara, at=at)
    client = signed_in(cast.gus)
    slug = cast.globex.slug
    for path in (f"settings/attributes/{made.pk}/", f"leads/{lead.pk}/known/", f"leads/{lead.pk}/way/"):
        assert ask(client, "get", f"/o/{slug}/{path}", at).status_code == 404
        assert ask(client, "get", f"/o/acme/{path}", at).status_code == 404
    with tenant_scope(cast.globex.pk):
        assert not StageEntry.objects.exists()
