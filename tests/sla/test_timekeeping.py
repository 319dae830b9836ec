"""The sweep does not trust a clock that has jumped: it holds, says so, and goes on when the clocks agree."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from sla.actions import sweep
from sla.actions.holding import this_machine
from sla.models import Sweep
from sla.timekeeping import Hold, Reading, contradiction
from smarketing.lib.scope import global_scope, tenant_scope
from tests.sla.support import kinds_of, make_clock, vienna
from tests.support import make_cast

NOON = vienna("2026-01-12 12:00")
MINUTE = timedelta(minutes=1)


@dataclass
class Clocks:
    """A pair of clocks that a test sets: what the database says, and the time since the machine was started."""

    at: datetime = NOON
    since_boot: timedelta = timedelta(days=3)
    machine: str = "one"
    steps: list[timedelta] = field(default_factory=list)

    def pass_by(self, time: timedelta, *, jump: timedelta = timedelta()) -> "Clocks":
        """Let both go on for as long; the database's clock is put forward (or back) besides."""
        self.at += time + jump
        self.since_boot += time
        return self

    def __call__(self, database_at: datetime) -> Reading:
        return Reading(self.at, self.machine, self.since_boot)


# Pure


@pytest.mark.parametrize(
    ("at", "since_boot", "expected"),
    [
        (NOON + MINUTE, MINUTE, None),
        (NOON, timedelta(), None),
        (NOON - timedelta.resolution, timedelta(), Hold("backwards", timedelta.resolution)),
        (NOON + 2 * MINUTE, MINUTE, None),
        (NOON + 2 * MINUTE + timedelta.resolution, MINUTE, Hold("forwards", MINUTE + timedelta.resolution)),
        # A weekend in which nobody swept, or the machine slept, is no jump.
        (NOON + 3000 * MINUTE, 3000 * MINUTE, None),
        # Slower than the machine's own time: it will be put right in small steps.
        (NOON + MINUTE, 30 * MINUTE, None),
    ],
)
def test_contradictions(at: datetime, since_boot: timedelta, expected: Hold | None) -> None:
    start = timedelta(days=3)
    reading = Reading(at, "one", start + since_boot)
    assert contradiction(reading, last_at=NOON, booted_at=NOON - start) == expected


def test_a_machine_that_was_just_started_is_compared_with_the_past_only() -> None:
    reading = Reading(NOON + timedelta(days=400), "new", timedelta(seconds=5))
    assert contradiction(reading, last_at=NOON, booted_at=None) is None
    assert contradiction(reading, last_at=reading.at + MINUTE, booted_at=None) == Hold("backwards", MINUTE)


def test_this_machine_has_a_start_that_stays_where_it_is() -> None:
    one, other = this_machine(NOON), this_machine(NOON)
    assert one.machine == other.machine
    assert timedelta() <= other.since_boot - one.since_boot < MINUTE


# With rows

