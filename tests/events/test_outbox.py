"""The outbox: every handler hears of every event exactly once, whatever dies in between."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from events import registry
from events.actions import record, withdraw
from events.models import Event, Outbox
from events.registry import After
from events.relay import LEASE, claim, relay_waiting
from smarketing.lib.scope import tenant_scope
from tenants.models import Team
from tests.support import Cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def leave_a_mark(event: Event) -> None:
    Team.objects.create(name=f"{event.kind} {event.pk} {Team.objects.count()}", side="sales")


def leave_marks(events: Sequence[Event]) -> None:
    for event in events:
        leave_a_mark(event)


def fail(event: Event) -> None:
    leave_a_mark(event)
    raise ValueError("handler broke")


@pytest.fixture
def handlers(live_cast: Cast, at: datetime) -> Iterator[dict[str, After]]:
    """Swap the registry for the test's own handlers, once all has been heard that made the cast."""
    while relay_waiting(at=later(at)):
        pass
    kept = dict(registry._after)
    registry._after.clear()
    yield registry._after
    registry._after.clear()
    registry._after.update(kept)


def marks(cast: Cast) -> int:
    with tenant_scope(cast.acme.pk):
        return Team.objects.count()


def tell(cast: Cast, kind: str, at: datetime, **options: Any) -> Event:
    with tenant_scope(cast.acme.pk):
        return record(kind, cast.ada, by=cast.ada, at=at, **options)


def later(at: datetime) -> datetime:
    """The outbox counts from the moment of recording, which is now, not the story's time."""
    return datetime.now(at.tzinfo) + timedelta(seconds=1)


