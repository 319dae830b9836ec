"""The routing page and its operation: reading, changing, ordering, trying, refusing."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import RoutingPlan, RoutingTurn
from leads.queries.routing import plan_in_force
from leads.routing import Plan
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_lead
from tests.support import Cast, api_key, signed_in

RULE = {
    "based_on": "0", "name": "Switzerland", "to": "queue", "enabled": "on",
    "field_0": "country", "operator_0": "in", "value_0": "CH, LI",
}  # fmt: skip


def url(name: str, **path: str) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme", **path})


def plan_of(cast: Cast) -> tuple[int, Plan]:
    with tenant_scope(cast.acme.pk):
        return plan_in_force()


@pytest.fixture
def sina(cast: Cast) -> Client:
    """The sales manager's browser."""
    return signed_in(cast.sina)


def add(browser: Client, cast: Cast, **changes: str) -> Any:
    number, _plan = plan_of(cast)
    return browser.post(url("routing_rule_new"), {**RULE, "based_on": str(number), **changes})


def test_a_rule_is_added_and_said_in_words(sina: Client, cast: Cast) -> None:
    assert add(sina, cast).status_code == 302
    page = sina.get(url("routing")).content.decode()
    assert "Switzerland" in page
    assert "country one of CH, LI" in page
    assert "added a rule" in page
    _number, plan = plan_of(cast)
    assert plan.rules[0].conditions[0].value == ["CH", "LI"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"to": "planet"}, "to"),
        ({"field_0": ""}, "field_0"),
        ({"operator_0": "at_least", "value_0": "many"}, "value_0"),
        ({"value_0": ""}, "value_0"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(sina: Client, cast: Cast, changes: dict[str, str], field: str) -> None:
    answer = add(sina, cast, **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert 'aria-invalid="true"' in answer.content.decode()
    assert plan_of(cast)[0] == 0


def test_rules_are_ordered_switched_and_removed_by_buttons(sina: Client, cast: Cast) -> None:
    for name in ("first", "second"):
        add(sina, cast, name=name)
    keys = [rule.key for rule in plan_of(cast)[1].rules]

    def act(act: str, key: str) -> list[tuple[str, bool]]:
        number, _plan = plan_of(cast)
        answer = sina.post(url("routing_rule_act", key=key), {"act": act, "based_on": str(number)})
        assert answer.status_code == 302
        return [(rule.name, rule.enabled) for rule in plan_of(cast)[1].rules]

    assert act("down", keys[0]) == [("second", True), ("first", True)]
    assert act("up", keys[0]) == [("first", True), ("second", True)]
    assert act("disable", keys[1]) == [("first", True), ("second", False)]
    assert act("enable", keys[1]) == [("first", True), ("second", True)]
    assert act("remove", keys[0]) == [("second", True)]
    assert sina.post(url("routing_rule_act", key=keys[1]), {"act": "explode", "based_on": "7"}).status_code == 404
    with tenant_scope(cast.acme.pk):
        assert RoutingPlan.objects.count() == 7


def test_who_comes_second_is_told(sina: Client, cast: Cast) -> None:
    add(sina, cast)
    answer = add(sina, cast, based_on="0", name="Late")
    assert answer.status_code == 409
    assert "Somebody changed the rules meanwhile" in answer.content.decode()
    fragment = sina.post(url("routing_default"), {"default": "queue", "based_on": "0"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 409
    assert fragment.content.decode().lstrip().startswith('<section class="sm-p" id="rules"')
    assert plan_of(cast)[1].default == "reps"


def test_limits_are_kept_per_rep(sina: Client, cast: Cast) -> None:
    form = {"based_on": "0", f"open_{cast.sam.pk}": "5", f"day_{cast.sam.pk}": ""}
    assert sina.post(url("routing_limits"), form).status_code == 302
    assert plan_of(cast)[1].limits[str(cast.sam.pk)].max_open == 5
    wrong = sina.post(url("routing_limits"), {**form, "based_on": "1", f"open_{cast.sam.pk}": "-3"})
    assert wrong.status_code == 422


def test_the_test_box_says_which_rule_and_who_is_next(sina: Client, cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at)
    add(sina, cast)
    said = sina.get(url("routing"), {"lead": str(lead)}).content.decode()
    assert "No rule matches" in said
    assert "<b>Sam</b> is next" in " ".join(said.split())
    add(sina, cast, name="Austria", value_0="AT")
    said = " ".join(sina.get(url("routing"), {"lead": "jane.doe@example.com"}).content.decode().split())
    assert "Rule 2, “Austria”, decides." in said
    assert "There is no such lead" in sina.get(url("routing"), {"lead": "L-999"}).content.decode()
    with tenant_scope(cast.acme.pk):
        # Trying takes no turn.
        assert not RoutingTurn.objects.exists()


def test_an_auditor_reads_and_a_rep_does_not(cast: Cast) -> None:
    page = signed_in(cast.ned).get(url("routing"))
    assert page.status_code == 200
    assert "Add a rule" not in page.content.decode()
    assert signed_in(cast.sam).get(url("routing")).status_code == 403
    assert signed_in(cast.gus).get(url("routing")).status_code == 404


def test_clients_replace_the_rules(cast: Cast, client: Client, at: datetime) -> None:
    headers = api_key(cast.ada, "leads:read", "handovers:write", at=at)
    read = client.get("/api/v1/routing-rules", headers=headers)
    assert (read.json(), read.headers["ETag"]) == ({"default": "reps", "rules": [], "limits": {}}, '"0"')
    body: dict[str, Any] = {
        "rules": [
            {
                "key": "large",
                "name": "Large companies",
                "conditions": [{"field": "employees", "operator": "at_least", "value": 1000}],
                "to": {"kind": "rep", "id": str(cast.sam.pk)},
            }
        ],
        "limits": {str(cast.sam.pk): {"max_open": 20}},
    }

    def put(given: dict[str, Any], **more: str) -> Any:
        return client.put("/api/v1/routing-rules", given, content_type="application/json", headers={**headers, **more})

    assert put(body).status_code == 428
    assert put(body, **{"If-Match": '"7"'}).status_code == 412
    made = put(body, **{"If-Match": '"0"'})
    assert (made.status_code, made.headers["ETag"]) == (200, '"1"')
    assert made.json()["rules"][0]["enabled"] is True
    body["rules"][0]["to"]["id"] = str(cast.mara.pk)
    wrong = put(body, **{"If-Match": '"1"'})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/rules/0/to/id")
    body["rules"][0]["conditions"][0]["value"] = ["x"]
    assert put(body, **{"If-Match": '"1"'}).status_code == 422
