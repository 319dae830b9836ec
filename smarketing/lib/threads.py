"""What a thread holds open is closed when the thread ends.

The web server ends threads that have nothing to do. Django and the client of Valkey keep a connection for each thread,
inside objects that refer to each other: after their thread they stand until the garbage collector looks at everything,
which may be never, and the database takes only so many.
"""

import threading
from collections.abc import Callable
from os import getpid
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_kept = threading.local()


class _Held:
    """Calls ``close`` when its thread has ended and nobody refers to it any more."""

    def __init__(self, close: Callable[[], None]) -> None:
        self.close: Callable[[], None] | None = close
        self._pid = getpid()

    def __del__(self) -> None:
        # What a forked process got from its parent is the parent's.
        if self.close and self._pid == getpid():
            self.close()


def close_with_thread(name: str, close: Callable[[], None]) -> None:
    """Call ``close`` when the calling thread ends; what it kept under this name before is left to others."""
    before: _Held | None = getattr(_kept, name, None)
    if before:
        before.close = None
    setattr(_kept, name, _Held(close))


def close_connection_with_thread(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Close a new connection of Django's with the thread that opened it (a receiver of connection_created)."""
    close_with_thread(f"database {connection.alias}", connection.connection.close)
