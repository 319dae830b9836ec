"""The outbox gives way to other work after a turn's time, and everything to deadlines."""

from datetime import datetime

import pytest
from django.conf import settings
from django.db import connections
from kombu.utils.scheduling import cycle_by_name

from events import registry, tasks
from events.registry import After
from smarketing.lib.queues import FIRST, DeadlinesFirst
from tests.events.test_groups import KIND, happened, mark_one
from tests.events.test_outbox import handlers
from tests.support import Cast

__all__ = ["handlers"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def waiting() -> int:
    with connections["sweeper"].cursor() as cursor:
        cursor.execute("select count(*) from events_outbox where done_at is null")
        return int(cursor.fetchone()[0])


def test_a_turn_ends_between_batches_and_asks_for_the_next(
    live_cast: Cast, at: datetime, handlers: dict[str, After], monkeypatch: pytest.MonkeyPatch
) -> None:
    nudged: list[bool] = []
    monkeypatch.setattr(tasks, "BATCH", 2)
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    monkeypatch.setattr(tasks, "nudge_relay", lambda: nudged.append(True))
    registry.register_after(After("marks", (KIND,), mark_one))
    happened(live_cast, at, *range(9))
    assert tasks.relay() == 2
    assert (waiting(), nudged) == (7, [True])
    monkeypatch.setattr(tasks, "TURN_SECONDS", 60)
    assert tasks.relay() == 7
    assert (waiting(), nudged) == (0, [True])


def test_a_worker_looks_for_deadlines_first_and_for_the_others_in_turn() -> None:
    order = DeadlinesFirst()
    order.update(["sla", "outbox", "mail"])
    assert order.consume(3) == ["sla", "outbox", "mail"]
    order.rotate("outbox")
    assert order.consume(3) == ["sla", "mail", "outbox"]
    order.rotate("sla")
    assert order.consume(3) == ["sla", "mail", "outbox"]
    order.rotate("mail")
    order.rotate("unknown")
    assert order.consume(2) == ["sla", "outbox"]


def test_the_worker_is_told_of_that_order() -> None:
    named = settings.CELERY_BROKER_TRANSPORT_OPTIONS["queue_order_strategy"]
    assert cycle_by_name(named) is DeadlinesFirst  # type: ignore[no-untyped-call]  # the library has no types
    assert settings.CELERY_TASK_ROUTES["sla.*"]["queue"] == FIRST
