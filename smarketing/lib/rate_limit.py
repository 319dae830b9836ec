"""How often a caller may come: counted atomically in Valkey, per process when Valkey is away."""

import logging
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import getpid
from time import monotonic, time
from typing import Any

import redis
from django.conf import settings

from smarketing.lib.threads import close_with_thread

log = logging.getLogger(__name__)

# One round trip, one atomic step: a check followed by an increment lets a burst through. One text is read quicker than
# a list of lists.
SCRIPT = """
local found = {}
for _, name in ipairs(KEYS) do
  local n = redis.call('INCR', name)
  if n == 1 then redis.call('PEXPIRE', name, ARGV[1]) end
  found[#found + 1] = n .. ' ' .. redis.call('PTTL', name)
end
return table.concat(found, ' ')
"""


@dataclass(frozen=True)
class Verdict:
    """Whether this call is within the limit, and after how many seconds to come back if not."""

    allowed: bool
    retry_after_seconds: int


class _Local:
    """Counts of this process for the time without Valkey."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[float, int]] = {}

    def hit(self, name: str, per_seconds: int) -> tuple[int, float]:
        with self._lock:
            until, count = self._counts.get(name, (0.0, 0))
            if until <= time():
                until, count = time() + per_seconds, 0
                if len(self._counts) > 10_000:
                    self._counts.clear()
            self._counts[name] = (until, count + 1)
            return count + 1, until - time()


_local = _Local()
_away_until = 0.0
# Each thread has a connection of its own: to borrow one from the library's pool costs more than the question.
_lines = threading.local()


def _line() -> redis.Connection:
    """Return the connection of this thread; a forked process does not go on with its parent's."""
    address = (settings.REDIS_URL, getpid())
    if getattr(_lines, "address", None) != address:
        pool = redis.ConnectionPool.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
        _lines.address, _lines.connection = address, pool.make_connection()
        close_with_thread("valkey", _lines.connection.disconnect)
    connection: redis.Connection = _lines.connection
    return connection


def _asked(*words: str) -> Any:
    """Send one command and return its answer; a connection that was lost meanwhile is made anew once."""
    told = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    packed = f"*{len(words)}\r\n{told}".encode()
    line = _line()
    try:
        return _exchanged(line, packed)
    except redis.ConnectionError:
        return _exchanged(line, packed)


def _exchanged(line: redis.Connection, packed: bytes) -> Any:
    try:
        line.send_packed_command([packed])  # type: ignore[no-untyped-call]  # the library leaves it without types
        return line.read_response()
    except (redis.ConnectionError, redis.TimeoutError):
        # An answer that comes later must not be taken for that of the next question.
        line.disconnect()  # type: ignore[no-untyped-call]  # the library leaves it without types
        raise


def allow(name: str, *, limit: int, per_seconds: int, strict: bool = False) -> Verdict:
    """Count one call under ``name`` and tell whether it is within ``limit`` per ``per_seconds``.

    Without Valkey each process counts for itself; ``strict`` (sign-in) then halves the limit.
    """
    return allow_each({name: limit}, per_seconds=per_seconds, strict=strict)[name]


def allow_each(limits: Mapping[str, int], *, per_seconds: int, strict: bool = False) -> dict[str, Verdict]:
    """Count one call under each of these names, in one round trip; return the verdicts by name."""
    hits = _hits(list(limits), per_seconds)
    if hits is None:
        hits = [_local.hit(name, per_seconds) for name in limits]
        limits = {name: limit // 2 if strict else limit for name, limit in limits.items()}
    return {
        name: Verdict(count <= limits[name], max(1, math.ceil(left)))
        for name, (count, left) in zip(limits, hits, strict=True)
    }


def _hits(names: Sequence[str], per_seconds: int) -> list[tuple[int, float]] | None:
    """Return (count, seconds left) of each, or None while Valkey is away."""
    global _away_until
    if monotonic() < _away_until:
        return None
    try:
        keys = [f"rate:{name}" for name in names]
        found = _asked("EVAL", SCRIPT, str(len(keys)), *keys, str(per_seconds * 1000))
        numbers = [int(word) for word in found.split()]
        return [(count, left / 1000) for count, left in zip(numbers[::2], numbers[1::2], strict=True)]
    except redis.RedisError as error:
        _away_until = monotonic() + 5
        log.warning("Rate limits count per process, Valkey is away: %s", error)
        return None
