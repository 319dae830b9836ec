"""Writing new rows of several tables in one round trip, without the work that Django's compiler does for each.

# Note [Rows as JSON]
All rows of a table go as one value, which PostgreSQL takes apart by the table's own types: so one prepared statement
serves for any number of rows.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from zlib import crc32

import msgspec
from django.db import connection
from django.db.models.expressions import DatabaseDefault

from smarketing.lib.prepared import Call, Prepared, ask_all
from smarketing.lib.tenancy import TenantModel, new_ids

_encoder = msgspec.json.Encoder(enc_hook=str)


def insert_rows(*tables: Sequence[TenantModel]) -> None:
    """Write new rows, each table's after those of the tables before it; ids that are missing are drawn.

    Columns that the database fills are not read back, but for the ids.
    """
    calls = insertions(*tables)
    if calls:
        ask_all(calls)
    for rows in tables:
        note_written(rows)


def insertions(*tables: Sequence[TenantModel]) -> list[Call]:
    """Return the calls that write new rows, as insert_rows does."""
    give_ids([row for rows in tables for row in rows])
    return [
        (insertion(kind, defaults), [as_json(alike, defaults)])
        for rows in tables
        for (kind, defaults), alike in groupby(rows, key=lambda row: (type(row), filled_by_database(row)))
    ]


@cache
def insertion(kind: type[TenantModel], defaults: frozenset[str]) -> Prepared:
    """Return the statement that writes rows of a model; the columns ``defaults`` are left to the database."""
    table = kind._meta.db_table
    columns = ", ".join(column for column, _attribute in _columns(kind) if column not in defaults)
    told = f"json_populate_recordset(null::{table}, $1)"
    # Names of statements are cut at 63 characters.
    mark = crc32(f"{sorted(defaults)}".encode())
    statement = f"insert into {table} ({columns}) select {columns} from {told}"  # noqa: S608 -- names of ours only
    return Prepared(f"insert_{table}_{mark:x}", ["json"], statement)


def as_json(rows: Iterable[TenantModel], defaults: frozenset[str]) -> str:
    """Return rows of one model as the value of their insertion. See Note [Rows as JSON]."""
    told = [
        {column: getattr(row, attribute) for column, attribute in _columns(type(row)) if column not in defaults}
        for row in rows
    ]
    return _encoder.encode(told).decode()


def filled_by_database(row: TenantModel) -> frozenset[str]:
    """Return the columns that the database fills."""
    return frozenset(
        column for column, attribute in _columns(type(row)) if isinstance(getattr(row, attribute), DatabaseDefault)
    )


def give_ids(rows: Iterable[TenantModel]) -> None:
    """Give ids to the rows that have none."""
    nameless = [row for row in rows if isinstance(row.pk, DatabaseDefault) or row.pk is None]
    for row, new_id in zip(nameless, new_ids(len(nameless)) if nameless else (), strict=True):
        row.pk = new_id


def note_written(rows: Iterable[TenantModel]) -> None:
    """Let the objects know that their rows stand in the database."""
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _columns(kind: type[TenantModel]) -> list[tuple[str, str]]:
    """Return the columns of a model, each with the attribute that holds its value."""
    return [(str(field.column), field.attname) for field in kind._meta.concrete_fields if not field.generated]
