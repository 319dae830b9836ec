"""Every event says which transaction wrote it, so that a reader that goes on from a mark misses none."""

import time
from datetime import datetime

import psycopg2
import pytest
from django.db import connection

from events.actions import record
from events.models import Event
from smarketing.lib.scope import tenant_scope
from tests.support import Cast

pytestmark = pytest.mark.django_db(transaction=True)
STILL_OPEN = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def written(cast: Cast, at: datetime, *, events: int = 1) -> list[int | None]:
    with tenant_scope(cast.acme.pk):
        ids = [record("test.happened", cast.ada, by=cast.ada, at=at).pk for _ in range(events)]
        return [Event.objects.get(pk=event_id).txid for event_id in ids]


def mark(cast: Cast) -> int:
    with tenant_scope(cast.acme.pk), connection.cursor() as cursor:
        cursor.execute(STILL_OPEN)
        return int(cursor.fetchone()[0])


def test_events_of_one_transaction_share_its_number(live_cast: Cast, at: datetime) -> None:
    together, later = written(live_cast, at, events=2), written(live_cast, at)
    assert together[0] == together[1]
    assert together[0] is not None
    assert later[0] is not None
    assert together[0] < later[0]


def test_the_mark_waits_for_a_transaction_that_commits_late(live_cast: Cast, at: datetime) -> None:
    slow = psycopg2.connect(**connection.get_connection_params())
    with slow.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text::bigint")
        late = cursor.fetchone()[0]
    try:
        committed = written(live_cast, at)[0]
        assert committed is not None
        # A mark by the newest number, or by the newest id, would pass over what the slow one is about to commit.
        assert mark(live_cast) <= late < committed
    finally:
        slow.rollback()
        slow.close()
    # The oldest transaction of the whole server counts, also another test's that runs at the same time.
    until = time.monotonic() + 180
    while mark(live_cast) <= committed:
        assert time.monotonic() < until, "the mark still waits, for nobody"
        time.sleep(0.2)
