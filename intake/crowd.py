"""Whether a form's post is alone in this process, or comes in a crowd.

Who comes alone is judged before the answer. In a burst that would make everybody wait for everybody's judging, so what
comes in a crowd is only stored, and the worker judges it in pieces.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

# So many within a second are a crowd, also where one is just inside alone: the next ones are on their way, and would
# wait for its judging.
CROWD = 20

_lock = Lock()
_inside = 0
_latest: deque[float] = deque(maxlen=CROWD)


@contextmanager
def entered() -> Iterator[None]:
    """Count a post from its first look at the form to the end of its answer."""
    global _inside
    with _lock:
        _inside += 1
        _latest.append(monotonic())
    try:
        yield
    finally:
        with _lock:
            _inside -= 1


def is_alone() -> bool:
    """Tell whether no other post is inside, and few came within the last second."""
    return _inside <= 1 and (len(_latest) < CROWD or _latest[0] < monotonic() - 1)


def forget() -> None:
    """Forget who came: the next one is alone."""
    _latest.clear()