rows = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture
def clock(transactional_db: None) -> Any:
    """A running clock in acme, due long after the tests' noon."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        return make_clock("first_contact", at=NOON)


def standing() -> Sweep:
    with global_scope():
        return Sweep.objects.get()


def kinds(clock: Any) -> list[str]:
    with tenant_scope(clock.organisation_id):
        return kinds_of(clock)


@rows
def test_notes_each_sweep(clock: Any) -> None:
    clocks = Clocks()
    assert sweep(clocks=clocks) == 0
    assert (standing().at, standing().moved, standing().moved_at) == (NOON, 0, None)
    assert sweep(clocks=clocks.pass_by(clock.due_at - NOON + MINUTE)) == 1
    assert (standing().at, standing().moved, standing().moved_at) == (clocks.at, 1, clocks.at)
    assert 0 < standing().took_ms < 10_000
    assert standing().booted == {"one": (NOON - timedelta(days=3)).isoformat()}


@rows
def test_holds_while_the_clock_is_back_and_goes_on_when_it_has_caught_up(
    clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    late = clock.due_at + 10 * MINUTE
    clocks = Clocks(at=clock.due_at - MINUTE)
    sweep(clocks=clocks)
    clocks.pass_by(MINUTE, jump=-5 * MINUTE)
    for _tick in range(3):
        assert sweep(clocks=clocks) == 0
    assert (standing().hold_reason, standing().hold_seconds) == ("backwards", 240)
    assert standing().held_since == clocks.at
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    assert "breached" not in kinds(clock)
    assert sweep(clocks=clocks.pass_by(late - clocks.at)) == 1
    assert (standing().held_since, standing().hold_reason) == (None, "")
    assert kinds(clock).count("breached") == 1


@rows
def test_holds_when_the_clock_jumps_ahead_and_nothing_is_breached(clock: Any) -> None:
    clocks = Clocks()
    sweep(clocks=clocks)
    assert sweep(clocks=clocks.pass_by(MINUTE, jump=timedelta(days=30))) == 0
    assert standing().hold_reason == "forwards"
    assert standing().hold_seconds == timedelta(days=30).total_seconds()
    assert kinds(clock) == ["started"]
    # It comes back by itself: nothing has happened.
    assert sweep(clocks=clocks.pass_by(MINUTE, jump=-timedelta(days=30))) == 0
    assert standing().hold_reason == ""
    assert kinds(clock) == ["started"]


@rows
def test_the_negative_control_believes_the_jump_and_breaches(clock: Any) -> None:
    """Without the second clock the same jump makes a breach that nobody has earned."""
    clocks = Clocks()
    sweep(clocks=clocks)
    clocks.pass_by(MINUTE, jump=timedelta(days=30))
    blind = Clocks(at=clocks.at, machine="another", since_boot=timedelta())
    assert sweep(clocks=blind) == 1
    assert "breached" in kinds(clock)


@rows
def test_a_jump_that_was_right_is_released_by_hand(clock: Any) -> None:
    clocks = Clocks()
    sweep(clocks=clocks)
    assert sweep(clocks=clocks.pass_by(MINUTE, jump=timedelta(days=30))) == 0
    said = StringIO()
    call_command("release_sweep", stdout=said)
    assert "forwards" in said.getvalue()
    assert sweep(clocks=clocks.pass_by(MINUTE)) == 1
    assert kinds(clock).count("breached") == 1


@rows
def test_there_is_nothing_to_release_when_nothing_is_held(clock: Any) -> None:
    sweep(clocks=Clocks())
    said = StringIO()
    call_command("release_sweep", stdout=said)
    assert "not held" in said.getvalue()
    assert standing().at == NOON


@rows
def test_a_small_step_ahead_and_small_drifts_are_no_jump(clock: Any) -> None:
    clocks = Clocks()
    for _hour in range(5):
        assert sweep(clocks=clocks) == 0
        clocks.pass_by(timedelta(hours=1), jump=timedelta(seconds=50))
    assert standing().hold_reason == ""


@rows
def test_each_machine_is_compared_with_itself(clock: Any) -> None:
    young, old = Clocks(machine="young", since_boot=MINUTE), Clocks(machine="old")
    for _tick in range(3):
        sweep(clocks=young.pass_by(MINUTE))
        sweep(clocks=old.pass_by(MINUTE))
    assert set(standing().booted) == {"young", "old"}
    assert standing().hold_reason == ""
    # Both see the jump, whoever comes first.
    sweep(clocks=old.pass_by(MINUTE, jump=timedelta(hours=1)))
    sweep(clocks=young.pass_by(MINUTE, jump=timedelta(hours=1)))
    assert standing().hold_reason == "forwards"


@rows
def test_remembers_a_bounded_number_of_machines(clock: Any) -> None:
    for number in range(40):
        sweep(clocks=Clocks(at=NOON + number * MINUTE, machine=f"start {number}"))
    assert len(standing().booted) <= 16
    assert "start 39" in standing().booted


@rows
@pytest.mark.parametrize("role", ["web", "worker"])
def test_only_the_sweeper_writes_what_the_sweep_remembers(clock: Any, services: Any, role: str) -> None:
    import psycopg2

    sweep(clocks=Clocks())
    connection = psycopg2.connect(services.url(role))
    with connection.cursor() as cursor:
        cursor.execute("select hold_reason from sla_sweep")
        assert cursor.fetchall() == [("",)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("update sla_sweep set at = null")
    connection.close()


@rows
def test_the_real_clocks_of_this_machine_agree(clock: Any) -> None:
    for _tick in range(3):
        sweep()
    assert standing().hold_reason == ""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute("select clock_timestamp() - at < interval '1 minute' from sla_sweep")
        assert cursor.fetchone() == (True,)
