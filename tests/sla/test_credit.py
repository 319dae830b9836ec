"""Marketing's credit and its ledger."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg2
import pytest
from django.db import connections

from sla import actions, queries
from sla.models import CreditEntry, Subject
from smarketing.lib.prepared import ask_all
from smarketing.lib.scope import tenant_scope
from tests.sla.support import ZONE, make_subject, vienna
from tests.support import Cast

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def credited(at: datetime, key: str = "lead:1", weight: int = 1) -> Subject:
    subject = make_subject(at=at, weight=weight)
    assert actions.give_credit(subject, key=key, at=at, zone=ZONE)
    return subject


def test_gives_one_credit_per_lead_and_cycle(acme: Cast, at: datetime) -> None:
    credited(at, weight=3)
    twin = make_subject(at=at)
    assert not actions.give_credit(twin, key="lead:1", at=at, zone=ZONE)
    assert Subject.objects.get(pk=twin.pk).credit == "not_counted"
    assert queries.ledger_by_day(MARCH) == {date(2026, 3, 2): Decimal(3)}


def test_suspended_credit_still_counts_and_is_shown_apart(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    credited(at, key="lead:2", weight=3)
    actions.suspend_credit(subject, at=at)
    counts = queries.credit_counts(MARCH)
    assert (counts.points, counts.suspended_points, counts.pending_points) == (4, 1, 3)
    assert counts.by_tier == {"standard": 2}
    assert actions.restore_credit(subject, at=at)
    assert queries.credit_counts(MARCH).suspended_points == 0


def test_reverses_within_the_month_of_the_handover_while_it_is_open(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    # The tenth business day after March is 15 April: Easter Monday is the 6th.
    actions.reverse_credit(subject, at=vienna("2026-04-15 12:00"), zone=ZONE)
    assert queries.ledger_by_day(MARCH) == {date(2026, 3, 2): 1, date(2026, 3, 31): -1}
    assert subject.credit == "reversed"


def test_adjusts_the_present_month_when_that_of_the_handover_is_closed(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    actions.reverse_credit(subject, at=vienna("2026-04-16 12:00"), zone=ZONE)
    assert queries.ledger_by_day(MARCH) == {date(2026, 3, 2): 1}
    assert queries.ledger_by_day(APRIL) == {date(2026, 4, 16): -1}
    assert subject.credit == "adjusted"


def test_reverses_once(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    assert actions.reverse_credit(subject, at=at, zone=ZONE)
    assert not actions.reverse_credit(subject, at=at, zone=ZONE)
    assert CreditEntry.objects.count() == 2


def test_correct_and_resend_frees_the_credit_for_the_new_handover(acme: Cast, at: datetime) -> None:
    old = credited(at)
    actions.reverse_credit(old, at=at, zone=ZONE)
    new = make_subject(at=at)
    assert actions.give_credit(new, key="lead:1", at=at, zone=ZONE)
    # Whoever restores the old one now would count the lead twice.
    assert not actions.restore_credit(old, at=at)
    assert sum(queries.ledger_by_day(MARCH).values()) == 1


def test_restores_what_was_reversed_where_it_was_reversed(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    actions.reverse_credit(subject, at=at + timedelta(days=2), zone=ZONE)
    assert actions.restore_credit(subject, at=at + timedelta(days=3))
    assert queries.ledger_by_day(MARCH)[date(2026, 3, 4)] == 0


def test_case_22_a_month_is_that_of_the_zone_at_the_time_of_sending(acme: Cast, at: datetime) -> None:
    late_in_january = datetime.fromisoformat("2026-01-31T23:30:00Z")
    version = queries.agreement_in_force(at=at)
    in_vienna = make_subject(at=late_in_january, version=version)
    in_new_york = make_subject(at=late_in_january, version=version, zone="America/New_York")
    assert (in_vienna.counted_month, in_vienna.counted_on) == (date(2026, 2, 1), date(2026, 2, 1))
    assert (in_new_york.counted_month, in_new_york.counted_on) == (date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.django_db(transaction=True)
def test_case_22_a_changed_zone_moves_nothing(live_cast: Cast, at: datetime, services: Any) -> None:
    with tenant_scope(live_cast.acme.pk):
        version = queries.agreement_in_force(at=at)
        subject = make_subject(at=datetime.fromisoformat("2026-01-31T23:30:00Z"), version=version)
    # Only the owner of the schema may change an organisation's zone by hand.
    connection = psycopg2.connect(services.url("admin"))
    with connection, connection.cursor() as cursor:
        cursor.execute("update tenants_organisation set zone = 'America/New_York'")
    connection.close()
    with tenant_scope(live_cast.acme.pk):
        assert queries.zone_of_organisation() == "America/New_York"
        assert Subject.objects.get(pk=subject.pk).counted_month == date(2026, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_handovers_of_one_lead_at_once_one_is_counted(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        subjects = [make_subject(at=at) for _number in range(4)]
    barrier, answers = threading.Barrier(4), []

    def give(subject: Subject) -> None:
        try:
            with tenant_scope(live_cast.acme.pk):
                barrier.wait(timeout=20)
                answers.append(actions.give_credit(subject, key="lead:1", at=at, zone=ZONE))
        finally:
            connections.close_all()

    together([partial(give, subject) for subject in subjects])
    assert sorted(answers) == [False, False, False, True]
    with tenant_scope(live_cast.acme.pk):
        assert CreditEntry.objects.count() == 1


def together(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_of_subjects_that_are_opened_with_one_key_at_once_one_is_counted(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        version = queries.agreement_in_force(at=at)
        assert version is not None
    barrier = threading.Barrier(4)

    def open_one() -> None:
        try:
            with tenant_scope(live_cast.acme.pk):
                opening = actions.Opening(version, number=1, at=at, zone=ZONE)
                opening.add(kind="handover", thread_id=None, tier="standard", credit_key="lead:1")
                barrier.wait(timeout=20)
                opening.open()
                ask_all(opening.calls())
        finally:
            connections.close_all()

    together([open_one] * 4)
    with tenant_scope(live_cast.acme.pk):
        assert sorted(Subject.objects.values_list("credit", flat=True)) == ["counted", *["not_counted"] * 3]
        assert CreditEntry.objects.get().subject.credit_key == "lead:1"
