"""What falls is restarted, with growing pauses; the end is orderly and complete."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smarketing.services import process
from smarketing.services.supervisor import Program, Supervisor, end_left_behind


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Program]:
    def make(name: str, script: str) -> Program:
        log = tmp_path / f"{name}.log"
        return Program(name, [sys.executable, "-c", script], dict(os.environ), tmp_path, log, patience=5)

    return make


SLEEP = "import time; print('up', flush=True); time.sleep(600)"


def pid_of(program: Program) -> int:
    assert program.child is not None
    return program.child.pid


def test_restarts_what_was_killed_and_says_so(program: Callable[[str, str], Program], said: list[str]) -> None:
    supervisor, part = Supervisor(said.append), program("Worker", SLEEP)
    supervisor.add(part)
    before = pid_of(part)
    try:
        os.kill(before, signal.SIGKILL)
        assert process.wait_until(lambda: (supervisor.look(), len(said) == 2)[1], 10)
        assert pid_of(part) != before
        assert part.is_running()
        assert said == [f"Worker has fallen (signal 9); again in 1 s, see {part.log}", "Worker runs again"]
    finally:
        supervisor.stop()


def test_pauses_grow_for_what_falls_again_and_again(program: Callable[[str, str], Program], said: list[str]) -> None:
    supervisor = Supervisor(said.append)
    supervisor.add(program("Web", "raise SystemExit(3)"))
    assert process.wait_until(lambda: (supervisor.look(), len(said) >= 5)[1], 20)
    supervisor.stop()
    pauses = [line.split("again in ")[1].split(" s")[0] for line in said if "has fallen (exit 3)" in line]
    assert pauses[:3] == ["1", "2", "4"]


def test_stops_the_last_started_first(program: Callable[[str, str], Program], said: list[str]) -> None:
    supervisor = Supervisor(said.append)
    parts = [program(name, SLEEP) for name in ("PostgreSQL", "Worker", "Web")]
    for part in parts:
        supervisor.add(part)
    supervisor.stop()
    assert said == ["stopping Web", "stopping Worker", "stopping PostgreSQL"]
    assert not any(part.is_running() for part in parts)


def test_leaves_no_grandchild_behind(program: Callable[[str, str], Program], said: list[str]) -> None:
    family = (
        "import subprocess, time; child = subprocess.Popen(['sleep', '600'])\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    supervisor, part = Supervisor(said.append), program("Worker", family)
    supervisor.add(part)
    assert process.wait_until(lambda: part.log.read_text().strip().isdigit(), 10)
    grandchild = int(part.log.read_text())
    supervisor.stop()
    assert process.wait_until(lambda: not process.is_alive(grandchild), 5)


def test_kills_what_will_not_end(program: Callable[[str, str], Program], said: list[str]) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    supervisor, part = Supervisor(said.append), program("Worker", stubborn)
    part.patience = 0.5
    supervisor.add(part)
    assert process.wait_until(lambda: "up" in part.log.read_text(), 10)
    supervisor.stop()
    assert not part.is_running()


def test_a_long_log_is_turned(program: Callable[[str, str], Program], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_TURNS_AT", 100)
    part = program("Web", "print('new')")
    part.log.write_text("old " * 100)
    part.start()
    assert process.wait_until(lambda: not part.is_running(), 10)
    assert part.log.read_text() == "new\n"
    assert part.log.with_suffix(".old.log").read_text() == "old " * 100


@pytest.fixture
def left_behind(tmp_path: Path) -> Callable[[dict[str, str]], int]:
    """A program that a killed start has noted in its folder; it does not end by itself."""

    def make(env: dict[str, str]) -> int:
        (tmp_path / "log").mkdir()
        part = Program("Web", [sys.executable, "-c", SLEEP], env, tmp_path, tmp_path / "log" / "web.log", patience=5)
        part.start()
        assert process.wait_until(lambda: "up" in part.log.read_text(), 10)
        return pid_of(part)

    return make


def test_ends_what_a_killed_start_has_left(tmp_path: Path, left_behind: Callable[[dict[str, str]], int]) -> None:
    pid = left_behind({"SMARKETING_DATA": str(tmp_path)})
    end_left_behind(tmp_path)
    assert not process.is_alive(pid)
    assert not list((tmp_path / "log").glob("*.pid"))


def test_spares_a_stranger_that_has_got_the_number(
    tmp_path: Path, left_behind: Callable[[dict[str, str]], int]
) -> None:
    pid = left_behind({"SMARKETING_DATA": "/somewhere/else"})
    end_left_behind(tmp_path)
    assert process.is_alive(pid)
    process.end(pid, signal.SIGTERM, within=5)
