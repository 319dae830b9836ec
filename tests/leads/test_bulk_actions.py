"""One change of many leads: each as if alone, what refuses is named and stops nothing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from leads.actions.changing_many import NotAMarketer, TooManyLeads, change_many
from leads.models import Lead
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.actions import create_key
from tenants.models import Job
from tests.leads.makers import kinds_of, make_handover, make_lead
from tests.support import Cast, run_jobs, signed_in


@pytest.fixture
def leads(cast: Cast, at: datetime) -> list[Lead]:
    """Anna is with sales; Bert and Carl are marketing's."""
    with tenant_scope(cast.acme.pk):
        anna = make_handover(by=cast.mara, at=at, email="anna@example.com", person={"given_name": "Anna"}).lead
        return [anna, make_lead(at=at, email="bert@example.com"), make_lead(at=at, email="carl@example.com")]


def url(name: str, *arguments: object) -> str:
    return reverse(f"leads:{name}", args=["acme", *arguments])


def post(cast: Cast, at: datetime, query: str = "", **form: Any) -> Any:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        return signed_in(cast.mara).post(url("bulk") + query, form)


def outcome(cast: Cast, done: Any, at: datetime) -> Any:
    run_jobs(organisation=cast.acme, at=at + timedelta(minutes=2))
    with time_machine.travel(at + timedelta(minutes=3), tick=False):
        return signed_in(cast.mara).get(done["Location"])


def test_another_marketer_answers_for_them(cast: Cast, leads: list[Lead], at: datetime) -> None:
    done = post(cast, at, lead=[str(lead.pk) for lead in leads], change="marketer", marketer=str(cast.marc.pk))
    assert done.status_code == 302
    page = outcome(cast, done, at)
    assert (page.context["changed"], page.context["refused"]) == (3, [])
    with tenant_scope(cast.acme.pk):
        assert set(Lead.objects.values_list("marketer", flat=True)) == {cast.marc.pk}
        assert kinds_of(leads[1])[-1] == "lead.marketer_assigned"


def test_who_refuses_is_named_and_the_others_are_changed(cast: Cast, leads: list[Lead], at: datetime) -> None:
    told = {"change": "nurture", "wake_on": "2026-06-01", "reason": "After the fair"}
    page = outcome(cast, post(cast, at, lead=[str(lead.pk) for lead in leads], **told), at)
    assert page.context["changed"] == 2
    assert [(row["number"], row["name"], bool(row["why"])) for row in page.context["refused"]] == [
        ("L-1", "Anna Doe", True)
    ]
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.filter(stage="nurture", wake_on=date(2026, 6, 1)).count() == 2
    again = outcome(cast, post(cast, at, lead=[str(lead.pk) for lead in leads], change="wake"), at)
    assert (again.context["changed"], len(again.context["refused"])) == (2, 1)
    with tenant_scope(cast.acme.pk):
        assert not Lead.objects.filter(stage="nurture").exists()


def test_all_of_the_filter_means_what_the_list_shows(cast: Cast, leads: list[Lead], at: datetime) -> None:
    done = post(cast, at, "?q=bert", all="1", change="marketer", marketer=str(cast.marc.pk))
    assert outcome(cast, done, at).context["changed"] == 1
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get(marketer=cast.marc).pk == leads[1].pk


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"change": "marketer"}, "marketer"),
        ({"change": "nurture"}, "wake_on"),
        ({"change": "nurture", "wake_on": "soon"}, "wake_on"),
        ({"change": "explode"}, "change"),
        ({"change": "marketer", "marketer": "nonsense"}, "marketer"),
    ],
)
def test_what_is_missing_is_named(
    cast: Cast, leads: list[Lead], at: datetime, form: dict[str, str], field: str
) -> None:
    answer = post(cast, at, lead=str(leads[1].pk), **form)
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    with tenant_scope(cast.acme.pk):
        assert not Job.objects.exists()


def test_nothing_ticked_changes_nothing(cast: Cast, leads: list[Lead], at: datetime) -> None:
    assert post(cast, at, change="wake").status_code == 422
    assert post(cast, at, change="wake", lead="nonsense").status_code == 422


def test_only_marketing_and_only_what_one_sees(cast: Cast, leads: list[Lead], at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        assert signed_in(cast.sam).post(url("bulk"), {"change": "wake"}).status_code == 403
        assert signed_in(cast.gus).post(url("bulk"), {"change": "wake"}).status_code == 404
    with tenant_scope(cast.globex.pk):
        foreign = make_lead(at=at, email="spy@example.com")
    page = outcome(cast, post(cast, at, lead=[str(foreign.pk)], change="wake"), at)
    assert [(row["code"], row["name"]) for row in page.context["refused"]] == [("not_found", "")]


def test_limits_and_wrong_people(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at)
    with pytest.raises(NotAMarketer):
        change_many([lead.pk], change="marketer", marketer=acme.sam, by=acme.mara, at=at)
    with pytest.raises(TooManyLeads):
        change_many([lead.pk] * 1001, change="wake", by=acme.mara, at=at)
    with pytest.raises(InvalidInput):
        change_many([lead.pk], change="nurture", by=acme.mara, at=at)


def test_clients_change_many_too(cast: Cast, leads: list[Lead], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made = create_key(name="x", scopes=["leads:read", "leads:write"], acts_for=cast.mara, by=cast.ada, at=at)
    head = {"headers": {"Authorization": f"Bearer {made.text}"}, "content_type": "application/json"}
    told = {"leads": [str(lead.pk) for lead in leads], "change": "nurture", "wake_on": "2026-06-01"}
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        client = signed_in(cast.mara)
        done = client.post("/api/v1/leads/changes", told, **head)
        assert done.status_code == 202
        run_jobs(organisation=cast.acme, at=at + timedelta(minutes=2))
        result = client.get(done["Location"], **head).json()["result"]
    assert (result["changed"], [row["number"] for row in result["refused"]]) == (2, ["L-1"])
