"""How often a caller may come: counted atomically in Valkey, per process when Valkey is away."""

import logging
import math
import threading
from dataclasses import dataclass
from time import monotonic, time

import redis
from django.conf import settings

log = logging.getLogger(__name__)

# One round trip, one atomic step: a check followed by an increment lets a burst through.
SCRIPT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}
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
_clients: dict[str, redis.Redis] = {}
_away_until = 0.0


def _client() -> redis.Redis:
    if settings.REDIS_URL not in _clients:
        _clients[settings.REDIS_URL] = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5
        )
    return _clients[settings.REDIS_URL]


def allow(name: str, *, limit: int, per_seconds: int, strict: bool = False) -> Verdict:
    """Count one call under ``name`` and tell whether it is within ``limit`` per ``per_seconds``.

    Without Valkey each process counts for itself; ``strict`` (sign-in) then halves the limit.
    """
    count, left = _hit(name, per_seconds)
    if count < 0:
        limit = limit // 2 if strict else limit
        count, left = _local.hit(name, per_seconds)
    return Verdict(count <= limit, max(1, math.ceil(left)))


def _hit(name: str, per_seconds: int) -> tuple[int, float]:
    """Return (count, seconds left), or (-1, 0) while Valkey is away."""
    global _away_until
    if monotonic() < _away_until:
        return -1, 0.0
    try:
        count, left = _client().eval(SCRIPT, 1, f"rate:{name}", per_seconds * 1000)
        return int(count), int(left) / 1000
    except redis.RedisError as error:
        _away_until = monotonic() + 5
        log.warning("Rate limits count per process, Valkey is away: %s", error)
        return -1, 0.0
