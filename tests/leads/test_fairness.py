"""Fair turns over any sequence of handovers, absences and workers; and the report of it."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.actions import accept_handover, log_attempt, reject_handover, routing
from leads.actions.routing import next_in
from leads.models import RoutingTurn
from leads.queries.fairness import fairness_rows
from leads.routing import Target
from smarketing.lib.scope import tenant_scope
from tenants.actions import plan_absence
from tenants.models import Absence, Membership
from tests.leads.makers import make_handover, make_rep
from tests.support import Cast, api_key, signed_in

# SOAK multiplies the random lives.
EXAMPLES = 8 * int(os.environ.get("SOAK", "1"))
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
REPS = Target("reps")
PEOPLE = 4

# What happens: a number is so many handovers, a pair toggles whether a rep (by place) is here.
HAPPENINGS = st.lists(
    st.one_of(st.integers(1, 6), st.tuples(st.just("toggle"), st.integers(0, PEOPLE - 1))), min_size=2, max_size=8
)


def spread_of(counts: Counter[Any], eligible: set[Any]) -> int:
    given_to = [counts[pk] for pk in eligible]
    return max(given_to) - min(given_to) if given_to else 0


def live(acme: Cast, reps: list[Membership], happenings: list[Any], *, at: datetime, floor: bool = True) -> int:
    """Live through what happens; return the worst spread over any stretch in which the same reps were eligible."""
    here = {rep.pk for rep in reps}
    since: Counter[Any] = Counter()
    worst = 0
    for happening in happenings:
        if isinstance(happening, tuple):
            rep = reps[happening[1]]
            here ^= {rep.pk}
            # Away for the day, or back: an absence that ends is shortened, never overlapped.
            Absence.objects.filter(member=rep).update(called_off_at=at)
            if rep.pk not in here:
                plan_absence(rep, first_day=MONDAY, last_day=MONDAY, by=rep, at=at)
            since.clear()
            continue
        for _number in range(happening):
            chosen = next_in(REPS, day=MONDAY, at=at)
            assert (chosen is None) == (not here)
            if chosen is not None:
                assert chosen.pk in here
                since[chosen.pk] += 1
                worst = max(worst, spread_of(since, here))
    return worst


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HAPPENINGS)
def test_counts_of_equally_eligible_reps_differ_by_one_at_most(acme: Cast, at: datetime, happenings: list[Any]) -> None:
    with transaction.atomic():
        reps = [acme.sam, *(make_rep(f"rep{number}", at=at) for number in range(PEOPLE - 1))]
        assert live(acme, reps, happenings, at=at) <= 1
        transaction.set_rollback(True)


def test_a_turn_by_count_would_flood_who_comes_back(acme: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: giving to whoever has the fewest, as one might, breaks the property."""
    reps = [acme.sam, *(make_rep(f"rep{number}", at=at) for number in range(PEOPLE - 1))]
    real = routing._locked_turns

    def by_count(*args: Any, **options: Any) -> list[RoutingTurn]:
        turns = real(*args, **options)
        for turn in turns:
            turn.turn = turn.given
        return turns

    monkeypatch.setattr(routing, "_locked_turns", by_count)
    assert live(acme, reps, [("toggle", 0), 9, ("toggle", 0), 4], at=at) > 1


def hand_out(cast: Cast, at: datetime, *, workers: int, each: int) -> list[Counter[Any]]:
    """Let workers take turns side by side while somebody leaves and comes back; return counts per stretch."""
    with tenant_scope(cast.acme.pk):
        reps = [cast.sam, *(make_rep(f"rep{number}", at=at) for number in range(PEOPLE - 1))]
    stretches = []
    for absent in (None, reps[0], None):
        with tenant_scope(cast.acme.pk):
            Absence.objects.update(called_off_at=at)
            if absent is not None:
                plan_absence(absent, first_day=MONDAY, last_day=MONDAY, by=absent, at=at)
        stretches.append(_stretch(cast, at, workers=workers, each=each))
    return stretches


def _stretch(cast: Cast, at: datetime, *, workers: int, each: int) -> Counter[Any]:
    barrier = Barrier(workers)

    def work(_number: int) -> Counter[Any]:
        taken: Counter[Any] = Counter()
        try:
            barrier.wait(timeout=20)
            for _turn in range(each):
                with tenant_scope(cast.acme.pk):
                    chosen = next_in(REPS, day=MONDAY, at=at)
                    assert chosen is not None
                    taken[chosen.pk] += 1
        finally:
            connections.close_all()
        return taken

    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(work, range(workers)), Counter())


def test_fair_with_workers_side_by_side_and_an_absence_between(live_cast: Cast, at: datetime) -> None:
    all_here, one_away, all_back = hand_out(live_cast, at, workers=4, each=7)
    assert sorted(all_here.values()) == [7, 7, 7, 7]
    assert live_cast.sam.pk not in one_away
    assert max(one_away.values()) - min(one_away.values()) <= 1
    assert max(all_back.values()) - min(all_back.values()) <= 1


# The report


def test_the_report_counts_a_month(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    handovers = [make_handover(by=acme.mara, at=at, email=f"{n}@example.com") for n in range(4)]
    mine = [one for one in handovers if one.assigned_to == acme.sam]
    accept_handover(mine[0], by=acme.sam, at=at + timedelta(minutes=30))
    log_attempt(mine[0], channel="call", outcome="reached", by=acme.sam, at=at + timedelta(minutes=40))
    reject_handover(mine[1], reason="not_fitting", criterion="company_size", by=acme.sam, at=at)
    # Friday to Monday: two working days.
    plan_absence(pam, first_day=MONDAY + 4 * DAY, last_day=MONDAY + 7 * DAY, by=pam, at=at)
    rows = {row.name: row for row in fairness_rows(acme.sina, month=MONDAY.replace(day=1), at=at)}
    sam = rows["Sam"]
    assert (sam.given, sam.in_hand, sam.accepted, sam.decided, sam.accepted_share) == (2, 1, 1, 2, 50.0)
    assert (sam.contacted, sam.median_seconds, sam.absent_days) == (1, 2400, 0)
    assert (rows["Pam"].given, rows["Pam"].absent_days, rows["Pam"].accepted_share) == (2, 2, None)


def test_a_rep_sees_their_own_figures_only(cast: Cast, at: datetime) -> None:
    month = MONDAY.replace(day=1)
    with tenant_scope(cast.acme.pk):
        make_rep("pam", at=at)
        assert [row.name for row in fairness_rows(cast.sam, month=month, at=at)] == ["Sam"]
        assert [row.name for row in fairness_rows(cast.sina, month=month, at=at)] == ["Pam", "Sam"]
    url = reverse("leads:fairness", args=["acme"])
    assert "Pam" not in signed_in(cast.sam).get(url).content.decode()
    assert "Pam" in signed_in(cast.sina).get(url).content.decode()
    assert signed_in(cast.mara).get(url).status_code == 403
    assert signed_in(cast.gus).get(url).status_code == 404


def test_clients_read_the_same(cast: Cast, client: Any, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        make_rep("pam", at=at)
    answer = client.get("/api/v1/kpis/fairness", headers=api_key(cast.sam, "reports:read", at=at))
    assert [row["member"] for row in answer.json()["results"]] == [str(cast.sam.pk)]
