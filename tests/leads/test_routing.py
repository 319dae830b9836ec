"""Routing rules: which one decides, who gets the lead, what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from leads.actions import (
    RoutingChanged,
    change_routing,
    hand_over,
    hand_over_qualified,
    reject_handover,
    take_in,
)
from leads.capture import Attribution, Touch
from leads.models import Handover, Lead, RoutingPlan
from leads.queries.routing import plan_in_force
from leads.routing import Condition, Limit, Plan, Rule, Target, faults_of, moved, plan_of, route, tried
from smarketing.lib.errors import InvalidInput
from tenants.actions import plan_absence
from tenants.models import Membership, Team
from tests.leads.makers import captured, make_handover, make_lead, make_rep
from tests.leads.terms import agree
from tests.support import Cast

QUEUE = Target("queue")
SWISS = Condition("country", "in", ["CH", "LI"])
LARGE = Condition("employees", "at_least", 1000)


def rule(key: str, *conditions: Condition, to: Target = QUEUE, enabled: bool = True) -> Rule:
    return Rule(key, key.title(), enabled, conditions, to)


def put(acme: Cast, *rules: Rule, at: datetime, **changes: Any) -> RoutingPlan:
    """Put these rules in force."""
    number, _plan = plan_in_force()
    return change_routing(Plan(rules, **changes), based_on=number, change="replaced", by=acme.sina, at=at)


def make_team(name: str, *members: Membership) -> Team:
    team = Team.objects.create(name=name, side="sales")
    Membership.objects.filter(pk__in=[member.pk for member in members]).update(team=team)
    return team


# Pure


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"country": "CH", "employees": 5000}, 1),
        ({"country": "li"}, 1),
        ({"country": "AT", "employees": 1000}, 2),
        ({"country": "AT", "employees": 999}, 0),
        ({"country": "AT", "employees": None}, 0),
        ({}, 0),
    ],
)
def test_the_first_rule_that_holds_decides(fields: dict[str, Any], number: int) -> None:
    plan = Plan((rule("swiss", SWISS), rule("large", LARGE)))
    assert route(plan, fields).number == number


def test_all_conditions_of_a_rule_must_hold() -> None:
    plan = Plan((rule("both", SWISS, LARGE),))
    assert route(plan, {"country": "CH", "employees": 2000}).number == 1
    assert route(plan, {"country": "CH", "employees": 20}).number == 0
    assert [one.states for one in tried(plan, {"country": "CH"})] == [("met", "unknown")]


def test_a_rule_out_of_use_is_passed_over() -> None:
    plan = Plan((rule("swiss", SWISS, enabled=False), rule("later", SWISS)))
    assert route(plan, {"country": "CH"}).number == 2
    assert [(one.matches, one.decides) for one in tried(plan, {"country": "CH"})] == [(True, False), (True, True)]


def test_a_plan_is_read_back_as_it_was_stored() -> None:
    plan = Plan((rule("swiss", SWISS, to=Target("rep", "1")),), "queue", {"1": Limit(3, None)})
    assert plan_of(plan.as_content()) == plan
    assert plan_of({}) == Plan()


@given(st.permutations(range(5)), st.integers(0, 4), st.integers(-6, 6))
def test_moving_keeps_every_rule(order: list[int], place: int, by: int) -> None:
    rules = tuple(rule(f"r{number}", SWISS) for number in order)
    after = moved(rules, rules[place].key, by=by)
    assert sorted(one.key for one in after) == sorted(one.key for one in rules)
    assert after.index(rules[place]) == max(0, min(place + by, 4))


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        (rule("a"), "/rules/0/conditions"),
        (rule("a", Condition("Country", "in", ["CH"])), "/rules/0/conditions/0/field"),
        (rule("a", Condition("country", "like", "C")), "/rules/0/conditions/0/operator"),
        (rule("a", Condition("country", "in", [])), "/rules/0/conditions/0/value"),
        (rule("a", Condition("country", "in", "CH")), "/rules/0/conditions/0/value"),
        (rule("a", Condition("employees", "at_least", "many")), "/rules/0/conditions/0/value"),
        (rule("a", Condition("employees", "between", [9, 3])), "/rules/0/conditions/0/value"),
        (rule("a", Condition("country", "is_present", "CH")), "/rules/0/conditions/0/value"),
        (rule("a", SWISS, to=Target("rep", "nobody")), "/rules/0/to/id"),
        (rule("a", SWISS, to=Target("planet")), "/rules/0/to/kind"),
        (rule(" ", SWISS), "/rules/0/name"),
    ],
)
def test_names_what_is_wrong_with_a_rule(changed: Rule, pointer: str) -> None:
    assert [fault.pointer for fault in faults_of(Plan((changed,)), members=["1"], teams=["2"])] == [pointer]


def test_names_what_is_wrong_with_a_plan() -> None:
    twice = Plan((rule("a", SWISS), rule("a", SWISS)), "elsewhere", {"1": Limit(0, None), "9": Limit(1, 1)})
    faults = {fault.pointer for fault in faults_of(twice, members=["1"], teams=[])}
    assert faults == {"/default", "/rules", "/limits/1/max_open", "/limits/9"}


# Handing over


def test_a_rule_sends_to_its_rep_and_the_handover_says_so(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    put(acme, rule("austria", Condition("country", "equals", "AT"), to=Target("rep", str(pam.pk))), at=at)
    for number in range(3):
        handover = make_handover(by=acme.mara, at=at, email=f"{number}@example.com")
        assert handover.assigned_to == pam
    assert handover.routed == {"plan": 1, "to": f"rep:{pam.pk}", "rule": 1, "key": "austria", "name": "Austria"}
    assert Event.objects.filter(kind="handover.sent", data__rule=1).count() == 3


def test_a_team_takes_turns_of_its_own(acme: Cast, at: datetime) -> None:
    pam, pete = make_rep("pam", at=at), make_rep("pete", at=at)
    team = make_team("North", pam, pete)
    put(acme, rule("north", Condition("country", "equals", "AT"), to=Target("team", str(team.pk))), at=at)
    given_to = [make_handover(by=acme.mara, at=at, email=f"{n}@example.com").assigned_to for n in range(5)]
    assert [given_to.count(one) for one in (pam, pete, acme.sam)] in ([3, 2, 0], [2, 3, 0])


@pytest.mark.parametrize("by_rule", [True, False])
def test_the_managers_queue_is_visible_with_clocks(acme: Cast, at: datetime, by_rule: bool) -> None:
    if by_rule:
        put(acme, rule("all", Condition("country", "is_present")), at=at)
    else:
        put(acme, default="queue", at=at)
    handover = make_handover(by=acme.mara, at=at)
    assert handover.assigned_to is None
    assert handover.routed["waits_because"] == ("queue_by_rule" if by_rule else "queue_by_default")


def test_a_rule_decides_alone(acme: Cast, at: datetime) -> None:
    """Nobody of the team is there: the lead waits, the next rule is not asked."""
    team = make_team("Empty")
    austria = Condition("country", "equals", "AT")
    put(
        acme,
        rule("empty", austria, to=Target("team", str(team.pk))),
        rule("sam", austria, to=Target("rep", str(acme.sam.pk))),
        at=at,
    )
    handover = make_handover(by=acme.mara, at=at)
    assert (handover.assigned_to, handover.routed["waits_because"]) == (None, "nobody_there")


def test_who_is_away_is_passed_over_and_next_once_when_back(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    make_handover(by=acme.mara, at=at, email="a@example.com")
    make_handover(by=acme.mara, at=at, email="b@example.com")
    today = date(2026, 3, 2)
    plan_absence(pam, first_day=today, last_day=today, by=pam, at=at)
    away = [make_handover(by=acme.mara, at=at, email=f"{n}@example.com").assigned_to for n in range(6)]
    assert away == [acme.sam] * 6
    back = at + timedelta(days=1)
    given_to = [make_handover(by=acme.mara, at=back, email=f"back{n}@example.com").assigned_to for n in range(4)]
    assert given_to == [pam, acme.sam, pam, acme.sam]


def test_the_deputy_stands_in_where_a_rule_names_one_who_is_away(acme: Cast, at: datetime) -> None:
    pam, today = make_rep("pam", at=at), date(2026, 3, 2)
    put(acme, rule("pam", Condition("country", "equals", "AT"), to=Target("rep", str(pam.pk))), at=at)
    plan_absence(pam, first_day=today, last_day=today, deputy=acme.sina, by=pam, at=at)
    assert make_handover(by=acme.mara, at=at).assigned_to == acme.sina


def test_who_has_as_much_as_they_can_take_is_passed_over(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    put(acme, limits={str(pam.pk): Limit(max_open=1), str(acme.sam.pk): Limit(max_per_day=2)}, at=at)
    handovers = [make_handover(by=acme.mara, at=at, email=f"{n}@example.com") for n in range(4)]
    assert [one.assigned_to for one in handovers].count(pam) == 1
    assert [one.assigned_to for one in handovers].count(acme.sam) == 2
    assert (handovers[-1].assigned_to, handovers[-1].routed["waits_because"]) == (None, "at_capacity")
    # The next day sam takes two more; what pam has in hand still counts.
    tomorrow = at + timedelta(days=1)
    later = [make_handover(by=acme.mara, at=tomorrow, email=f"t{n}@example.com").assigned_to for n in range(3)]
    assert later == [acme.sam, acme.sam, None]


def test_what_was_said_not_to_be_theirs_is_routed_by_the_rules_again(acme: Cast, at: datetime) -> None:
    pam, pete = make_rep("pam", at=at), make_rep("pete", at=at)
    team = make_team("North", pam, pete)
    put(acme, rule("north", Condition("country", "equals", "AT"), to=Target("team", str(team.pk))), at=at)
    handover = make_handover(by=acme.mara, at=at)
    first = handover.assigned_to
    assert first is not None
    reject_handover(handover, reason="wrong_addressee", by=first, at=at + timedelta(minutes=1))
    again = Handover.objects.get()
    assert {first.pk, again.assigned_to_id} == {pam.pk, pete.pk}
    reject_handover(again, reason="wrong_addressee", by=again.assigned_to, at=at + timedelta(minutes=2))
    assert Handover.objects.get().assigned_to is None
    assert Handover.objects.get().routed["waits_because"] == "nobody_there"


def test_rules_ask_where_a_lead_came_from(acme: Cast, at: datetime) -> None:
    put(acme, rule("linkedin", Condition("source", "equals", "LinkedIn")), at=at)
    touch = Touch(source="linkedin", medium="paid_social", campaign="q1", at=at)
    lead = make_lead(at=at, attribution=Attribution(touch, touch))
    assert hand_over(lead, by=acme.mara, at=at).assigned_to is None
    assert make_handover(by=acme.mara, at=at, email="x@example.com").assigned_to == acme.sam


# Changing


def test_every_change_is_kept_with_its_author(acme: Cast, at: datetime) -> None:
    put(acme, rule("a", SWISS), at=at)
    put(acme, rule("a", SWISS), rule("b", LARGE), at=at)
    assert list(RoutingPlan.objects.order_by("number").values_list("number", "made_by")) == [
        (1, acme.sina.pk),
        (2, acme.sina.pk),
    ]
    event = Event.objects.filter(kind="routing.changed").order_by("-at", "-id")[0]
    assert (event.by_id, event.data["number"], event.data["rules"]) == (acme.sina.pk, 2, 2)


def test_of_two_who_change_the_same_plan_the_second_is_told(acme: Cast, at: datetime) -> None:
    put(acme, rule("a", SWISS), at=at)
    with pytest.raises(RoutingChanged) as refused:
        change_routing(Plan(), based_on=0, change="replaced", by=acme.ada, at=at)
    assert refused.value.extra["number"] == 1
    assert plan_in_force()[1].rules[0].key == "a"


def test_a_plan_names_only_reps_and_teams_of_sales(acme: Cast, at: datetime) -> None:
    for target in (Target("rep", str(acme.mara.pk)), Target("team", str(acme.sam.pk)), Target("rep", str(acme.gus.pk))):
        with pytest.raises(InvalidInput):
            put(acme, rule("a", SWISS, to=target), at=at)
    assert not RoutingPlan.objects.exists()


def test_automatic_handover_only_where_agreed(acme: Cast, at: datetime) -> None:
    def by_hand(content: dict[str, Any]) -> None:
        content["definitions"]["auto_handover"] = False

    agree(acme, by_hand, at=at, starts_on=date(2026, 4, 1))
    lead = take_in(captured("x@example.com", intent="talk_to_sales"), at=at).lead
    assert lead.stage == Lead.Stage.MQL
    april = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
    assert hand_over_qualified(lead, at=april) is None
    # Marketing sends it by hand; under the version before it goes by itself.
    assert hand_over(lead, by=acme.mara, at=april).version.number == 2
    assert hand_over_qualified(make_lead(at=at, email="y@example.com"), at=at) is not None
