"""The sweep: every deadline once, dated at the deadline, over all organisations, under its own rights."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connections

from events.models import Event, Outbox
from events.registry import After, register_after
from sla import actions, queries
from sla.actions import clocks as clocks_module
from sla.actions import course, sweep_batch
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from tests.sla.support import events_of, kinds_of, make_clock, vienna

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

FRIDAY = vienna("2026-01-09 15:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def in_acme(transactional_db: None) -> Any:
    """Both organisations, founded early in January; a function opens acme's scope."""
    from tests.support import make_cast

    cast = make_cast(at=vienna("2026-01-02 09:00"))

    def scope() -> Any:
        return tenant_scope(cast.acme.pk)

    scope.cast = cast  # type: ignore[attr-defined]
    return scope


@pytest.fixture
def heard() -> Iterator[None]:
    """A handler that hears of warnings and breaches, as notifications and leads do."""
    from events import registry

    register_after(After("test.heard", ("clock.warning", "clock.breached"), lambda event: None))
    yield
    registry._after.pop("test.heard")


def _clock(scope: Any, commitment: str = "first_contact", at: datetime = FRIDAY, **changes: Any) -> Clock:
    with scope():
        return make_clock(commitment, at=at, **changes)


def _reread(scope: Any, clock: Clock) -> Clock:
    with scope():
        return Clock.objects.get(pk=clock.pk)


def test_dates_a_breach_at_the_deadline_not_at_the_sweep(in_acme: Any) -> None:
    clock = _clock(in_acme)
    found_at = clock.due_at + timedelta(hours=3)
    assert sweep_batch(at=found_at) == 1
    swept = _reread(in_acme, clock)
    assert (swept.state, swept.breached_at, swept.detected_at) == ("breached", clock.due_at, found_at)
    with in_acme():
        breach = Event.objects.get(kind="clock.breached")
    assert (breach.at, breach.via, breach.thread_id) == (clock.due_at, "task:sla.sweep", clock.thread_id)


def test_the_deadline_itself_is_still_in_time(in_acme: Any) -> None:
    clock = _clock(in_acme)
    sweep_batch(at=clock.due_at)
    assert _reread(in_acme, clock).state == "running"
    sweep_batch(at=clock.due_at + timedelta.resolution)
    assert _reread(in_acme, clock).state == "breached"


def test_case_18_after_an_outage_everything_is_dated_and_stale_warnings_are_skipped(in_acme: Any, heard: None) -> None:
    # 8 business hours from Friday 9:00 are over at 17:00; nobody sweeps from 14:00 to Monday 9:30.
    clock = _eight_hours(in_acme, vienna("2026-01-09 09:00"))
    assert clock.due_at == vienna("2026-01-09 17:00")
    sweep_batch(at=vienna("2026-01-09 14:00"))
    back_at = vienna("2026-01-12 09:30")
    sweep_batch(at=back_at)
    swept = _reread(in_acme, clock)
    assert (swept.breached_at, swept.detected_at) == (vienna("2026-01-09 17:00"), back_at)
    with in_acme():
        warnings = {e.data["share"]: (e.at, e.data["skipped"]) for e in events_of(clock) if e.kind == "clock.warning"}
        notices = list(Outbox.objects.filter(handler="test.heard").values_list("event__kind", flat=True))
    assert warnings == {
        50: (vienna("2026-01-09 13:00"), False),
        75: (vienna("2026-01-09 15:00"), True),
        90: (vienna("2026-01-09 16:12"), True),
    }
    assert sorted(notices) == ["clock.breached", "clock.warning"]


def test_case_19_warnings_come_in_business_time(in_acme: Any) -> None:
    clock = _eight_hours(in_acme, FRIDAY)
    dates = dict(zip(clock.warn_shares, clock.warn_at, strict=True))
    assert clock.due_at == vienna("2026-01-12 15:00")
    assert dates[50] == vienna("2026-01-12 11:00").isoformat()
    assert dates[75] == vienna("2026-01-12 13:00").isoformat()


def test_case_17_three_ticks_give_one_breach_and_one_notice_per_step(in_acme: Any, heard: None) -> None:
    clock = _clock(in_acme)
    for _tick in range(3):
        sweep_batch(at=clock.due_at + SECOND)
    with in_acme():
        assert kinds_of(clock).count("breached") == 1
        assert Outbox.objects.filter(handler="test.heard").count() == 1


