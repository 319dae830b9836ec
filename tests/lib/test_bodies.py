"""Reading bodies in many threads at once, right after the start."""

import os
import sys
from threading import Barrier, Thread
from typing import Annotated, Any

import msgspec

from smarketing.lib.bodies import read

THREADS, TRIES = 8, 20
Short = Annotated[str, msgspec.Meta(max_length=200, pattern="^[a-z]*$")] | None


def nested() -> tuple[Any, dict[str, Any]]:
    """Return a struct that nobody has read yet, and a body of it."""
    kind: Any = int
    body: Any = 1
    for depth in range(12):
        fields = [(f"text{place}", Short) for place in range(8)]
        kind = msgspec.defstruct(f"Level{depth}", [*fields, ("inner", kind)])
        body = {"inner": body, **{name: "a" for name, _type in fields}}
    return kind, body


def read_by_many(kind: Any, body: dict[str, Any]) -> int:
    """Read a body in all threads at the same moment; return how many have read it."""
    # They take turns as often as they can.
    sys.setswitchinterval(1e-6)
    start, found = Barrier(THREADS), []

    def one() -> None:
        start.wait()
        found.append(read(body, kind))

    threads = [Thread(target=one) for _place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(found)


def test_threads_that_read_a_new_kind_of_body_at_once_all_read_it() -> None:
    ends = set()
    for _try in range(TRIES):
        kind, body = nested()
        # A process of its own, for the worst case ends the process.
        child = os.fork()
        if child == 0:
            os._exit(THREADS - read_by_many(kind, body))
        ends.add(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    assert ends == {0}
