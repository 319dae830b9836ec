"""Statements that a connection has parsed and planned once: for what runs with every post.

# Note [Plans do not grow old]
A plan suits the tables as they were when it was made; one for an empty table must not serve until the table is large.
So each connection prepares its statements anew after some time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

LASTING_SECONDS = 30.0


@dataclass(frozen=True)
class Prepared:
    """A statement with ``$1``, ``$2`` …; ``types`` are those of its values."""

    name: str
    types: Sequence[str]
    statement: str

    @property
    def call(self) -> str:
        """The statement that runs it, with a place for each value."""
        return f"execute {self.name}({', '.join(['%s'] * len(self.types))})"


@dataclass(frozen=True)
class Plain:
    """A statement that needs no plan and takes no values."""

    call: str


Call = tuple[Prepared | Plain, Sequence[Any]]


@dataclass
class _Plans:
    """What a connection has prepared, and until when that is good."""

    until: float
    names: set[str] = field(default_factory=set)


_plans: WeakKeyDictionary[Any, _Plans] = WeakKeyDictionary()


def ask(statement: Prepared, *values: Any) -> list[tuple[Any, ...]]:
    """Run one prepared statement; return its rows."""
    return ask_all([(statement, values)])


def ask_all(calls: Sequence[Call]) -> list[tuple[Any, ...]]:
    """Run several statements in this order, in one round trip; return the rows of the last."""
    if not calls:
        return []
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        for statement, _values in calls:
            if isinstance(statement, Prepared):
                prepare(statement, database)
        cursor.execute(";".join(one.call for one, _values in calls), [value for _one, told in calls for value in told])
        return list(cursor.fetchall()) if cursor.description else []


def prepare(statement: Prepared, database: BaseDatabaseWrapper) -> None:
    """Prepare a statement where the open connection has not yet, or long ago. See Note [Plans do not grow old]."""
    # Past what counts and guards statements: it touches no row.
    raw = database.connection
    plans = _plans.get(raw)
    if plans is not None and statement.name in plans.names and plans.until > monotonic():
        return
    with database.wrap_database_errors, raw.cursor() as cursor:
        if plans is None or plans.until <= monotonic():
            cursor.execute("deallocate all")
            plans = _plans[raw] = _Plans(monotonic() + LASTING_SECONDS)
        cursor.execute(f"prepare {statement.name} ({', '.join(statement.types)}) as {statement.statement}")
    plans.names.add(statement.name)
