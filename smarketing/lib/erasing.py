"""Saying to the database that a person is being erased: only then are words let go that never change otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# For the transaction at most; triggers of the apps read it.
SAY = "select set_config('app.erasing', %s, true)"


@contextmanager
def erasing() -> Iterator[None]:
    """Let the words of frozen rows be changed inside; after an error the transaction is undone, and this with it."""
    _say("on")
    yield
    _say("off")


def _say(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SAY, [state])
