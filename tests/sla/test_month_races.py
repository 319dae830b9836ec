"""A month that closes while one of its credits is taken back: figures and ledger agree, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Sum

from sla import actions
from sla.actions import credit
from sla.models import Clock, CreditEntry, Month, Subject
from smarketing.lib.scope import current_organisation_id, tenant_scope
from tests.sla.support import ZONE, vienna
from tests.sla.test_months import agree, deliver
from tests.support import Cast

pytestmark = pytest.mark.django_db(transaction=True)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
# On the tenth business day after, seconds before its end; and the round that comes after it.
LAST_MOMENT, CLOSING = vienna("2026-04-15 23:59:59"), vienna("2026-04-16 00:00:01")


@pytest.fixture
def subjects(live_cast: Cast, at: Any) -> list[Subject]:
    """Three points in March, where two were promised."""
    with tenant_scope(live_cast.acme.pk):
        agree(at, points=2)
        actions.keep_months(at + timedelta(hours=1))
        return deliver(3, at + timedelta(hours=2))


def begin(cast: Cast, job: Callable[[], object]) -> Future[None]:
    """Begin a job in a transaction and a connection of its own."""

    def run() -> None:
        try:
            with tenant_scope(cast.acme.pk):
                job()
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(run)
    finally:
        pool.shutdown(wait=False)


def waits(job: Future[None]) -> bool:
    """Tell whether it is held up by the transaction that is open here."""
    return not wait([job], timeout=1).done


def lines(month: date) -> Decimal:
    return CreditEntry.objects.filter(month=month).aggregate(sum=Sum("points"))["sum"] or Decimal(0)


def frozen() -> Decimal:
    row = Month.objects.get(month=MARCH)
    assert row.state == "closed"
    return Decimal(row.figures["delivered_points"])


def close() -> Month:
    return actions.close_month(MARCH, at=CLOSING)


def reversing_while_it_closes(cast: Cast, subjects: list[Subject]) -> bool:
    """Take a credit back, let the closing begin before this is committed; return whether it had to wait."""
    with tenant_scope(cast.acme.pk):
        actions.reverse_credit(subjects[0], at=LAST_MOMENT, zone=ZONE)
        closing = begin(cast, close)
        waited = waits(closing)
    closing.result(timeout=30)
    return waited


def test_a_line_written_before_the_close_is_in_its_figures(live_cast: Cast, subjects: list[Subject]) -> None:
    assert reversing_while_it_closes(live_cast, subjects)
    with tenant_scope(live_cast.acme.pk):
        assert (frozen(), lines(MARCH), lines(APRIL)) == (2, 2, 0)
        assert Clock.objects.get(commitment="volume", subject__counted_month=MARCH).delivered == 2
        assert Subject.objects.get(pk=subjects[0].pk).credit == "reversed"


def test_a_line_that_comes_while_it_closes_goes_into_the_next_month(live_cast: Cast, subjects: list[Subject]) -> None:
    with tenant_scope(live_cast.acme.pk):
        close()
        late = begin(live_cast, lambda: actions.reverse_credit(subjects[0], at=LAST_MOMENT, zone=ZONE))
        assert waits(late)
    late.result(timeout=30)
    with tenant_scope(live_cast.acme.pk):
        assert (frozen(), lines(MARCH), lines(APRIL)) == (3, 3, -1)
        assert Subject.objects.get(pk=subjects[0].pk).credit == "adjusted"


def test_without_the_lock_a_line_slips_past_the_figures(
    live_cast: Cast, subjects: list[Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what is read without a lock may be closed a moment later."""

    def is_open(month: date, *, today: date) -> bool:
        with connection.cursor() as cursor:
            where = "where organisation_id = %s and month = %s"
            cursor.execute(f"select state from sla_month {where}", [current_organisation_id(), month])
            found = cursor.fetchone()
        return found is None or found[0] == "open"

    monkeypatch.setattr(credit, "_is_open", is_open)
    assert not reversing_while_it_closes(live_cast, subjects)
    with tenant_scope(live_cast.acme.pk):
        assert (frozen(), lines(MARCH)) == (3, 2)
