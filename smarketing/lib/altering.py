"""Changing rows of one table in one statement, each to values of its own. See smarketing.lib.inserting."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec
from django.db.models import Model

from smarketing.lib.prepared import Call, Prepared
from smarketing.lib.scope import current_organisation_id
from smarketing.lib.tenancy import TenantModel

_encoder = msgspec.json.Encoder(enc_hook=str)


def alterations(kind: type[TenantModel], changes: Mapping[UUID, Mapping[str, Any]]) -> list[Call]:
    """Return the calls that change rows of a model: id → plain values or rows by field name.

    The caller has locked the rows, so it does not matter in which order they are changed.
    """
    told = [_as_columns(kind, row_id, fields) for row_id, fields in changes.items()]
    told.sort(key=sorted)
    return [_call(kind, columns, list(alike)) for columns, alike in groupby(told, key=sorted)]


def _call(kind: type[TenantModel], columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Call:
    ids = [row["id"] for row in rows]
    return alteration(kind, tuple(columns)), [current_organisation_id(), ids, _encoder.encode(rows).decode()]


@cache
def alteration(kind: type[TenantModel], columns: tuple[str, ...]) -> Prepared:
    """Return the statement that changes these columns of rows."""
    table = kind._meta.db_table
    sets = ", ".join(f"{column} = told.{column}" for column in columns if column != "id")
    statement = (
        f"update {table} there set {sets} from json_populate_recordset(null::{table}, $3) told"  # noqa: S608 -- names of ours only
        # The ids besides: of a list of rows nobody knows how long it is, and a scan of the table might seem shorter.
        " where there.organisation_id = $1 and there.id = any($2) and there.id = told.id"
    )
    return Prepared(f"alter_{table}_{crc32(' '.join(columns).encode()):x}", ["bigint", "uuid[]", "json"], statement)


def _as_columns(kind: type[TenantModel], row_id: UUID, fields: Mapping[str, Any]) -> dict[str, Any]:
    told = {_column(kind, name): value.pk if isinstance(value, Model) else value for name, value in fields.items()}
    return {**told, "id": row_id}


@cache
def _column(kind: type[TenantModel], name: str) -> str:
    return str(kind._meta.get_field(name).column)  # type: ignore[union-attr]  # a field of ours has a column
