"""Counting subjects: what they bring now replaces what they brought before, in the slices of the organisation."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from dashboards.models import Counted
from dashboards.rollups.loading import brought_of
from dashboards.rollups.parts import Brought, By, Delta, Part, Place
from smarketing.lib.scope import current_organisation_id

ADD = """
insert into dashboards_slice (organisation_id, dimension, key, month, day, measure, detail, n, amount)
select %(organisation)s, d.* from unnest(%(dimension)s::text[], %(key)s::text[], %(month)s::date[], %(day)s::date[],
  %(measure)s::text[], %(detail)s::text[], %(n)s::bigint[], %(amount)s::numeric[]) d
on conflict (organisation_id, dimension, key, month, day, measure, detail)
do update set n = dashboards_slice.n + excluded.n, amount = dashboards_slice.amount + excluded.amount
"""
_COLUMNS = ("dimension", "key", "month", "day", "measure", "detail")

KEEP = """
insert into dashboards_counted (organisation_id, subject_id, by, parts)
select %(organisation)s, k.* from unnest(%(subject)s::uuid[], %(by)s::jsonb[], %(parts)s::jsonb[]) k
on conflict (organisation_id, subject_id) do update set by = excluded.by, parts = excluded.parts
"""


def count_subjects(subject_ids: Sequence[UUID], *, zone: str) -> int:
    """Count these subjects as they are now; return how many bring something else than before.

    The caller holds the organisation's row: two at once would both add the same difference.
    """
    changed = differing(subject_ids, zone=zone)
    if changed:
        delta = Delta()
        for before, after in changed.values():
            delta.replace(before, after)
        _add(delta.sums())
        _keep({subject_id: after for subject_id, (_before, after) in changed.items()})
    return len(changed)


def differing(subject_ids: Sequence[UUID], *, zone: str) -> dict[UUID, tuple[Brought, Brought]]:
    """Return those that bring something else than when they were counted last: before and now."""
    before, now = counted(subject_ids), brought_of(subject_ids, zone=zone)
    nothing = Brought()
    pairs = {pk: (before.get(pk, nothing), now.get(pk, nothing)) for pk in subject_ids}
    return {pk: (was, is_now) for pk, (was, is_now) in pairs.items() if was != is_now}


def counted(subject_ids: Iterable[UUID]) -> dict[UUID, Brought]:
    """Return what subjects brought when they were counted last."""
    rows = Counted.objects.filter(subject__in=list(subject_ids)).values_list("subject", "by", "parts")
    return {subject_id: read(by, parts) for subject_id, by, parts in rows}


def read(by: Sequence[str], parts: Iterable[Sequence[Any]]) -> Brought:
    """Return what was kept as JSON."""
    return Brought(By(*by), tuple(Part._make([*part[:6], Decimal(part[6])]) for part in parts))


def written(brought: Brought) -> tuple[str, str]:
    """Return what is kept of a subject, as JSON."""
    parts = [[*part[:6], str(part.amount)] for part in brought.parts]
    return json.dumps(brought.by), json.dumps(parts, separators=(",", ":"))


def _add(sums: Mapping[Place, tuple[int, Decimal]]) -> None:
    if not sums:
        return
    columns: dict[str, list[Any]] = {name: [place[i] for place in sums] for i, name in enumerate(_COLUMNS)}
    columns["n"] = [n for n, _amount in sums.values()]
    columns["amount"] = [amount for _n, amount in sums.values()]
    with connection.cursor() as cursor:
        cursor.execute(ADD, columns | {"organisation": current_organisation_id()})


def _keep(brought: Mapping[UUID, Brought]) -> None:
    texts = [written(one) for one in brought.values()]
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "subject": [str(subject_id) for subject_id in brought],
        "by": [by for by, _parts in texts],
        "parts": [parts for _by, parts in texts],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)
