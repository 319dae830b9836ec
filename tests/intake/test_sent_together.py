"""Those of a piece who go to sales go together: turns, places, clocks and credit as if they went one by one."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intake.actions import judge, judge_many, receive
from intake.models import Submission
from leads.actions import capacity as capacity_rule
from leads.actions import change_routing, hand_over, routing, take_in
from leads.actions.dispatching import snapshot_of
from leads.facts import fields_of
from leads.models import Handover, RoutingTurn
from leads.queries.routing import plan_in_force
from leads.routing import Condition, Limit, Plan, Rule, Target
from sla.models import CreditEntry, Subject
from smarketing.lib.scope import tenant_scope
from tenants.actions import plan_absence
from tenants.models import Membership, Team
from tests.intake import test_together
from tests.intake.support import simple
from tests.intake.test_together import picture
from tests.leads.makers import captured, make_rep
from tests.leads.terms import agree
from tests.support import Cast

# SOAK multiplies the drawn days.
EXAMPLES = 4 * int(os.environ.get("SOAK", "1"))
# Thursday 2 April 2026, 11:00 in Vienna; the agreement holds from the first.
NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
LONG_AGO = NOW - timedelta(days=20)
PEOPLE = ("ann@firma.at", "ben@firma.at", "cid@gmail.com", "dee@muster.de", "eve@muster.de", "old@firma.at", "out@a.at")
REPS = ("rep:0", "rep:1", "rep:2")
TARGETS = (*REPS, "team", "queue")


@dataclass(frozen=True)
class Day:
    """How the organisation routes on a day, and who writes."""

    posts: list[tuple[str, str, bool, str]]
    rules: list[tuple[str, Any, str]] = field(default_factory=list)
    default: str = "reps"
    limits: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)


POST = st.tuples(
    st.sampled_from(PEOPLE),
    # Whoever asks for a talk is exempt from the day's places; who was on the pages needs one.
    st.sampled_from(["talk", "interest", "nothing"]),
    # Complete, or shut out by the gate: the country is missing.
    st.sampled_from([True, True, True, False]),
    st.sampled_from(["AT", "DE"]),
)
RULE = st.sampled_from(
    [("country", "DE", to) for to in TARGETS]
    + [("tier", "hand_raiser", to) for to in TARGETS]
    + [("company_name", "Firma", to) for to in TARGETS]
)
LIMIT = st.sampled_from([(None, 1), (1, None), (2, 2), (None, 3)])
DAYS = st.builds(
    Day,
    posts=st.lists(POST, min_size=5, max_size=12),
    rules=st.lists(RULE, max_size=2),
    default=st.sampled_from(["reps", "reps", "reps", "queue"]),
    limits=st.dictionaries(st.sampled_from(REPS), LIMIT, max_size=3),
    away=st.dictionaries(st.sampled_from(REPS), st.sampled_from(["", *REPS]), max_size=2).filter(
        lambda away: all(who != deputy for who, deputy in away.items())
    ),
)
# Capacity that runs out in the middle, a rep who is away, one who is full, one who comes twice, one refused.
FULL = Day(
    posts=[
        ("ann@firma.at", "interest", True, "AT"),
        ("ben@firma.at", "interest", True, "AT"),
        ("out@a.at", "interest", False, "AT"),
        ("cid@gmail.com", "interest", True, "AT"),
        ("eve@muster.de", "interest", True, "DE"),
        ("dee@muster.de", "talk", True, "DE"),
        ("ann@firma.at", "talk", True, "AT"),
        ("old@firma.at", "talk", True, "AT"),
    ],
    rules=[("country", "DE", "rep:0")],
    limits={"rep:1": (None, 1), "rep:2": (1, None)},
    away={"rep:0": "rep:1"},
)


def body(post: tuple[str, str, bool, str], number: int) -> dict[str, Any]:
    email, wants, complete, country = post
    behaviours = [{"kind": "pricing_viewed"}, {"kind": "webinar_attended"}] if wants == "interest" else []
    company = {"name": "Firma", "employees": 100 + number, "industry": "retail"}
    return simple(
        email,
        person={"email": email, "given_name": "Jo", "family_name": f"No {number}", "job_title": "CTO"},
        company={**company, "country": country} if complete else {},
        intent="talk_to_sales" if wants == "talk" else "",
        behaviours=behaviours,
    )


@dataclass(frozen=True)
class House:
    """The cast with three reps and a team, under an agreement with four places a day."""

    cast: Cast
    reps: dict[str, Membership]
    team: Team


@pytest.fixture
def house(cast: Cast, at: datetime) -> Iterator[House]:
    def limited(content: dict[str, Any]) -> None:
        content["capacity"] = {"per_day": 3}

    with tenant_scope(cast.acme.pk):
        agree(cast, limited, at=at, starts_on=date(2026, 4, 1))
        team = Team.objects.create(name="North", side="sales")
        reps = {"rep:0": cast.sam, "rep:1": make_rep("pam", at=at), "rep:2": make_rep("tom", at=at)}
        Membership.objects.filter(pk__in=[reps["rep:1"].pk, reps["rep:2"].pk]).update(team=team)
        lead = take_in(captured("old@firma.at", intent="talk_to_sales"), at=LONG_AGO).lead
        hand_over(lead, by=cast.mara, at=LONG_AGO)
        yield House(cast, reps, team)


def furnish(house: House, day: Day) -> list[Submission]:
    """Put the rules of the day in force, let people be away, and store the posts."""
    places = {**{name: f"rep:{rep.pk}" for name, rep in house.reps.items()}, "team": f"team:{house.team.pk}"}
    rules = tuple(
        Rule(f"r{number}", f"R{number}", True, (Condition(name, "equals", value),), target(places.get(to, to)))
        for number, (name, value, to) in enumerate(day.rules)
    )
    limits = {str(house.reps[name].pk): Limit(*most) for name, most in day.limits.items()}
    number, _plan = plan_in_force()
    change_routing(
        Plan(rules, day.default, limits), based_on=number, change="replaced", by=house.cast.sina, at=LONG_AGO
    )
    for who, deputy in day.away.items():
        rep, instead = house.reps[who], house.reps.get(deputy)
        plan_absence(rep, first_day=TODAY, last_day=TODAY, deputy=instead, by=rep, at=LONG_AGO)
    return [
        receive(body(post, number), content_type="x", at=NOW + timedelta(seconds=number)).submission
        for number, post in enumerate(day.posts)
    ]


def target(place: str) -> Target:
    kind, _colon, id = place.partition(":")
    return Target(kind, id)


def lived(house: House, day: Day) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the day leaves when its posts are judged one by one, and together."""
    later, found = NOW + timedelta(minutes=1), []
    posts = furnish(house, day)
    for together in (False, True):
        mark = transaction.savepoint()
        if together:
            judge_many([post.pk for post in posts], at=later)
        else:
            for post in posts:
                judge(post, at=later)
        found.append(picture())
        transaction.savepoint_rollback(mark)
    return found[0], found[1]


