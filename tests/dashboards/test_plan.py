"""The plan: from a revenue goal to leads, with own rates where there are enough."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from dashboards.formulas import Share, is_enough, wilson
from dashboards.plan import Goal, plan_for, steps_of
from dashboards.queries import Actual, OwnRates, actual_of, own_rates
from leads.models import Handover
from sla.models import Target
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover
from tests.support import Cast, api_key, signed_in

URL = "/o/acme/plan/"
TYPED = "revenue=100000&average_deal=5000&prospect_to_customer=25&mql_to_prospect=40&lead_to_mql=20"
MARCH = date(2026, 3, 1)
NOTHING = OwnRates(MARCH, MARCH, Share(0, 0), Share(0, 0), Share(0, 0), 0, None, None)


def own(**changes: Any) -> OwnRates:
    rates = {
        "first": MARCH, "last": MARCH, "lead_to_mql": Share(40, 200), "mql_to_prospect": Share(20, 50),
        "prospect_to_customer": Share(10, 40), "deals": 30, "average_deal": Decimal(5000),
        "points_per_mql": Decimal("1.5"),
    }  # fmt: skip
    return OwnRates(**{**rates, **changes})


# By R: binom::binom.confint(x, n, methods = "wilson").
@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [(0, 10, 0.0, 27.7533), (10, 10, 72.2467, 100.0), (5, 30, 7.3366, 33.5635), (50, 100, 40.3832, 59.6168)],
)
def test_wilsons_interval(hits: int, cases: int, low: float, high: float) -> None:
    found = wilson(hits, cases)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_of_nothing_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("hits", "cases", "enough"), [(5, 30, True), (4, 30, False), (29, 29, False), (0, 500, False)])
def test_a_rate_needs_cases_and_hits(hits: int, cases: int, enough: bool) -> None:
    assert is_enough(Share(hits, cases)) is enough


def test_own_rates_make_the_plan_where_nothing_is_typed() -> None:
    plan = plan_for(Goal(MARCH, Decimal(100000)), own())
    funnel = plan.funnel
    assert (funnel.customers, funnel.prospects, funnel.mqls, funnel.leads) == (20, 80, 200, 1000)
    assert plan.points == 300
    assert {rate.source for rate in plan.rates.values()} == {"own"}


def test_what_is_typed_wins_over_the_own_figures() -> None:
    plan = plan_for(Goal(MARCH, Decimal(100000), lead_to_mql=Decimal("0.5"), points_per_mql=Decimal(1)), own())
    assert (plan.funnel.leads, plan.points) == (400, 200)
    assert plan.rates["lead_to_mql"].source == "typed"


def test_every_figure_that_is_missing_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        plan_for(Goal(MARCH, Decimal(1)), NOTHING)
    assert {error.pointer for error in caught.value.errors} == {
        "/average_deal", "/prospect_to_customer", "/mql_to_prospect", "/lead_to_mql",
    }  # fmt: skip


def test_plan_and_actual_stand_side_by_side() -> None:
    plan = plan_for(Goal(MARCH, Decimal(100000)), own())
    steps = steps_of(plan, Actual(leads=250, mqls=100, prospects=8, customers=1, revenue=Decimal(5000)))
    assert [(step.key, step.planned, step.share) for step in steps] == [
        ("revenue", 100000, 5), ("customers", 20, 5), ("prospects", 80, 10), ("mqls", 200, 50), ("leads", 1000, 25),
    ]  # fmt: skip


def test_rates_come_from_cohorts_that_had_their_time(acme: Cast, at: datetime) -> None:
    sent = [make_handover(by=acme.mara, at=at, email=f"p{n}@example.com") for n in range(4)]
    won = {"qualified_at": at + timedelta(days=2), "opportunity_at": at + timedelta(days=3)}
    Handover.objects.filter(pk=sent[0].pk).update(
        **won, outcome="won", amount=Decimal(4000), closed_at=at + timedelta(days=9)
    )
    Handover.objects.filter(pk=sent[1].pk).update(qualified_at=at + timedelta(days=80))
    # Too late to count: the cohort has 90 days.
    Handover.objects.filter(pk=sent[2].pk).update(qualified_at=at + timedelta(days=91))
    young = own_rates(at=at + timedelta(days=100), zone="Europe/Vienna")
    assert young.mql_to_prospect == Share(0, 0)
    found = own_rates(at=datetime.fromisoformat("2026-06-30T12:00:00Z"), zone="Europe/Vienna")
    assert (found.first, found.last) == (date(2025, 4, 1), MARCH)
    assert found.lead_to_mql == Share(4, 4)
    assert (found.mql_to_prospect, found.prospect_to_customer) == (Share(2, 4), Share(1, 2))
    assert (found.average_deal, found.points_per_mql) == (4000, 1)
    assert actual_of(MARCH, zone="Europe/Vienna") == Actual(4, 4, 2, 1, Decimal(4000))


def get(cast: Cast, at: datetime, query: str = "", name: str = "marc") -> Any:
    with time_machine.travel(at, tick=False):
        return signed_in(cast.people()[name]).get(f"{URL}{query}")


@pytest.mark.parametrize("name", ["marc", "sina", "rita", "ned"])
def test_who_plans_sees_the_plan(cast: Cast, at: datetime, name: str) -> None:
    response = get(cast, at, f"?month=2026-04&{TYPED}", name)
    assert response.status_code == 200
    assert response.context["plan"].funnel.leads == 1000
    assert ("Propose as target" in response.content.decode()) is (name == "marc")


@pytest.mark.parametrize("name", ["mara", "sam", "ada"])
def test_who_does_not_plan_is_refused(cast: Cast, at: datetime, name: str) -> None:
    assert get(cast, at, name=name).status_code == 403


def test_a_stranger_finds_no_plan(cast: Cast, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        assert signed_in(cast.gus).get(URL).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?month=2026-04&revenue=100000", "average_deal"),
        (f"?month=2026-13&{TYPED}", "month"),
        ("?month=2026-04&revenue=0", "revenue"),
        (f"?month=2026-04&{TYPED}&points_per_mql=-1", "points_per_mql"),
        ("?month=2026-04&revenue=1&average_deal=1&prospect_to_customer=101", "prospect_to_customer"),
    ],
)
def test_bad_input_is_told_at_its_field(cast: Cast, at: datetime, query: str, field: str) -> None:
    response = get(cast, at, query)
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_adopting_proposes_the_target_and_stores_nothing_else(cast: Cast, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        client = signed_in(cast.marc)
        form = {"month": "2026-04", "points": "200", "note": "planned"}
        response = client.post(f"{URL}adopt/", form)
        assert response.status_code == 302
        assert signed_in(cast.sina).post(f"{URL}adopt/", form).status_code == 403
        assert client.post(f"{URL}adopt/", {**form, "month": "2026-02"}).status_code == 409
    with tenant_scope(cast.acme.pk):
        target = Target.objects.get()
    assert (target.month, target.points, target.state, target.note) == (date(2026, 4, 1), 200, "proposed", "planned")


BODY = {
    "month": "2026-04", "revenue_goal": "100000", "average_deal": "5000",
    "rates": {"prospect_to_customer": "0.25", "mql_to_prospect": "0.4", "lead_to_mql": "0.2"},
}  # fmt: skip


def post(cast: Cast, at: datetime, path: str, body: Any, *, name: str = "marc") -> Any:
    headers = api_key(cast.people()[name], "reports:read", "sla:write", at=at)
    with time_machine.travel(at, tick=False):
        return Client().post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def test_a_client_plans_and_adopts(cast: Cast, at: datetime) -> None:
    planned = post(cast, at, "plans", BODY)
    assert planned.status_code == 200
    body = planned.json()
    assert (body["customers"], body["prospects"], body["mqls"], body["leads"], body["points"]) == (
        20,
        80,
        200,
        1000,
        200,
    )
    assert body["rates"]["lead_to_mql"] == {
        "rate": "0.2", "source": "typed", "interval_percent": None,
        "own": {"percent": None, "numerator": 0, "denominator": 0, "pending": 0},
    }  # fmt: skip
    assert body["steps"][0] == {"step": "revenue", "planned": "100000.00", "actual": "0.00"}
    with tenant_scope(cast.acme.pk):
        assert not Target.objects.exists()
    adopted = post(cast, at, "plans/adoption", BODY)
    assert (adopted.status_code, adopted.json()["points"], adopted.json()["state"]) == (201, "200.00", "proposed")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"revenue_goal": 0}, "/revenue_goal"),
        ({"average_deal": None}, "/average_deal"),
        ({"rates": {"lead_to_mql": 2}}, "/rates/lead_to_mql"),
        ({"month": "2026-4"}, "/month"),
        ({"points_per_mql": "NaN"}, "/points_per_mql"),
    ],
)
def test_a_client_is_told_what_is_wrong(cast: Cast, at: datetime, change: dict[str, Any], pointer: str) -> None:
    answer = post(cast, at, "plans", {**BODY, **change})
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("path", ["plans", "plans/adoption"])
def test_a_client_of_a_rep_neither_plans_nor_adopts(cast: Cast, at: datetime, path: str) -> None:
    assert post(cast, at, path, BODY, name="sam").status_code == 403
