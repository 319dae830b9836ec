"""Counting no further than a page tells: what it says of more is "more"."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def counted(rows: "QuerySet[Any]", *, up_to: int) -> int:
    """Count the rows, but never more than one beyond ``up_to``."""
    return rows.order_by().values("pk")[: up_to + 1].count()


def counted_each(rows: Mapping[str, "QuerySet[Any]"], *, up_to: int) -> dict[str, int]:
    """Count several lists in one statement, none of them further than one beyond ``up_to``."""
    parts, values = [], []
    for key, one in rows.items():
        sql, params = one.order_by().values("pk")[: up_to + 1].query.sql_with_params()
        parts.append(f"select %s, (select count(*) from ({sql}) found)")  # noqa: S608 -- the ORM wrote it
        values += [key, *params]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), values)
        return dict(cursor.fetchall())