def test_case_17_two_workers_at_once_give_one_breach(in_acme: Any, heard: None) -> None:
    clocks = [_clock(in_acme) for _number in range(20)]
    moved = _together(lambda: sweep_batch(at=clocks[-1].due_at + SECOND, limit=15), times=4)
    assert sum(moved) == 20
    with in_acme():
        assert Event.objects.filter(kind="clock.breached").count() == 20
        assert Outbox.objects.filter(handler="test.heard", event__kind="clock.breached").count() == 20


def test_case_17_a_worker_killed_after_the_insert_has_done_nothing(in_acme: Any, services: Any) -> None:
    clock = _clock(in_acme)
    victim = psycopg2.connect(services.url("sweeper"))
    with victim.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
        _run_sweep_on(cursor, at=clock.due_at + SECOND)
        assert cursor.rowcount == 1
    _kill(services, pid)
    assert _reread(in_acme, clock).state == "running"
    assert sweep_batch(at=clock.due_at + SECOND) == 1
    with in_acme():
        assert kinds_of(clock).count("breached") == 1


def test_a_clock_that_another_sweep_holds_is_left_alone(in_acme: Any, services: Any) -> None:
    clock = _clock(in_acme)
    holder = psycopg2.connect(services.url("sweeper"))
    with holder.cursor() as cursor:
        _run_sweep_on(cursor, at=clock.due_at + SECOND)
    assert sweep_batch(at=clock.due_at + SECOND) == 0
    holder.commit()
    holder.close()
    assert _reread(in_acme, clock).state == "breached"


@pytest.mark.parametrize("late", [-SECOND, timedelta(), SECOND])
def test_a_contact_and_the_sweep_at_once_agree(in_acme: Any, late: timedelta) -> None:
    clocks = [_clock(in_acme) for _number in range(8)]
    at = clocks[0].due_at + late

    def stop_all() -> None:
        with in_acme():
            for clock in clocks:
                actions.stop_clock(clock.subject, "first_contact", at=at, by=None)

    _together(stop_all, lambda: sweep_batch(at=clocks[0].due_at + SECOND))
    with in_acme():
        for clock in clocks:
            row = Clock.objects.get(pk=clock.pk)
            moment = max(at, row.detected_at or at)
            derived = queries.clock_history(row).state(at=moment)
            assert (row.state, row.breached_at, row.stopped_at) == (
                derived.state,
                derived.breached_at,
                derived.stopped_at,
            )
            assert row.stopped_at is not None
            assert kinds_of(clock).count("breached") <= 1
            if late < timedelta():
                assert row.state == "met"
            if late > timedelta():
                assert row.state == "breached"


