"""Many at once: numbers without gaps, one case per rejection, one ruling per case."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connections
from django.db.models import F

from arbitration import actions
from arbitration.actions import AlreadyRuled, appeals, appoint_deputy, file_appeal, rule_on_case
from arbitration.models import Case, CaseNumber, Ruling
from events.models import Event
from leads.actions import RejectionAnswered
from leads.models import Rejection
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import make_case, make_rejection
from tests.support import Cast, make_member

HOUR = timedelta(hours=1)


def all_at_once(organisation_id: int, jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run every job in a thread and transaction of its own, started together; return results or errors."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def run(place: int) -> None:
        try:
            with tenant_scope(organisation_id):
                # The connection is open and the scope set before the race begins.
                barrier.wait(timeout=60)
                results[place] = jobs[place]()
        except (DomainError, IntegrityError, ConnectionAbortedError) as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=90)
    return results


def rejections(cast: Cast, number: int, *, at: datetime) -> list[Rejection]:
    with tenant_scope(cast.acme.pk):
        return [make_rejection(cast, f"lead{n}", at=at).rejection for n in range(number)]


def appealing(rejection: Rejection, by: Membership, *, at: datetime) -> Callable[[], Case]:
    return lambda: file_appeal(rejection, grounds="640 people.", by=by, at=at)


def test_twenty_appeals_at_once_get_twenty_numbers_without_a_gap(live_cast: Cast, at: datetime) -> None:
    found = rejections(live_cast, 20, at=at)
    results = all_at_once(
        live_cast.acme.pk, [appealing(rejection, live_cast.mara, at=at + HOUR) for rejection in found]
    )
    assert all(isinstance(result, Case) for result in results), results
    with tenant_scope(live_cast.acme.pk):
        assert sorted(Case.objects.values_list("sequence", flat=True)) == list(range(1, 21))
        assert Event.objects.filter(kind="case.opened").count() == 20


def test_an_appeal_that_is_rolled_back_leaves_no_gap(live_cast: Cast, at: datetime) -> None:
    found = rejections(live_cast, 8, at=at)

    def breaks_off(rejection: Rejection) -> Callable[[], None]:
        def job() -> None:
            file_appeal(rejection, grounds="640 people.", by=live_cast.mara, at=at + HOUR)
            raise ConnectionAbortedError("The browser went away.")

        return job

    jobs = [
        appealing(rejection, live_cast.mara, at=at + HOUR) if place % 2 else breaks_off(rejection)
        for place, rejection in enumerate(found)
    ]
    all_at_once(live_cast.acme.pk, jobs)
    with tenant_scope(live_cast.acme.pk):
        assert sorted(Case.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4]
        assert CaseNumber.objects.get().last == 4


def test_without_the_lock_the_race_happens(live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *found = rejections(live_cast, 5, at=at)
    all_at_once(live_cast.acme.pk, [appealing(first, live_cast.mara, at=at + HOUR)])
    together = threading.Barrier(len(found))

    def unlocked(year: int) -> int:
        """Take a number as the action does, but without holding the counter's row."""
        counter = CaseNumber.objects.get(year=year)
        together.wait(timeout=30)
        CaseNumber.objects.filter(pk=counter.pk).update(last=F("last") + 1)
        return counter.last + 1

    monkeypatch.setattr(appeals, "_next_number", unlocked)
    results = all_at_once(
        live_cast.acme.pk, [appealing(rejection, live_cast.mara, at=at + HOUR) for rejection in found]
    )
    # All four took 2026-002. The unique key is the second line: nobody shares a number, but three appeals are lost.
    assert sorted(type(result).__name__ for result in results) == ["Case", *["IntegrityError"] * 3]
    assert {"case_number_once" in str(result) for result in results if isinstance(result, IntegrityError)} == {True}


def test_two_appeals_of_one_rejection_make_one_case(live_cast: Cast, at: datetime) -> None:
    (rejection,) = rejections(live_cast, 1, at=at)
    results = all_at_once(
        live_cast.acme.pk,
        [appealing(rejection, by, at=at + HOUR) for by in (live_cast.mara, live_cast.marc, live_cast.mara)],
    )
    assert sum(isinstance(result, Case) for result in results) == 1
    assert sum(isinstance(result, RejectionAnswered) for result in results) == 2
    with tenant_scope(live_cast.acme.pk):
        assert Case.objects.count() == 1
        assert CaseNumber.objects.get().last == 1


def test_chair_and_deputy_at_once_give_one_ruling(live_cast: Cast, at: datetime) -> None:
    eva = make_member(live_cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(live_cast.acme.pk):
        appoint_deputy(eva, by=live_cast.rita, at=at)
        case = make_case(live_cast, at=at)

    def ruling(by: Membership, outcome: str) -> Callable[[], Ruling]:
        return lambda: rule_on_case(case, outcome=outcome, reasons="So be it.", by=by, at=at + 2 * HOUR)

    results = all_at_once(live_cast.acme.pk, [ruling(live_cast.rita, "upheld"), ruling(eva, "overturned")])
    winner = next(result for result in results if isinstance(result, Ruling))
    loser = next(result for result in results if isinstance(result, AlreadyRuled))
    assert loser.extra["outcome"] == winner.outcome
    with tenant_scope(live_cast.acme.pk):
        assert Ruling.objects.get().pk == winner.pk
        decision = Case.objects.select_related("handover").get().handover.decision
    assert decision == ("accepted_by_ruling" if winner.outcome == "overturned" else "rejected")


def test_ruling_and_withdrawal_at_once_end_the_case_once(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        case = make_case(live_cast, at=at)
    results = all_at_once(
        live_cast.acme.pk,
        [
            lambda: rule_on_case(case, outcome="overturned", reasons="Yes.", by=live_cast.rita, at=at + 2 * HOUR),
            lambda: actions.withdraw_case(case, by=live_cast.mara, at=at + 2 * HOUR),
        ],
    )
    assert sum(isinstance(result, DomainError) for result in results) == 1
    with tenant_scope(live_cast.acme.pk):
        kinds = Event.objects.filter(kind__in=["case.ruled", "case.withdrawn"]).count()
        assert kinds == 1
