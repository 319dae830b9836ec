"""What an organisation has set up: read once by a process, and again when the rows have changed.

# Note [Marks]
Every version of a row has a place and a transaction of its own; the mark of a table is made of those of all its rows of
one organisation. One statement reads the marks of several tables, which is cheaper than reading what stands in them.
A mark that was read inside a transaction that was rolled back comes never again.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID
from zlib import crc32

from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id
from smarketing.lib.tenancy import TenantModel, keep_ids

T = TypeVar("T")

MARK = """
(select coalesce(string_agg(concat(ctid, xmin), ' ' order by ctid), '') from {table}
 where organisation_id = $1)
"""
# What so many organisations have set up is remembered.
MOST_REMEMBERED = 5_000
_remembered: dict[tuple[int, str], tuple[str, Any]] = {}


class Settled:
    """Facts of the organisation of the open scope that stand in these tables. Who gets one must not change it.

    So many ``ids`` for new rows are drawn in the same round trip (smarketing.lib.tenancy.new_ids).
    """

    def __init__(self, tables: Sequence[type[TenantModel]], *, ids: int = 0) -> None:
        self._organisation_id = current_organisation_id()
        self._marks = _marks_of(tables, self._organisation_id, ids)

    def fact(self, name: str, of: type[TenantModel], ask: Callable[[], T]) -> T:
        """Return what ``ask`` reads of this table, remembered since its rows are what they are."""
        place, mark = (self._organisation_id, name), self._marks[of]
        known = _remembered.get(place)
        if known is not None and known[0] == mark:
            found: T = known[1]
            return found
        found = ask()
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[place] = (mark, found)
        return found


def _marks_of(tables: Sequence[type[TenantModel]], organisation_id: int, ids: int) -> dict[type[TenantModel], str]:
    ((drawn, *marks),) = ask(_marking(tuple(tables)), organisation_id, ids)
    if drawn:
        keep_ids([UUID(one) for one in drawn])
    return dict(zip(tables, marks, strict=True))


@cache
def _marking(tables: tuple[type[TenantModel], ...]) -> Prepared:
    names = [table._meta.db_table for table in tables]
    parts = [MARK.format(table=name) for name in names]
    drawn = "array(select uuidv7()::text from generate_series(1, $2))"
    return Prepared(f"marks_{crc32(str(names).encode()):x}", ["bigint", "int"], f"select {drawn}, {', '.join(parts)}")
