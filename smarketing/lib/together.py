"""One piece of work for several threads that come at once: the first does it for all who came meanwhile.

Nobody waits for others to come: who finds nobody at work begins at once, with what is there.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
R = TypeVar("R")

# So many at most share one piece of work.
MOST = 16


def _closed() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass
class _Turn(Generic[T, R]):
    """What one thread brings, and what comes of it."""

    item: T
    # Opened for its thread when it was served, or is the one to work.
    gate: Lock = field(default_factory=_closed)
    served: bool = False
    results: Sequence[R] = ()
    error: BaseException | None = None
    with_others: bool = False


class Together(Generic[K, T, R]):
    """Work for groups of items of one key.

    ``work`` takes the key and the items and returns as many results, in order; where it raises, nothing of it may
    stand. ``is_final`` tells of an error that nobody in this process may answer by doing it again.
    """

    def __init__(
        self, work: Callable[[K, Sequence[T]], Sequence[R]], *, is_final: Callable[[BaseException], bool]
    ) -> None:
        self._work = work
        self._is_final = is_final
        self._lock = Lock()
        # Of each key at which somebody works: who waits, the longest first.
        self._waiting: dict[K, list[_Turn[T, R]]] = {}

    def do(self, key: K, item: T) -> R:
        """Return what the work makes of this item; raises what it raises for this item alone, or a final error.

        What breaks a group is done again one by one, each by its own thread.
        """
        turn = _Turn[T, R](item)
        if self._somebody_works(key, turn):
            turn.gate.acquire()
        if not turn.served:
            self._serve(key)
        if turn.error is not None:
            if not turn.with_others or self._is_final(turn.error):
                raise turn.error
            turn.results = self._work(key, [item])
        (result,) = turn.results
        return result

    def _somebody_works(self, key: K, turn: _Turn[T, R]) -> bool:
        with self._lock:
            works = key in self._waiting
            self._waiting.setdefault(key, []).append(turn)
            return works

    def _serve(self, key: K) -> None:
        """Work for who waits, the calling thread first, and let the next one of those who came meanwhile go on."""
        with self._lock:
            group = self._waiting[key][:MOST]
            del self._waiting[key][:MOST]
        try:
            results = self._work(key, [turn.item for turn in group])
            for turn, result in zip(group, results, strict=True):
                turn.results = [result]
        except BaseException as error:  # noqa: BLE001 -- each thread raises it for itself
            for turn in group:
                turn.error, turn.with_others = error, len(group) > 1
        with self._lock:
            nexts = self._waiting[key][:1]
            if not nexts:
                del self._waiting[key]
        for turn in group:
            turn.served = True
        for turn in [*group[1:], *nexts]:
            turn.gate.release()
