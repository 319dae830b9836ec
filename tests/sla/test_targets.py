"""A month's target: marketing proposes, sales countersigns before the month ends."""

import threading
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from events.models import Event
from sla import actions, queries
from sla.actions import NotYourSideToSign, TargetMonthOver, TargetNotProposed, TargetOutOfRange
from sla.models import Target
from smarketing.lib.scope import tenant_scope
from tests.sla.support import vienna
from tests.support import Cast

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def propose(cast: Cast, points: int, *, at: datetime, month: date = MARCH) -> Target:
    return actions.propose_target(month=month, points=points, note="", by=cast.marc, at=at)


def test_the_agreement_holds_until_a_target_is_countersigned(acme: Cast, at: datetime) -> None:
    assert queries.target_for(MARCH) == queries.TargetView(Decimal(500), "agreement")
    target = propose(acme, 620, at=at)
    assert queries.target_for(MARCH).points == 500
    actions.countersign_target(target, by=acme.sina, at=at)
    assert queries.target_for(MARCH) == queries.TargetView(Decimal(620), "countersigned")
    kinds = list(Event.objects.filter(subject_id=target.pk).order_by("id").values_list("kind", flat=True))
    assert kinds == ["target.proposed", "target.countersigned"]


def test_the_last_countersigned_target_goes_on_until_the_next(acme: Cast, at: datetime) -> None:
    actions.countersign_target(propose(acme, 620, at=at), by=acme.sina, at=at)
    propose(acme, 700, at=at, month=APRIL)
    assert queries.target_for(APRIL) == queries.TargetView(Decimal(620), "carried")


def test_there_is_no_target_before_the_agreement(acme: Cast) -> None:
    assert queries.target_for(date(2026, 2, 1)) == queries.TargetView(None, "none")


def test_a_new_proposal_replaces_the_open_one_and_keeps_history(acme: Cast, at: datetime) -> None:
    first = propose(acme, 600, at=at)
    propose(acme, 650, at=at)
    with pytest.raises(TargetNotProposed):
        actions.countersign_target(first, by=acme.sina, at=at)
    assert sorted(Target.objects.values_list("state", flat=True)) == ["proposed", "superseded"]
    assert queries.target_for(MARCH).points == 500


def test_a_countersigned_target_can_be_changed_once_more(acme: Cast, at: datetime) -> None:
    for points in (600, 650):
        actions.countersign_target(propose(acme, points, at=at), by=acme.sina, at=at)
    assert queries.target_for(MARCH).points == 650
    assert Target.objects.filter(state="countersigned").count() == 1


@pytest.mark.parametrize(("text", "over"), [("2026-03-31 23:59", False), ("2026-04-01 00:00", True)])
def test_the_month_ends_in_the_organisations_zone(acme: Cast, at: datetime, text: str, over: bool) -> None:
    target = propose(acme, 620, at=at)
    if not over:
        actions.countersign_target(target, by=acme.sina, at=vienna(text))
        return
    with pytest.raises(TargetMonthOver):
        actions.countersign_target(target, by=acme.sina, at=vienna(text))
    with pytest.raises(TargetMonthOver):
        propose(acme, 640, at=vienna(text))
    assert queries.target_for(MARCH).points == 500


@pytest.mark.parametrize("name", ["mara", "sina", "sam", "rita", "ada", "ned"])
def test_only_the_marketing_manager_proposes(acme: Cast, at: datetime, name: str) -> None:
    with pytest.raises(NotYourSideToSign):
        actions.propose_target(month=MARCH, points=1, note="", by=acme.people()[name], at=at)
    assert not Target.objects.exists()


@pytest.mark.parametrize("name", ["mara", "marc", "sam", "rita", "ada", "ned"])
def test_only_the_sales_manager_countersigns(acme: Cast, at: datetime, name: str) -> None:
    target = propose(acme, 620, at=at)
    with pytest.raises(NotYourSideToSign):
        actions.countersign_target(target, by=acme.people()[name], at=at)
    assert Target.objects.get().state == "proposed"


@pytest.mark.parametrize("points", ["0", "-1", "0.001", "NaN", "Infinity", "10000000000"])
def test_refuses_what_is_no_target(acme: Cast, at: datetime, points: str) -> None:
    with pytest.raises(TargetOutOfRange):
        actions.propose_target(month=MARCH, points=Decimal(points), note="", by=acme.marc, at=at)


@pytest.mark.django_db(transaction=True)
def test_of_two_signatures_at_once_one_counts(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        target = propose(live_cast, 620, at=at)
    answers = _at_once(lambda: actions.countersign_target(target, by=live_cast.sina, at=at), live_cast)
    assert sorted(answers) == ["TargetNotProposed", "done"]
    with tenant_scope(live_cast.acme.pk):
        assert Event.objects.filter(kind="target.countersigned").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_one_is_open(live_cast: Cast, at: datetime) -> None:
    answers = _at_once(lambda: propose(live_cast, 620, at=at), live_cast)
    assert "done" in answers
    with tenant_scope(live_cast.acme.pk):
        assert Target.objects.filter(state="proposed").count() == 1


def _at_once(job: Any, cast: Cast) -> list[str]:
    barrier, answers = threading.Barrier(2), []

    def run() -> None:
        try:
            with tenant_scope(cast.acme.pk):
                barrier.wait(timeout=20)
                job()
            answers.append("done")
        except TargetNotProposed as error:
            answers.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(answers) == 2
    return answers
