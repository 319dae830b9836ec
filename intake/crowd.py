"""Whether a form's post is alone in this process, or comes in a crowd.

Who comes alone is judged before the answer. In a burst that would make everybody wait for everybody's judging, so what
comes in a crowd is only stored, and the worker judges it in pieces.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_inside = 0


@contextmanager
def entered() -> Iterator[None]:
    """Count a post from its first look at the form to the end of its answer."""
    global _inside
    with _lock:
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1


def is_alone() -> bool:
    """Tell whether no other post is inside."""
    return _inside <= 1
