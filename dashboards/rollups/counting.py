"""Counting subjects: what they bring now replaces what they brought before, in the slices of the organisation."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from dashboards.models import Counted
from dashboards.rollups.loading import brought_of
from dashboards.rollups.parts import Brought, By, Delta, Figures, Part, Place, merge
from smarketing.lib.scope import current_organisation_id

# A step reads and writes each slice once, however many subjects it counts.
READ = """
select s.dimension, s.month::text, s.key, s.part, s.figures::text
from unnest(%(dimension)s::text[], %(month)s::date[], %(key)s::text[], %(part)s::text[]) g(dimension, month, key, part)
join dashboards_slice s on s.organisation_id = %(organisation)s and s.dimension = g.dimension
  and s.month = g.month and s.key = g.key and s.part = g.part
"""
WRITE = """
insert into dashboards_slice (organisation_id, dimension, month, key, part, figures)
select %(organisation)s, g.* from unnest(%(dimension)s::text[], %(month)s::date[], %(key)s::text[], %(part)s::text[],
  %(figures)s::jsonb[]) g
on conflict (organisation_id, dimension, month, key, part) do update set figures = excluded.figures
"""

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
        add(delta)
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
    return Brought(By(*by), tuple(map(Part._make, parts)))


def written(brought: Brought) -> tuple[str, str]:
    """Return what is kept of a subject, as JSON."""
    return json.dumps(brought.by), json.dumps(brought.parts, separators=(",", ":"))


def add(delta: Delta) -> None:
    """Add differences to the slices; the caller holds the organisation's row."""
    if not delta.figures:
        return
    # In one order, so that rows are locked in one order too.
    places = sorted(delta.figures)
    values: dict[str, Any] = {name: [getattr(place, name) for place in places] for name in Place._fields}
    values["organisation"] = current_organisation_id()
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        kept: dict[Place, Figures] = {Place(*row[:4]): json.loads(row[4]) for row in cursor.fetchall()}
        sums = [merge(kept.get(place, {}), delta.figures[place]) for place in places]
        values["figures"] = [json.dumps(figures, separators=(",", ":")) for figures in sums]
        cursor.execute(WRITE, values)


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