@pytest.fixture(autouse=True)
def turns_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_together, "TABLES", (*test_together.TABLES, RoutingTurn))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(FULL)
@given(DAYS)
def test_sent_together_they_become_what_they_become_one_by_one(house: House, day: Day) -> None:
    with transaction.atomic():
        alone, together = lived(house, day)
        transaction.set_rollback(True)
    for part, rows in alone.items():
        assert together[part] == rows, part


def test_the_full_day_has_everything_in_it(house: House) -> None:
    posts = furnish(house, FULL)
    judge_many([post.pk for post in posts], at=NOW + timedelta(minutes=1))
    sent = Handover.objects.filter(sent_at__gte=NOW).select_related("lead")
    assert Counter(one.lead.email_norm for one in sent) == Counter(
        ["ann@firma.at", "ben@firma.at", "cid@gmail.com", "dee@muster.de", "eve@muster.de"]
    )
    assert [one.clocks_start_at is None for one in sent.order_by("lead__number")] == [True, True, True, False, True]
    assert {one.routed.get("waits_because") for one in sent} == {None, "at_capacity"}
    assert house.cast.sam.pk not in {one.assigned_to_id for one in sent}
    assert CreditEntry.objects.filter(subject__in=[one.subject_id for one in sent]).count() == len(sent)


