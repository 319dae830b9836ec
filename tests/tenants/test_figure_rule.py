"""Who sees figures by person: a rule of the organisation, set by administrators."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from events.models import Event
from smarketing.lib.scope import tenant_scope
from tenants.actions import FigureRuleAlready, NotYourFigureRule, set_figure_rule
from tenants.figures import Person, SightRule, may_see
from tenants.models import FigureRule
from tenants.queries import sight_of
from tests.support import Cast, api_key, signed_in

REP = Person(UUID(int=1), ["sales_rep"], manager_id=UUID(int=2))
VIEWERS = {
    "themselves": REP,
    "their manager": Person(UUID(int=2), ["executive"]),
    "head of their side": Person(UUID(int=3), ["sales_manager"]),
    "auditor": Person(UUID(int=4), ["auditor"]),
    "head of the other side": Person(UUID(int=5), ["marketing_manager"]),
    "colleague": Person(UUID(int=6), ["sales_rep"]),
    "executive": Person(UUID(int=7), ["executive"]),
    "administrator": Person(UUID(int=8), ["administrator"]),
}
ABOVE = {"their manager", "head of their side", "auditor"}


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize(
    ("rule", "seers"),
    [
        (SightRule.NOBODY, {"themselves"}),
        (SightRule.MANAGERS, {"themselves"} | ABOVE),
        (SightRule.EVERYBODY, set(VIEWERS)),
    ],
)
def test_whose_figures_one_may_see(rule: SightRule, seers: set[str], viewer: str) -> None:
    assert may_see(rule, viewer=VIEWERS[viewer], person=REP) is (viewer in seers)


def test_managers_see_their_people_until_something_else_is_agreed(acme: Cast, at: datetime) -> None:
    assert (sight_of(acme.sina).sees(acme.sam), sight_of(acme.mara).sees(acme.sam)) == (True, False)
    made = set_figure_rule("nobody", note=" Works council, 1 March. ", by=acme.ada, at=at)
    assert (sight_of(acme.sina).sees(acme.sam), sight_of(acme.sam).sees(acme.sam)) == (False, True)
    set_figure_rule("everybody", by=acme.ada, at=at + timedelta(days=1))
    assert sight_of(acme.mara).sees(acme.sam)
    assert made.note == "Works council, 1 March."
    told = Event.objects.filter(kind="figures.rule_set").order_by("at").values_list("data__from", "data__to")
    assert list(told) == [("managers", "nobody"), ("nobody", "everybody")]


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "rita", "ned"])
def test_only_administrators_set_it(acme: Cast, at: datetime, who: str) -> None:
    with pytest.raises(NotYourFigureRule):
        set_figure_rule("everybody", by=acme.people()[who], at=at)
    assert not FigureRule.objects.exists()


def test_the_same_again_is_refused_and_what_was_set_stays(acme: Cast, at: datetime) -> None:
    with pytest.raises(FigureRuleAlready):
        set_figure_rule("managers", by=acme.ada, at=at)
    set_figure_rule("nobody", by=acme.ada, at=at)
    with pytest.raises(ProgrammingError), transaction.atomic():
        FigureRule.objects.update(rule="everybody")


def test_the_page_tells_everybody_and_lets_the_administrator_change_it(cast: Cast) -> None:
    url = reverse("tenants:figure_rule", args=["acme"])
    assert "Their manager" in signed_in(cast.sam).get(url).content.decode()
    assert signed_in(cast.sam).post(url, {"rule": "everybody"}).status_code == 403
    assert signed_in(cast.gus).get(url).status_code == 404
    ada = signed_in(cast.ada)
    assert ada.post(url, {"rule": "all"}).status_code == 422
    assert ada.post(url, {"rule": "nobody", "note": "Works council."}).status_code == 303
    page = ada.get(url).content.decode()
    assert "neither managers nor auditors" in page
    assert "Works council." in page
    assert ada.post(url, {"rule": "nobody"}).status_code == 409


def test_clients_read_and_set_it(cast: Cast, client: Client, at: datetime) -> None:
    admin = api_key(cast.ada, "privacy:manage", "reports:read", at=at)
    made = client.post("/api/v1/figure-rules", {"rule": "everybody"}, "application/json", headers=admin)
    assert (made.status_code, made.json()["rule"]) == (201, "everybody")
    assert client.get("/api/v1/figure-rules", headers=admin).json()["rule"] == "everybody"
    refused = client.post("/api/v1/figure-rules", {"rule": "everybody"}, "application/json", headers=admin)
    assert (refused.status_code, refused.json()["code"]) == (409, "figure_rule_already")
    with tenant_scope(cast.acme.pk):
        assert FigureRule.objects.get().by_id == cast.ada.pk
