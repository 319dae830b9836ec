"""Stored clocks against their events: nothing differs in a random world, and every falsified column is found."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from events.models import Event
from sla import actions
from sla.actions import sweep_batch
from sla.actions.verifying import KIND, start_verification, verify_at_night
from sla.models import Clock, Verification
from sla.queries.verifying import clocks_to_verify, differences_in
from smarketing.lib.scope import tenant_scope
from tenants.models import Job
from tests.sla.random_world import BEGIN, ZONE, live, rows_of
from tests.sla.support import make_clock, make_subject, vienna
from tests.support import Cast, make_cast, run_jobs

FOUNDED = vienna("2026-01-02 09:00")
WORLDS = 2 * int(os.environ.get("SOAK", "1"))


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The cast of January, inside acme's scope."""
    cast = make_cast(at=FOUNDED)
    with tenant_scope(cast.acme.pk):
        yield cast


@pytest.fixture
def committed(transactional_db: None) -> Cast:
    """The cast of January, committed: the sweep comes by a connection of its own."""
    return make_cast(at=FOUNDED)


def found_in(clocks: Any, *, at: datetime) -> dict[str, tuple[str, str]]:
    return {item.column: (item.stored, item.derived) for item in differences_in(list(clocks), at=at)}


# Nothing differs


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
@pytest.mark.parametrize("seed", range(WORLDS))
def test_after_random_lives_every_row_says_what_its_events_say(committed: Cast, seed: int) -> None:
    """The sweep's statement and the actions against the derivation, column by column."""

    def scope() -> Any:
        return tenant_scope(committed.acme.pk)

    def come_by(at: datetime) -> None:
        sweep_batch(at=at)
        actions.escalate_due(at=at)

    end = live(scope, committed, seed=seed, subjects=14, days=6, sweep=come_by)
    rows = rows_of(scope)
    assert len(rows) >= 42
    assert len({row.state for row in rows}) >= 5
    with scope():
        assert differences_in(rows, at=end) == []


def test_a_clock_is_right_at_every_moment_between_two_sweeps(acme: Cast) -> None:
    clock = make_clock("decision", at=BEGIN, owner=acme.sam)
    moments = [BEGIN + timedelta(hours=hours) for hours in range(0, 120, 3)]
    for at in moments:
        if at.hour % 2:
            actions.notice_due(at=at)
        assert found_in(Clock.objects.all(), at=at) == {}
    assert Clock.objects.get(pk=clock.pk).state == "breached"


# Every falsified column is found


FALSE = {
    "state": "paused", "cycle": 7, "unit": "elapsed_hours", "amount": 99, "target_seconds": 1, "used_seconds": 42,
    "late_seconds": 9, "step": 3, "owner": None, "delivered": 5,
}  # fmt: skip
MOMENTS = (
    "started_at", "running_since", "due_at", "next_event_at", "paused_at", "stopped_at", "closed_at", "breached_at",
    "escalate_at",
)  # fmt: skip


def falsified(clock: Clock, column: str) -> Clock:
    """Return a copy of the row with another value in one column."""
    row = Clock.objects.get(pk=clock.pk)
    if column == "warn_at":
        row.warn_at = [row.warn_at[1], *row.warn_at[1:]]
    elif column in FALSE:
        setattr(row, column, FALSE[column])
    else:
        setattr(row, column, (getattr(row, column) or clock.started_at) + timedelta(hours=1))
    return row


# What a wrong value shows as, where it is not the column of that name.
SHOWS_AS = {"step": "warnings"}


def test_finds_each_column_that_somebody_has_changed(acme: Cast) -> None:
    clock = make_clock("decision", at=BEGIN, owner=acme.sam)
    at = BEGIN + timedelta(hours=2)
    assert found_in([clock], at=at) == {}
    missed = [
        column
        for column in (*FALSE, *MOMENTS, "warn_at")
        if SHOWS_AS.get(column, column) not in found_in([falsified(clock, column)], at=at)
    ]
    assert missed == []


def test_finds_a_row_that_was_changed_in_the_database(acme: Cast) -> None:
    clock = make_clock("decision", at=BEGIN)
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(days=1))
    found = found_in(Clock.objects.all(), at=BEGIN)
    assert found == {"due_at": ((clock.due_at + timedelta(days=1)).isoformat(), clock.due_at.isoformat())}


def test_finds_a_deadline_that_would_never_be_swept(acme: Cast) -> None:
    clock = make_clock("decision", at=BEGIN)
    Clock.objects.filter(pk=clock.pk).update(next_event_at=clock.due_at + timedelta(days=9))
    assert set(found_in(Clock.objects.all(), at=clock.due_at + timedelta(days=1))) >= {"state", "breached_at"}


def test_finds_a_lost_breach_and_a_breach_told_twice_or_at_another_time(acme: Cast) -> None:
    clock = make_clock("decision", at=BEGIN)
    late = clock.due_at + timedelta(hours=1)
    actions.notice_due(at=late)
    breach = Event.objects.get(kind="clock.breached")
    with transaction.atomic():
        Event.objects.create(
            kind="clock.breached", subject_kind="clock", subject_id=clock.pk, at=late, data=breach.data
        )
        stored, derived = found_in(Clock.objects.all(), at=late)["breaches"]
        assert (stored, derived) == (clock.due_at.isoformat(), f"{clock.due_at.isoformat()}, {late.isoformat()}")


