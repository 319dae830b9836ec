"""Many sweeps at once, in real processes that are killed: one breach, one notice per step.

Two beats and two workers of two processes each run against the test's own database and queue. The negative
controls take a guard away and see the double entry that it prevents.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from events.models import Event, Outbox
from sla.actions.sweeping import SWEEP
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from smarketing.services import process, programs
from tests.services_plugin import ROOT, Services
from tests.sla.support import make_clock, vienna
from tests.support import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

MONDAY = vienna("2026-01-12 09:00")
CLOCKS = 40

# Sweeps small batches as fast as it can until it is killed or has found nothing for a while.
SWEEPER = """
import sys, time, django
django.setup()
from django.db import connections
from datetime import datetime
from sla.actions import sweep_batch
at, idle = datetime.fromisoformat(sys.argv[1]), 0
print("ready", flush=True)
sys.stdin.readline()
while idle < 20:
    idle = 0 if sweep_batch(at=at, limit=3) else idle + 1
    time.sleep(0.005)
"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast of January, committed."""
    return make_cast(at=vienna("2026-01-02 09:00"))


def make_clocks(cast: Cast, number: int = CLOCKS) -> list[Clock]:
    with tenant_scope(cast.acme.pk):
        return [make_clock("decision", at=MONDAY + timedelta(seconds=n), owner=cast.sam) for n in range(number)]


def told(cast: Cast) -> tuple[Counter[Any], Counter[Any]]:
    """Count breaches and warnings per clock and step, and outbox rows per event and handler."""
    with tenant_scope(cast.acme.pk):
        events = Event.objects.filter(kind__in=["clock.breached", "clock.warning"])
        steps = Counter(events.values_list("subject_id", "kind", "data__share"))
        rows = Outbox.objects.filter(event__in=events).values_list("event_id", "handler")
        return steps, Counter(rows)


def all_breached(cast: Cast) -> bool:
    with tenant_scope(cast.acme.pk):
        return not Clock.objects.exclude(state="breached").exists()


@contextmanager
def programs_running(services: Services, folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run two beats and two workers of two processes each on the test's services."""
    binaries = Path(sys.executable).parent
    commands = [programs.beat(binaries, folder / f"schedule-{n}") for n in range(2)]
    commands += [[*programs.worker(binaries), "-n", f"worker{n}@%h"] for n in range(2)]
    environment = os.environ | services.environment("worker")
    with ExitStack() as started:
        children = []
        for number, command in enumerate(commands):
            child = process.spawn(
                command, folder / f"{number}.log", env=environment, cwd=ROOT, dies_with_parent=signal.SIGKILL
            )
            started.callback(child.wait, 30)
            started.callback(child.kill)
            children.append(child)
        yield children


@pytest.mark.timeout(180)
def test_two_beats_and_four_processes_one_of_them_killed(cast: Cast, services: Services, tmp_path: Path) -> None:
    """The clocks are long due by the database's own time: the first beat finds all of them."""
    make_clocks(cast)
    with programs_running(services, tmp_path) as children:
        assert process.wait_until(lambda: "Connected to" in (tmp_path / "2.log").read_text(), 60, every=0.1)
        # Wherever the first worker is just now: in the statement, before or after it.
        children[2].kill()
        assert process.wait_until(lambda: all_breached(cast), 60, every=0.2), process.tail(tmp_path / "3.log", 30)
        # Both beats go on; nothing may come twice.
        time.sleep(2.5)
    _assert_once(cast)


def test_four_processes_killed_in_the_middle_and_others_after_them(cast: Cast, services: Services) -> None:
    clocks = make_clocks(cast)
    at = clocks[-1].due_at + timedelta(hours=1)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "smarketing.settings"}
    words = [sys.executable, "-c", SWEEPER, at.isoformat()]
    children = [
        subprocess.Popen(words, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _number in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    _wait_for_some(cast)
    for child in children[:3]:
        child.kill()
    for child in children:
        child.wait(60)
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            pipe.close()
    # What a killed one held is free again with its connection; the last one has done the rest.
    assert children[3].returncode == 0
    assert process.wait_until(lambda: _swept(at) == 0 and all_breached(cast), 20)
    _assert_once(cast)


def _assert_once(cast: Cast) -> None:
    steps, rows = told(cast)
    assert len(steps) == CLOCKS * 4
    assert set(steps.values()) == {1}
    assert set(rows.values()) == {1}


def _wait_for_some(cast: Cast) -> None:
    def some() -> bool:
        with tenant_scope(cast.acme.pk):
            return Clock.objects.filter(state="breached").exists()

    assert process.wait_until(some, 30, every=0.002)


def _swept(at: Any) -> int:
    from sla.actions import sweep_batch

    return sweep_batch(at=at)


# Negative controls

WITHOUT_KEYS = SWEEP.replace("format('clock:%%s:%%s:%%s', id, cycle, number)", "null").replace(
    "format('clock:%%s:%%s:breach', id, cycle)", "null"
)
WITHOUT_LOCKS = WITHOUT_KEYS.replace("for update skip locked", "")


@pytest.mark.parametrize(
    ("statement", "breaches"),
    [(SWEEP, 1), (WITHOUT_KEYS, 1), (WITHOUT_LOCKS, 2)],
    ids=["guarded", "locks alone", "neither"],
)
def test_without_its_guards_the_sweep_tells_twice(
    cast: Cast, services: Services, statement: str, breaches: int
) -> None:
    (clock,) = make_clocks(cast, 1)
    at = clock.due_at + timedelta(hours=1)
    # Even then the policy moves the row once only: it is no longer running when the second comes to it.
    assert _overlapping(services, lambda cursor: _run(cursor, statement, at)) == [1, 0]
    with tenant_scope(cast.acme.pk):
        assert Event.objects.filter(kind="clock.breached").count() == breaches


def test_the_key_alone_tells_once_too(cast: Cast, services: Services) -> None:
    """Without the locks both sweeps see the clock; the second finds every event there already."""
    (clock,) = make_clocks(cast, 1)
    at = clock.due_at + timedelta(hours=1)
    _overlapping(services, lambda cursor: _run(cursor, SWEEP.replace("for update skip locked", ""), at))
    with tenant_scope(cast.acme.pk):
        assert Event.objects.filter(kind="clock.breached").count() == 1


def _run(cursor: Any, statement: str, at: Any) -> int:
    cursor.execute(statement, {"at": at, "limit": 500, "kinds": [], "handlers": []})
    return int(cursor.rowcount)


def _overlapping(services: Services, sweep: Callable[[Any], int]) -> list[int]:
    """Run two sweeps that overlap for certain: the first commits while the second is at work or has gone by."""
    first, second = (psycopg2.connect(services.url("sweeper")) for _number in range(2))
    answers = []
    with first.cursor() as cursor:
        answers.append(sweep(cursor))
    late: list[int] = []

    def follow() -> None:
        with second.cursor() as cursor:
            late.append(sweep(cursor))
        second.commit()

    thread = threading.Thread(target=follow)
    thread.start()
    thread.join(timeout=1)
    first.commit()
    thread.join(timeout=20)
    first.close()
    second.close()
    return [*answers, *late]
