"""The rows of every table, kept in memory: what took seconds to make stands again in a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import psycopg2

from tests.conftest import KEPT_TABLES


@dataclass(frozen=True)
class Rows:
    """All rows by table, and how far each sequence has counted."""

    tables: dict[str, bytes]
    sequences: dict[str, int]


def rows_of(services: Any) -> Rows:
    """Read everything, as the superuser: no role of the application sees more than one organisation."""
    with _as_superuser(services) as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        names = [name for (name,) in cursor.fetchall() if name not in KEPT_TABLES]
        cursor.execute("select sequencename, last_value from pg_sequences where last_value is not null")
        sequences = dict(cursor.fetchall())
        return Rows({name: _copied(cursor, name) for name in names}, sequences)


def put_back(services: Any, kept: Rows) -> None:
    """Write everything into empty tables; no trigger judges it again."""
    with _as_superuser(services) as cursor:
        cursor.execute("set local session_replication_role = replica")
        for name, content in kept.tables.items():
            cursor.copy_expert(f"copy {name} from stdin (format binary)", BytesIO(content))
        for name, value in kept.sequences.items():
            cursor.execute("select setval(%s, %s)", [name, value])


def _copied(cursor: Any, table: str) -> bytes:
    content = BytesIO()
    cursor.copy_expert(f"copy {table} to stdout (format binary)", content)
    return content.getvalue()


@contextmanager
def _as_superuser(services: Any) -> Iterator[Any]:
    connection = psycopg2.connect(services.url("admin"))
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
