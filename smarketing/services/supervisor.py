"""Keeps the programs of one copy running, and stops them in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from smarketing.services import process

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
# Who has run for so long has recovered: its next fall is a first one again.
SETTLED_AFTER: Final = 60.0


class Service(Protocol):
    """A running server, as `postgres.start` and `valkey.start` return it."""

    @property
    def port(self) -> int: ...

    def is_running(self) -> bool: ...

    def stop(self) -> None: ...


@dataclass
class Program:
    """One program of ours, and how it ends."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    log: Path
    patience: float
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; it is told to end should we be killed."""
        self.child = process.spawn(
            self.command, self.log, env=self.env, cwd=self.folder, dies_with_parent=signal.SIGTERM
        )
        self.log.with_suffix(".pid").write_text(str(self.child.pid))

    def is_running(self) -> bool:
        """Whether it runs."""
        return self.child is not None and self.child.poll() is None

    def stop(self) -> None:
        """Ask it to end, wait, and leave none of its own children behind."""
        if self.child is None:
            return
        self.child.terminate()
        with suppress(subprocess.TimeoutExpired):  # the next line is the answer
            self.child.wait(self.patience)
        with suppress(ProcessLookupError):  # as it should be: the whole family has gone
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.log.with_suffix(".pid").unlink(missing_ok=True)

    def ending(self) -> str:
        """How it ended, for a line on the terminal."""
        code = self.child.returncode if self.child else None
        return f"signal {-code}" if code is not None and code < 0 else f"exit {code}"


def end_left_behind(data: Path) -> None:
    """Wait for the programs of a start that was killed: they still hold the port and the queue."""
    for note in (data / "log").glob("*.pid"):
        for pid in process.group_of(int(note.read_text() or 0), f"SMARKETING_DATA={data}"):
            process.end(pid, signal.SIGTERM, within=20)
        note.unlink()


@dataclass
class Server:
    """A server and how to start it again at the same place."""

    name: str
    launch: Callable[[], Service]
    log: Path
    service: Service | None = None

    @property
    def running(self) -> Service:
        """The server that was started last."""
        if self.service is None:
            raise process.ServiceFailed(f"{self.name} has not been started.")
        return self.service

    def start(self) -> None:
        """Start it where the programs expect it."""
        before = self.service
        self.service = self.launch()
        if before and before.port != self.service.port:
            raise PortLost(f"{self.name} had to move from port {before.port}, which another program has taken.")

    def is_running(self) -> bool:
        """Whether it runs."""
        return self.service is not None and self.service.is_running()

    def stop(self) -> None:
        """Shut it down."""
        if self.service and self.service.is_running():
            self.service.stop()

    def ending(self) -> str:
        """How it ended: its log knows more."""
        return "it ended"


class PortLost(Exception):
    """A restarted server is not where the running programs look for it."""


@dataclass
class _Watch:
    part: Program | Server
    started_at: float
    falls: int = 0
    again_at: float | None = None


class Supervisor:
    """Restarts what falls, with growing pauses; stops the last started first."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._watches: list[_Watch] = []

    def add(self, part: Program | Server) -> None:
        """Start `part` and watch it from now on."""
        # Listed first: should we be interrupted inside `start`, `stop` still knows of it.
        self._watches.append(_Watch(part, time.monotonic()))
        part.start()

    def look(self) -> None:
        """Look once at every part; restart what has fallen and whose pause is over."""
        for watch in self._watches:
            self._look_at(watch, time.monotonic())

    def _look_at(self, watch: _Watch, moment: float) -> None:
        if watch.again_at is not None:
            if moment >= watch.again_at:
                self._restart(watch, moment)
        elif not watch.part.is_running():
            self._plan_restart(watch, moment, watch.part.ending())

    def _plan_restart(self, watch: _Watch, moment: float, reason: str) -> None:
        if moment - watch.started_at > SETTLED_AFTER:
            watch.falls = 0
        pause = min(FIRST_PAUSE * 2**watch.falls, LONGEST_PAUSE)
        watch.falls += 1
        watch.again_at = moment + pause
        self._say(f"{watch.part.name} has fallen ({reason}); again in {pause:.0f} s, see {watch.part.log}")

    def _restart(self, watch: _Watch, moment: float) -> None:
        watch.part.stop()
        watch.started_at, watch.again_at = moment, None
        try:
            watch.part.start()
        except process.ServiceFailed as error:
            self._plan_restart(watch, moment, str(error))
        else:
            self._say(f"{watch.part.name} runs again")

    def stop(self) -> None:
        """Stop everything, the last started first."""
        while self._watches:
            part = self._watches[-1].part
            self._say(f"stopping {part.name}")
            part.stop()
            self._watches.pop()