def test_what_is_frozen_is_the_lead_as_it_stands_in_the_table(house: House) -> None:
    """Nothing is read again before it is frozen: what the table makes of the values must be what they were."""
    custom = {"many": 1e5, "half": 1.50, "list": [1, "ü", None], "deep": {"b": "2", "a": {}}, "empty": ""}
    post = test_together.named("zoë@Firma.at", custom=custom, intent="talk_to_sales")
    judge_many([receive(post, content_type="x", at=NOW).submission.pk], at=NOW)
    handover = Handover.objects.select_related("lead__company").get(sent_at=NOW)
    lead = handover.lead
    assert handover.snapshot == snapshot_of(lead, fields_of(lead))
    assert lead.custom == {**lead.custom, **custom}
    assert (lead.sales_owner_id, lead.updated_at) == (handover.assigned_to_id, NOW)
    assert handover.judged == [f"{reason['key']}:{reason['state']}" for reason in lead.score_reasons]


def test_a_credit_that_somebody_has_is_not_given_again(house: House) -> None:
    """Here the key is taken beforehand, as by an older handover of the same cycle that a ruling restored."""
    posts = furnish(house, Day(posts=[("ann@firma.at", "nothing", True, "AT"), ("ben@firma.at", "talk", True, "AT")]))
    judge_many([post.pk for post in posts[:1]], at=NOW)
    posts[0].refresh_from_db()
    taken = Subject.objects.exclude(credit_key=None)
    assert taken.update(credit_key=f"{posts[0].lead_id}:1") == 1
    more = receive(body(("ann@firma.at", "talk", True, "AT"), 5), content_type="x", at=NOW).submission
    judge_many([posts[1].pk, more.pk], at=NOW + timedelta(minutes=1))
    found = {one.lead.email_norm: one.subject for one in Handover.objects.filter(sent_at__gte=NOW).select_related()}
    assert (found["ann@firma.at"].credit, found["ann@firma.at"].credit_key) == ("not_counted", None)
    assert found["ben@firma.at"].credit == "counted"
    assert not CreditEntry.objects.filter(subject=found["ann@firma.at"]).exists()
    assert CreditEntry.objects.filter(subject=found["ben@firma.at"]).count() == 1


def test_a_place_that_is_forgotten_within_the_set_is_seen(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: who counts anew for each, while nothing is written yet, gives every place away."""

    def uncounted(self: capacity_rule.Places, tier: str) -> datetime | None:
        self._taken = None
        return start_of_clocks(self, tier)

    start_of_clocks = capacity_rule.Places.start_of_clocks
    monkeypatch.setattr(capacity_rule.Places, "start_of_clocks", uncounted)
    alone, together = lived(house, FULL)
    assert alone["Handover"] != together["Handover"]


def test_a_turn_that_is_forgotten_within_the_set_is_seen(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: turns and limits that are read for each, while nothing is written yet, go to the same."""

    def forgetful(self: routing.Turns, to: Target) -> tuple[Membership | None, str]:
        self._turns.clear()
        self._loads.clear()
        return take(self, to)

    take = routing.Turns.take
    monkeypatch.setattr(routing.Turns, "take", forgetful)
    alone, together = lived(house, FULL)
    assert alone["Handover"] != together["Handover"]


def test_a_hundred_who_go_to_sales_cost_hardly_more_statements_than_one(house: House) -> None:
    counts = []
    for number in (1, 100):
        posts = [body((f"p{place}@example{number}.org", "talk", True, "AT"), place) for place in range(number)]
        ids = [receive(post, content_type="x", at=NOW).submission.pk for post in posts]
        before = Handover.objects.count()
        with CaptureQueriesContext(connection) as asked:
            judge_many(ids, at=NOW)
        assert Handover.objects.count() == before + number
        counts.append(len(asked))
    # Besides: a savepoint, all turns at once, and ids that no stock holds so many of.
    assert counts[1] <= counts[0] + 8
    assert counts[0] <= MOST_STATEMENTS


# Those of judging (tests/intake/test_together.py), and: settings, day and absences, plan, turns, subjects, calendars,
# the month, ids, and one for all the rest.
MOST_STATEMENTS = 24