def test_a_clock_without_a_start_is_a_difference_and_no_crash(acme: Cast) -> None:
    clock = make_clock("decision", at=BEGIN)
    clone = Clock.objects.get(pk=clock.pk)
    clone.pk, clone.cycle = None, 5
    clone.subject = make_subject(at=BEGIN)
    clone.save(force_insert=True)
    assert found_in(Clock.objects.filter(cycle=5), at=BEGIN) == {"events": ("0", "a start")}


# Which clocks


def test_checks_what_is_open_and_what_was_due_since_last_month(acme: Cast) -> None:
    old, open_breach, stopped_lately = (make_subject(at=BEGIN) for _number in range(3))
    for subject in (old, open_breach, stopped_lately):
        actions.start_clock(subject, "decision", at=BEGIN)
    actions.stop_clock(old, "decision", at=BEGIN, by=None)
    actions.stop_clock(stopped_lately, "decision", at=BEGIN, by=None)

    def subjects(at: datetime, *, thorough: bool = False) -> set[Any]:
        rows = clocks_to_verify(thorough=thorough, at=at, zone=ZONE)
        return set(rows.values_list("subject_id", flat=True))

    everything = {old.pk, open_breach.pk, stopped_lately.pk}
    assert subjects(vienna("2026-02-20 09:00")) == everything
    actions.notice_due(at=vienna("2026-02-20 09:00"))
    assert subjects(vienna("2026-03-02 09:00")) == {open_breach.pk}
    assert subjects(vienna("2026-03-02 09:00"), thorough=True) == everything


def test_a_batch_costs_the_same_number_of_queries_however_large_it_is(acme: Cast) -> None:
    from django.db import connection

    for number in range(12):
        make_clock("decision", at=BEGIN + timedelta(minutes=number))
    # The hours of the calendar are read once and kept.
    differences_in(list(Clock.objects.all()), at=BEGIN)
    counts = []
    for limit in (3, 12):
        clocks = list(Clock.objects.all()[:limit])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            differences_in(clocks, at=BEGIN + timedelta(hours=1))
        counts.append(len(captured))
    assert counts == [1, 1]


# In the background


def test_a_job_goes_through_all_of_it_and_keeps_a_report(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sla.actions.verifying.BATCH", 4)
    clocks = [make_clock("decision", at=BEGIN + timedelta(minutes=n)) for n in range(10)]
    Clock.objects.filter(pk=clocks[6].pk).update(used_seconds=17)
    job = start_verification(by=acme.ada, at=BEGIN + timedelta(hours=1))
    assert start_verification(by=acme.ada, at=BEGIN + timedelta(hours=1)).pk == job.pk
    run_jobs(organisation=acme.acme, at=BEGIN + timedelta(hours=1))
    report = Verification.objects.get()
    assert (report.checked, report.difference_count, report.finished_at) == (10, 1, BEGIN + timedelta(hours=1))
    assert report.differences == [
        {"clock": str(clocks[6].pk), "column": "used_seconds", "stored": "17", "derived": "0"}
    ]
    done = Job.objects.get(kind=KIND)
    assert (done.state, done.done, done.total, done.result) == ("done", 10, 10, {"differences": 1})
    assert Event.objects.get(kind="clocks.verified").data == {"checked": 10, "differences": 1, "thorough": False}


@pytest.mark.parametrize(
    ("last", "now", "starts"),
    [
        (None, "2026-01-05 14:00", True),
        ("2026-01-05 02:10", "2026-01-05 03:10", False),
        ("2026-01-05 02:10", "2026-01-05 23:10", False),
        ("2026-01-05 02:10", "2026-01-06 01:10", True),
        # The night was missed: as soon as the worker is back.
        ("2026-01-05 02:10", "2026-01-06 08:30", True),
    ],
)
def test_the_round_starts_one_check_a_night(acme: Cast, last: str | None, now: str, starts: bool) -> None:
    if last:
        Verification.objects.create(started_at=vienna(last), finished_at=vienna(last))
    verify_at_night(vienna(now))
    verify_at_night(vienna(now))
    assert Job.objects.filter(kind=KIND).count() == starts


# By hand


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_the_command_prints_each_difference_and_fails(committed: Cast) -> None:
    with tenant_scope(committed.acme.pk):
        clock = make_clock("decision", at=FOUNDED)
        actions.stop_clock(clock.subject, "decision", at=FOUNDED, by=None)
    said, complained = StringIO(), StringIO()
    call_command("verify_clocks", "--all", stdout=said, stderr=complained)
    assert said.getvalue() == "1 clocks checked, 0 differences.\n"
    with tenant_scope(committed.acme.pk):
        Clock.objects.filter(pk=clock.pk).update(used_seconds=3)
    with pytest.raises(CommandError, match="differ"):
        call_command("verify_clocks", "--organisation", "acme", "--all", stdout=said, stderr=complained)
    assert f"{clock.pk} used_seconds: stored '3', derived '0'" in complained.getvalue()
    with pytest.raises(CommandError, match="no organisation"):
        call_command("verify_clocks", "--organisation", "nobody")
    # A year later this clock is history: the usual check leaves it alone.
    call_command("verify_clocks", "--organisation", "acme", stdout=said, stderr=complained)
