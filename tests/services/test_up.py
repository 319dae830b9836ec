"""`manage.py up` starts everything, keeps it running, stops it in order and loses nothing."""

import os
import signal
from pathlib import Path

import pytest

from smarketing.services import postgres, process
from tests.services.copies import Copy, manage

# One copy serves this module and the next (tests/order.py keeps them together).
pytestmark = [pytest.mark.timeout(480)]


def test_a_first_start_says_each_step_and_serves(copy: Copy) -> None:
    copy.ensure()
    steps = [line.split("…")[0] for line in copy.said.splitlines() if "…" in line]
    assert steps == ["PostgreSQL", "Valkey", "Database", "Static files", "Worker, beat and web"]
    assert f"http://localhost:{copy.port}" in copy.said
    assert copy.health() == 200


def test_a_second_start_on_the_same_folder_is_refused(copy: Copy) -> None:
    copy.ensure()
    done = manage("up", "--data", str(copy.data))
    assert done.returncode == 2
    assert done.stderr == f"CommandError: A copy already runs on {copy.data}: http://localhost:{copy.port}\n"
    assert copy.health() == 200


def test_an_occupied_port_is_named(copy: Copy, tmp_path: Path) -> None:
    copy.ensure()
    done = manage("up", "--data", str(tmp_path), "--port", str(copy.port))
    assert done.returncode == 2
    assert done.stderr == f"CommandError: Port {copy.port} is occupied. Name another one with --port.\n"


def test_an_unusable_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = manage("up", "--data", str(tmp_path / "file"))
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_command_in_another_shell_finds_the_copy(copy: Copy) -> None:
    copy.ensure()
    done = manage("migrate", "--check", SMARKETING_DATA=str(copy.data))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("word", ["granian", "valkey-server", "bin/postgres", "worker", "beat"])
def test_what_is_killed_comes_back(copy: Copy, word: str) -> None:
    before = copy.ensure().child(word)
    fallen = copy.said.count("has fallen")
    os.kill(before, signal.SIGKILL)
    # Until this is said, what the killed one has started may still answer.
    assert process.wait_until(lambda: copy.said.count("has fallen") > fallen, 30, every=0.1), copy.said
    assert not process.is_alive(before)
    assert process.wait_until(lambda: any(word in line for line in copy.family().values()), 30, every=0.2), copy.said
    assert process.wait_until(lambda: copy.health() == 200, 30, every=0.2), copy.said


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stops_in_order_loses_nothing_and_does_nothing_twice(copy: Copy, request_to_end: signal.Signals) -> None:
    copy.ensure()
    copy.ask("create table if not exists kept_by_test (name text)")
    copy.ask(f"insert into kept_by_test values ('{request_to_end.name}')")
    family = copy.family()
    copy.up_process.send_signal(request_to_end)
    assert copy.up_process.wait(60) == 0
    order = [line.removeprefix("stopping ") for line in copy.said.splitlines() if line.startswith("stopping")]
    assert order == ["Web", "Beat", "Worker", "Valkey", "PostgreSQL"]
    assert not [line for pid, line in family.items() if process.is_alive(pid)]
    copy.start()
    assert (request_to_end.name,) in copy.ask("select name from kept_by_test")
    assert "Database… up to date" in copy.said
    assert "Static files… up to date" in copy.said


@pytest.mark.soak  # a figure of a machine that does nothing else meanwhile
def test_a_warm_start_takes_less_than_eight_seconds(copy: Copy) -> None:
    copy.ensure()
    copy.stop()
    assert copy.start() < 8


def test_after_a_kill_nothing_remains_and_the_next_start_goes_on(copy: Copy) -> None:
    copy.ensure()
    copy.ask("create table if not exists kept_by_test (name text)")
    copy.ask("insert into kept_by_test values ('killed')")
    family = copy.family()
    copy.up_process.kill()
    copy.up_process.wait()
    # At once: the servers are still ending when the next start looks for them.
    copy.start()
    assert ("killed",) in copy.ask("select name from kept_by_test")
    assert process.wait_until(lambda: not [pid for pid in family if process.is_alive(pid)], 30)
    assert copy.health() == 200


def test_a_stopped_copy_is_not_found(copy: Copy) -> None:
    copy.ensure()
    assert copy.stop() == 0
    assert not postgres.is_running(copy.data)
    assert manage("migrate", "--check", SMARKETING_DATA=str(copy.data)).returncode == 1
