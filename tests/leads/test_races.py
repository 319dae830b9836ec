"""Several at once, on real connections: one winner, one record, fair turns. Each race is first shown to happen."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, get_ident
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connections
from django.urls import reverse

from events.models import Event
from leads.actions import (
    Candidate,
    HandoverAlreadyDecided,
    LeadWithSales,
    accept_handover,
    change_routing,
    deciding,
    hand_over,
    hand_over_each,
    nurture_lead,
    reject_handover,
    routing,
    take_in,
    undo_decision,
)
from leads.models import Handover, Lead, LeadNumber, Rejection, RoutingTurn
from leads.routing import Condition, Plan, Rule, Target
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import captured, make_handover, make_lead, make_rep, ready_at
from tests.support import Cast, signed_in

SOON = timedelta(minutes=5)


def at_once(cast: Cast, *jobs: Callable[[], Any]) -> list[Any]:
    """Run each job in a thread and scope of its own, all let go together; return results or refusals."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            with tenant_scope(cast.acme.pk):
                barrier.wait(timeout=20)
                return job()
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_of_two_who_accept_at_once_one_wins(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
    found = at_once(
        cast,
        lambda: accept_handover(handover, by=cast.sam, at=at + SOON),
        lambda: accept_handover(handover, by=cast.sina, at=at + SOON),
    )
    refused = [result for result in found if isinstance(result, HandoverAlreadyDecided)]
    assert len(refused) == 1
    with tenant_scope(cast.acme.pk):
        winner = Handover.objects.select_related("decided_by").get().decided_by
        assert winner is not None
        assert refused[0].sentence == f"{winner.name} accepted this 0 seconds ago."
        assert Event.objects.filter(kind="handover.accepted").count() == 1
        assert Event.objects.filter(kind="clock.met").count() == 1


def test_without_the_lock_both_would_win(live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the race is real, it is the guard that decides it."""
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
    looked = Barrier(2)

    def unlocked(row: Handover) -> Handover:
        rows = Handover.objects.select_related("lead", "subject", "version", "decided_by", "assigned_to")
        found = rows.get(pk=row.pk)
        looked.wait(timeout=20)
        return found

    monkeypatch.setattr(deciding, "settle_silence", lambda handover, *, at: None)
    monkeypatch.setattr(deciding, "locked_handover", unlocked)
    found = at_once(
        cast,
        lambda: accept_handover(handover, by=cast.sam, at=at + SOON),
        lambda: accept_handover(handover, by=cast.sina, at=at + SOON),
    )
    assert not [result for result in found if isinstance(result, DomainError)]
    with tenant_scope(cast.acme.pk):
        assert Event.objects.filter(kind="handover.accepted").count() == 2


def test_accepting_and_rejecting_at_once_leaves_one_decision(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
    found = at_once(
        cast,
        lambda: accept_handover(handover, by=cast.sam, at=at + SOON),
        lambda: reject_handover(handover, reason="not_fitting", criterion="company_size", by=cast.sina, at=at + SOON),
    )
    assert sum(isinstance(result, HandoverAlreadyDecided) for result in found) == 1
    with tenant_scope(cast.acme.pk):
        rejected = Handover.objects.get().decision == "rejected"
        assert Rejection.objects.exists() is rejected
        kinds = Event.objects.filter(kind__in=["handover.accepted", "handover.rejected"])
        assert [event.kind for event in kinds] == ["handover.rejected" if rejected else "handover.accepted"]


def test_undoing_a_rejection_and_answering_it_at_once_leaves_one(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
        rejection = reject_handover(handover, reason="not_fitting", criterion="company_size", by=cast.sam, at=at + SOON)
    moment = at + SOON + timedelta(seconds=4)
    found = at_once(
        cast,
        lambda: undo_decision(handover, by=cast.sam, at=moment),
        lambda: nurture_lead(rejection, wake_on=at.date() + timedelta(days=60), by=cast.mara, at=moment),
    )
    assert sum(isinstance(result, DomainError) for result in found) == 1
    with tenant_scope(cast.acme.pk):
        decision, state = Handover.objects.get().decision, Rejection.objects.get().state
        assert (decision, state) in {("pending", "withdrawn"), ("rejected", "nurtured")}


def test_two_clicks_in_two_browsers_answer_303_and_409(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
    browsers = [signed_in(cast.sam), signed_in(cast.sina)]
    url = reverse("leads:accept", args=["acme", handover.pk])
    barrier = Barrier(2)

    def click(browser: Any) -> int:
        barrier.wait(timeout=20)
        try:
            return int(browser.post(url).status_code)
        finally:
            connections.close_all()

    with time_machine.travel(at + SOON, tick=False), ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, browsers)) == [302, 409]


def test_too_late_stays_recorded_after_the_refused_request(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
    sam = signed_in(cast.sam)
    with time_machine.travel(at + timedelta(days=10), tick=False):
        response = sam.post(reverse("leads:accept", args=["acme", handover.pk]))
    assert response.status_code == 409
    # A connection of its own sees what was committed, and nothing else.
    seen = at_once(cast, lambda: Handover.objects.values_list("decision", flat=True).get())
    assert seen == ["deemed_accepted"]


def test_a_lead_handed_over_twice_at_once_goes_once(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at)
    found = at_once(cast, *[lambda: hand_over(lead, by=cast.mara, at=at)] * 4)
    assert sum(isinstance(result, LeadWithSales) for result in found) == 3
    with tenant_scope(cast.acme.pk):
        assert Handover.objects.count() == 1
        assert RoutingTurn.objects.get().given == 1


def test_one_person_who_posts_eight_times_at_once_is_one_lead(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    found = at_once(cast, *[lambda: take_in(captured(behaviours=ready_at(at)), at=at)] * 8)
    assert sorted(taken.created for taken in found) == [False] * 7 + [True]
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().number not in LeadNumber.objects.values_list("next", flat=True)
        assert Event.objects.filter(kind="lead.received").count() == 8
        assert Event.objects.filter(kind="lead.qualified").count() == 1


def hand_over_many(cast: Cast, at: datetime, *, count: int, workers: int) -> Counter[Any]:
    with tenant_scope(cast.acme.pk):
        reps = [cast.sam, *(make_rep(f"rep{number}", at=at) for number in range(2))]
        leads = [make_lead(at=at, email=f"{number}@example.com") for number in range(count)]
    shares = [leads[number::workers] for number in range(workers)]

    def work(share: list[Lead]) -> Callable[[], None]:
        def run() -> None:
            for lead in share:
                hand_over(lead, by=cast.mara, at=at)

        return run

    at_once(cast, *[work(share) for share in shares])
    with tenant_scope(cast.acme.pk):
        given = Counter(Handover.objects.values_list("assigned_to", flat=True))
    return Counter({rep.name: given[rep.pk] for rep in reps})


def test_turns_are_fair_with_workers_side_by_side(live_cast: Cast, at: datetime) -> None:
    given = hand_over_many(live_cast, at, count=22, workers=4)
    assert sum(given.values()) == 22
    assert max(given.values()) - min(given.values()) <= 1


def test_without_the_lock_turns_would_be_unfair(live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: workers that read the turns unlocked give the same rep several at once."""

    def unlocked(pool: str, member_ids: Any, *, limited: Any = ()) -> list[RoutingTurn]:
        ids = list(member_ids)
        RoutingTurn.objects.bulk_create([RoutingTurn(pool=pool, member_id=pk) for pk in ids], ignore_conflicts=True)
        return list(RoutingTurn.objects.filter(pool=pool).order_by("member_id"))

    monkeypatch.setattr(routing, "_locked_turns", unlocked)
    given = hand_over_many(live_cast, at, count=22, workers=4)
    assert sum(given.values()) == 22
    assert max(given.values()) - min(given.values()) > 1


def two_sets_at_once(cast: Cast, at: datetime) -> Counter[Any]:
    """Two workers hand over a set each, whose leads go to the same two pools in opposite order."""
    with tenant_scope(cast.acme.pk):
        reps = {"AT": cast.sam, "DE": make_rep("pam", at=at)}
        rules = tuple(
            Rule(country, country, True, (Condition("country", "equals", country),), Target("rep", str(rep.pk)))
            for country, rep in reps.items()
        )
        change_routing(Plan(rules), based_on=0, change="replaced", by=cast.sina, at=at)
        RoutingTurn.objects.bulk_create(RoutingTurn(pool=f"rep:{rep.pk}", member_id=rep.pk) for rep in reps.values())
        sets = [[make_lead(at=at, email=f"{n}@{c}.at", company={"country": c}) for c in "AT DE".split()] for n in "ab"]

    def work(leads: list[Lead]) -> Callable[[], int]:
        def run() -> int:
            Lead.objects.select_for_update(of=("self",)).filter(pk__in=[lead.pk for lead in leads]).count()
            return len(hand_over_each([Candidate(lead) for lead in leads], at=at))

        return run

    assert at_once(cast, work(sets[0]), work(sets[1][::-1])) == [2, 2]
    with tenant_scope(cast.acme.pk):
        return Counter(Handover.objects.values_list("assigned_to__name", flat=True))


def test_sets_that_go_to_several_pools_do_not_wait_in_a_circle(live_cast: Cast, at: datetime) -> None:
    assert two_sets_at_once(live_cast, at) == {"Sam": 2, "Pam": 2}


def test_sets_that_lock_pool_by_pool_would(live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: each has locked its first pool when it asks for the other's."""
    real, both, waited = routing._locked_turns, Barrier(2), set()

    def slowly(*args: Any, **options: Any) -> list[RoutingTurn]:
        turns = real(*args, **options)
        if get_ident() not in waited:
            waited.add(get_ident())
            both.wait(timeout=20)
        return turns

    monkeypatch.setattr(routing, "lock_all_turns", lambda: None)
    monkeypatch.setattr(routing, "_locked_turns", slowly)
    with pytest.raises(OperationalError, match="deadlock"):
        two_sets_at_once(live_cast, at)