def test_a_handler_hears_once(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    tell(live_cast, "test.happened", at)
    relay_waiting(at=later(at))
    relay_waiting(at=later(at) + LEASE * 2)
    assert marks(live_cast) == 1


def test_a_rolled_back_change_is_never_heard_of(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    with pytest.raises(ValueError, match="stop"), tenant_scope(live_cast.acme.pk):
        record("test.happened", live_cast.ada, by=None, at=at)
        raise ValueError("stop")
    assert relay_waiting(at=later(at)) == 0


def test_a_failing_handler_leaves_nothing_and_is_tried_again(
    live_cast: Cast, at: datetime, handlers: dict[str, After]
) -> None:
    registry.register_after(After("mark", ("test.happened",), fail))
    tell(live_cast, "test.happened", at)
    relay_waiting(at=later(at))
    assert marks(live_cast) == 0
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    relay_waiting(at=later(at) + timedelta(minutes=1))
    assert marks(live_cast) == 1


def test_one_failing_handler_never_delays_another(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("broken", ("test.happened",), fail))
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    tell(live_cast, "test.happened", at)
    relay_waiting(at=later(at))
    assert marks(live_cast) == 1


def test_an_undo_window_holds_outward_messages_only(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("inner", ("test.decided",), leave_a_mark))
    registry.register_after(After("outer", ("test.decided",), leave_a_mark, outward=True))
    moment = later(at)
    tell(live_cast, "test.decided", moment, undoable=True)
    relay_waiting(at=moment + timedelta(seconds=2))
    assert marks(live_cast) == 1
    relay_waiting(at=moment + timedelta(seconds=9))
    assert marks(live_cast) == 2


def test_an_undone_event_is_never_told_outside(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("outer", ("test.decided",), leave_a_mark, outward=True))
    moment = later(at)
    tell(live_cast, "test.decided", moment, undoable=True)
    with tenant_scope(live_cast.acme.pk):
        withdraw(live_cast.ada, "test.decided", at=moment)
    relay_waiting(at=moment + timedelta(minutes=1))
    assert marks(live_cast) == 0


def test_a_lease_ends_when_its_worker_died(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    tell(live_cast, "test.happened", at)
    moment = later(at)
    assert len(claim(at=moment, limit=10)) == 1
    assert claim(at=moment, limit=10) == []
    relay_waiting(at=moment + LEASE + timedelta(seconds=1))
    assert marks(live_cast) == 1


def race(count: int, run: Any) -> None:
    barrier = threading.Barrier(count)

    def one() -> None:
        barrier.wait()
        try:
            run()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_four_relays_at_once_hear_each_event_once(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    for _ in range(40):
        tell(live_cast, "test.happened", at)
    moment = later(at)
    race(4, lambda: relay_waiting(at=moment, limit=7) and relay_waiting(at=moment, limit=50))
    relay_waiting(at=moment)
    assert marks(live_cast) == 40


def relay_until_quiet(at: datetime) -> None:
    """Relay as later beats would: the dead worker's connection gives its row lock back within moments."""
    for _ in range(20):
        relay_waiting(at=datetime.now(at.tzinfo) + LEASE * 2)
        with connections["sweeper"].cursor() as cursor:
            cursor.execute("select count(*) from events_outbox where done_at is null and withdrawn_at is null")
            if cursor.fetchone() == (0,):
                return
        sleep(0.25)


# Each line that it reads is a number of statements, after which a fork of it dies.
DIES_AT = """
import os, signal, sys, django
django.setup()
from datetime import datetime, timedelta, UTC
from django.db import connections
from events import registry, relay
from tests.events.test_outbox import leave_a_mark, leave_marks

registry._after.clear()
registry.register_after(registry.After("mark", ("test.happened",), leave_a_mark))
registry.register_after(registry.After("marks", ("test.together",), leave_a_mark, run_many=leave_marks))

def relay_until(count):
    def counting(execute, sql, params, many, context):
        nonlocal count
        if count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        count -= 1
        return execute(sql, params, many, context)

    for alias in ("default", "sweeper"):
        connections[alias].ensure_connection()
        connections[alias].execute_wrappers.append(counting)
    relay.relay_waiting(at=datetime.now(UTC) + timedelta(seconds=1))

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        relay_until(int(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def mortal() -> Iterator[Callable[[int], int]]:
    """Yield what relays in a process that dies before its nth statement, and returns how that ended."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "smarketing.settings"}
    command = [sys.executable, "-c", DIES_AT]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def relay_until(statement: int) -> int:
            print(statement, file=process.stdin, flush=True)
            assert process.stdout
            return int(process.stdout.readline())

        yield relay_until
        process.stdin.close()


@pytest.mark.timeout(300)
def test_survives_a_kill_before_any_statement(
    live_cast: Cast, at: datetime, handlers: dict[str, After], services: Any
) -> None:
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    registry.register_after(After("marks", ("test.together",), leave_a_mark, run_many=leave_marks))
    statement, ended = 0, -signal.SIGKILL
    with mortal() as relay_until:
        while ended:
            before = marks(live_cast)
            # One by itself, and two that are handled together.
            for kind in ("test.happened", "test.together", "test.together"):
                tell(live_cast, kind, at)
            ended = relay_until(statement)
            assert ended in {0, -signal.SIGKILL}
            relay_until_quiet(at)
            assert marks(live_cast) == before + 3, f"after a kill before statement {statement}"
            statement += 1
    assert statement > 12


def test_the_database_refuses_to_change_or_remove_an_event(live_cast: Cast, at: datetime) -> None:
    event = tell(live_cast, "test.happened", at)
    for statement in ("update events_event set kind = 'x' where id = %s", "delete from events_event where id = %s"):
        with pytest.raises(DatabaseError, match="permission denied"), tenant_scope(live_cast.acme.pk):
            with connection.cursor() as cursor:
                cursor.execute(statement, [event.pk])


def test_the_database_refuses_even_its_owner(live_cast: Cast, at: datetime, services: Any) -> None:
    import psycopg2

    event = tell(live_cast, "test.happened", at)
    owner = psycopg2.connect(services.url("admin"))
    with owner.cursor() as cursor, pytest.raises(psycopg2.Error, match="append-only"):
        cursor.execute("update events_event set kind = 'x' where id = %s", [str(event.pk)])
    owner.close()


def test_one_row_per_handler_is_kept_as_a_log(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("mark", ("test.happened",), leave_a_mark))
    tell(live_cast, "test.happened", at)
    relay_waiting(at=later(at))
    with tenant_scope(live_cast.acme.pk):
        row = Outbox.objects.get(handler="mark")
    assert row.done_at