@pytest.mark.parametrize("guarded", [True, False])
def test_the_lock_keeps_the_sweep_out_of_a_contact(
    in_acme: Any, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The negative control: without the lock the row says met and the events say breached."""
    clock = _clock(in_acme)
    # The warnings are out: their unique keys would give the race away before it does harm.
    sweep_batch(at=clock.due_at - timedelta(hours=1))
    has_read, has_swept = threading.Event(), threading.Event()

    def caught_up(row: Clock, at: datetime) -> Any:
        has_read.set()
        has_swept.wait(timeout=20)
        return course.caught_up(row, at)

    def unlocked(subject: Any, commitment: str) -> Clock | None:
        return Clock.objects.filter(subject=subject, commitment=commitment).first()

    def stop() -> None:
        with in_acme():
            actions.stop_clock(clock.subject, "first_contact", at=clock.due_at - SECOND, by=None)

    def sweep_meanwhile() -> int:
        has_read.wait(timeout=20)
        moved = sweep_batch(at=clock.due_at + SECOND)
        has_swept.set()
        return moved

    monkeypatch.setattr(clocks_module, "caught_up", caught_up)
    if not guarded:
        monkeypatch.setattr(clocks_module, "locked", unlocked)
    answers = _together(stop, sweep_meanwhile)
    assert sorted(answers, key=str) == ([0, None] if guarded else [1, None])
    row = _reread(in_acme, clock)
    with in_acme():
        has_breach_event = "breached" in kinds_of(clock)
    assert (row.state, row.breached_at) == ("met", None)
    assert has_breach_event is not guarded


def test_the_sweep_says_what_the_derivation_says(in_acme: Any) -> None:
    starts = [FRIDAY + timedelta(minutes=37 * number) for number in range(12)]
    kinds = ["first_contact", "decision", "attempts", "return_answer"]
    clocks = [_clock(in_acme, kinds[number % 4], start) for number, start in enumerate(starts)]
    for hours in (8.1, 12.1, 19.1, 23.5, 24.2, 70, 90, 130, 400):
        at = FRIDAY + timedelta(hours=hours)
        sweep_batch(at=at)
        with in_acme():
            for clock in clocks:
                row = Clock.objects.get(pk=clock.pk)
                state = queries.clock_history(row).state(at=at)
                assert (row.state, row.breached_at) == (state.state, state.breached_at)
                assert row.next_event_at == state.next_event_at


def test_the_sweep_and_its_twin_inside_a_scope_write_the_same(in_acme: Any) -> None:
    by_sweep, by_notice = _clock(in_acme, "decision"), _clock(in_acme, "decision")
    at = by_sweep.due_at + SECOND
    with in_acme():
        Clock.objects.filter(pk=by_notice.pk).update(next_event_at=at + timedelta(days=1))
    sweep_batch(at=at)
    with in_acme():
        Clock.objects.filter(pk=by_notice.pk).update(next_event_at=by_notice.next_event_at)
        actions.notice_due(at=at)
        both = [_told(clock) for clock in (by_sweep, by_notice)]
        rows = [
            Clock.objects.filter(pk=clock.pk).values_list("state", "breached_at", "detected_at", "step").get()
            for clock in (by_sweep, by_notice)
        ]
    assert both[0] == both[1]
    assert rows[0] == rows[1]


def test_sweeps_every_organisation_and_mixes_none(in_acme: Any) -> None:
    mine = _clock(in_acme)
    with tenant_scope(in_acme.cast.globex.pk):
        theirs = make_clock("first_contact", at=FRIDAY)
    assert sweep_batch(at=mine.due_at + SECOND) == 2
    with in_acme():
        assert list(Event.objects.filter(kind="clock.breached").values_list("subject_id", flat=True)) == [mine.pk]
    with tenant_scope(in_acme.cast.globex.pk):
        assert kinds_of(theirs)[-1] == "breached"


def test_takes_the_time_from_the_database_and_loops_until_nothing_is_due(in_acme: Any) -> None:
    clocks = [_clock(in_acme) for _number in range(5)]
    # Started in January: long due by the database's own clock.
    assert actions.sweep(limit=2) == len(clocks)
    assert actions.sweep(limit=2) == 0


def test_the_task_sweeps_and_wakes_the_relay(in_acme: Any) -> None:
    from sla.tasks import sweep as task

    assert task.name == "sla.sweep"
    clock = _clock(in_acme)
    assert task() == 1
    assert task() == 0
    assert _reread(in_acme, clock).state == "breached"


@pytest.mark.parametrize(
    "statement",
    [
        "update sla_clock set state = 'breached', breached_at = due_at - interval '1 hour'",
        "update sla_clock set state = 'met'",
        "update sla_clock set due_at = now()",
        "delete from sla_clock",
        "insert into events_event (organisation_id, kind, subject_kind, subject_id, via, at, data)"
        " select organisation_id, 'lead.received', 'clock', id, 'x', now(), '{}' from sla_clock",
    ],
)
def test_the_sweeper_can_falsify_nothing(in_acme: Any, services: Any, statement: str) -> None:
    clock = _clock(in_acme)
    connection = psycopg2.connect(services.url("sweeper"))
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(statement)
    connection.close()
    assert _reread(in_acme, clock).state == "running"


def _eight_hours(scope: Any, at: datetime) -> Clock:
    """A decision in eight business hours: the standard calendar of the cases."""
    with scope():
        version = queries.agreement_in_force(at=at)
        assert version is not None
        for terms in version.content["commitments"]:
            if terms["key"] == "decision":
                terms["amount"] = 8
        return make_clock("decision", at=at, version=version)


def _told(clock: Clock) -> list[tuple[str, datetime, Any]]:
    told = [event for event in events_of(clock) if event.kind in {"clock.warning", "clock.breached"}]
    return sorted((event.kind, event.at, sorted(event.data.keys() - {"subject"})) for event in told)


def _together(*jobs: Any, times: int = 1) -> list[Any]:
    """Run the jobs in threads that set off at the same moment; return what they answered."""
    everything = [job for job in jobs for _time in range(times)]
    barrier, answers, failures = threading.Barrier(len(everything)), [], []

    def run(job: Any) -> None:
        try:
            barrier.wait(timeout=20)
            answers.append(job())
        except Exception as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in everything]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    return answers


def _run_sweep_on(cursor: Any, *, at: datetime) -> None:
    from sla.actions.sweeping import SWEEP

    cursor.execute(SWEEP, {"at": at, "limit": 500, "kinds": [], "handlers": []})


def _kill(services: Any, pid: int) -> None:
    connection = psycopg2.connect(services.url("admin"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s)", [pid])
    connection.close()
