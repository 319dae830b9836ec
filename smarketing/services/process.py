"""Starting and ending the programs that belong to one copy, and only those."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final

LOG_TURNS_AT: Final = 20 * 1024 * 1024
_PR_SET_PDEATHSIG: Final = 1


class ServiceFailed(Exception):
    """A server could not be started; the sentence names the reason and the log."""


def spawn(
    command: Sequence[str | Path],
    log: Path | None,
    *,
    env: Mapping[str, str] | None = None,
    dies_with_parent: signal.Signals | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, its output appended to `log`, else to ours.

    The own session keeps the terminal's Ctrl-C away from it, so that the parent can stop
    everything in order. `dies_with_parent` is the signal it gets when the parent is killed.
    """
    with ExitStack() as files:
        output = files.enter_context(_appended(log)) if log else None
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=env,
            start_new_session=True,
            # No thread runs in the programs that start services, so nothing can be locked at the fork.
            preexec_fn=_tied_to_parent(dies_with_parent) if dies_with_parent else None,  # noqa: PLW1509
            **options,
        )


def _appended(log: Path) -> IO[bytes]:
    # Private: the log of a server can hold what people wrote into it.
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_TURNS_AT:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab")


def _tied_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    # Loaded before the fork: nothing may be imported between fork and exec.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # the parent ended before the signal was asked for
            os._exit(1)

    return tie


def is_alive(pid: int) -> bool:
    """Whether `pid` runs; a child that has ended is collected on the way."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass  # somebody else's child: the next line asks the kernel
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _stat(pid)[:1] != ["Z"]


def _stat(pid: int) -> list[str]:
    """What the kernel says of `pid` after its name: state, parent, group…"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []  # gone since, or there is no /proc here


def command_line(pid: int) -> list[str]:
    """The words `pid` was started with; empty when it is gone or not ours to see."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def group_of(leader: int, marker: str) -> list[int]:
    """The living processes that `leader` has started or is, if their environment holds `marker`.

    The marker matters: after a crash the number may have gone to a stranger.
    """
    return [pid for pid in _all() if _stat(pid)[2:3] == [str(leader)] and marker in _variables(pid)]


def _all() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _variables(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def end(pid: int, how: signal.Signals, *, within: float) -> bool:
    """Send `how` and wait; after `within` seconds kill. True when it went by itself."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return True
    if wait_until(lambda: not is_alive(pid), within):
        return True
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), 5)
    return False


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Ask `condition` until it holds or `seconds` have passed; the last answer."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        # As servers do: a connection that is just closing does not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def pick_port(remembered: int | None) -> int:
    """The port of the last start when it is still free, else one that the system names."""
    if remembered and port_is_free(remembered):
        return remembered
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, for a sentence that says why something failed."""
    if not log.exists():
        return f"({log} is missing)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
