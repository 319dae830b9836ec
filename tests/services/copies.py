"""A running copy of the product, as `manage.py up` starts it for a person."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

from smarketing.services import environment, process

ROOT = Path(__file__).resolve().parents[2]
# What a person's shell has: none of the variables that this suite runs with.
SHELL = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def manage(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=SHELL | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Copy:
    """One copy of the product on a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.output = data.parent / f"{data.name}.out"
        self.up: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and wait until it is ready; the seconds that took."""
        began = time.monotonic()
        words = ["up", "--no-demo", "--port", str(self.port), "--data", str(self.data)]
        with self.output.open("wb") as output:
            self.up = subprocess.Popen(
                [sys.executable, "manage.py", *words], cwd=ROOT, env=SHELL, stdout=output, stderr=subprocess.STDOUT
            )
        ready = process.wait_until(lambda: "Ready after" in self.said or self.up_process.poll() is not None, 400)
        assert ready, self.said
        assert self.up_process.poll() is None, self.said
        return time.monotonic() - began

    @property
    def up_process(self) -> subprocess.Popen[bytes]:
        assert self.up is not None
        return self.up

    @property
    def said(self) -> str:
        return self.output.read_text()

    def ensure(self) -> "Copy":
        if self.up is None or self.up.poll() is not None:
            self.start()
        return self

    def stop(self) -> int:
        self.up_process.terminate()
        return self.up_process.wait(60)

    def family(self) -> dict[int, str]:
        """Every process below `up`, by number, with its command line."""
        found = {self.up_process.pid: "up"}
        parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
        grown = True
        while grown:
            children = {pid for pid, parent in parents.items() if parent in found} - found.keys()
            grown = bool(children)
            found |= {pid: " ".join(process.command_line(pid)) for pid in children}
        return found

    def child(self, word: str) -> int:
        """The direct child of `up` whose command line holds `word`."""
        below = [pid for pid, line in self.family().items() if word in line]
        return next(pid for pid in below if _parent(Path(f"/proc/{pid}")) == self.up_process.pid)

    def health(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(environment(self.data, "migrate")["DATABASE_URL"])
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0  # it has ended while we were looking
