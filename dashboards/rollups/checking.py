"""Counting one day anew, every night another one: what was added up step by step must come out the same."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from random import Random
from typing import NamedTuple
from uuid import UUID

from dashboards.models import Rollup, Slice
from dashboards.rollups.changed import changed_subjects
from dashboards.rollups.counting import counted
from dashboards.rollups.folding import STEP, begin_anew, step
from dashboards.rollups.loading import brought_of
from dashboards.rollups.parts import Brought, Delta, Place
from dashboards.rollups.reading import NONE, Found
from events.actions import record
from sla.models import CreditEntry, Side, Subject
from sla.queries import due_between

log = logging.getLogger(__name__)

# More than this has changed since the mark: the day comes up another night.
MOST_CHANGED = 5000


class Difference(NamedTuple):
    """One figure that was kept otherwise than it comes out."""

    place: Place
    kept: Found
    found: Found


def check_some_day(at: datetime) -> None:
    """Count a day that is drawn by lot anew; a difference is told, and everything is then counted again."""
    if step(at=at).more:
        return
    row = Rollup.objects.select_for_update().exclude(built_at=None).first()
    days = sorted(set(Slice.objects.filter(dimension="all").values_list("day", flat=True)))
    if row is None or not days:
        return
    # The same night draws the same day again, so that what was found can be looked at.
    day = Random(f"{row.pk} {at:%Y-%m-%d}").choice(days)  # noqa: S311 -- a lot, no secret
    found = differences_on(day, row)
    if found is None:
        return
    Rollup.objects.filter(pk=row.pk).update(checked_on=day, checked_at=at, differences=len(found))
    data = {"day": day.isoformat(), "differences": len(found)}
    record("rollups.checked", row, by=None, at=at, data=data)
    if found:
        log.error("Rollups of %s differ on %s, for instance %s", row.organisation_id, day, found[0])
        begin_anew()


def differences_on(day: date, row: Rollup) -> list[Difference] | None:
    """Return where a day's slices are not what its subjects bring; None while too much is under way."""
    under_way = changed_subjects(since=row.horizon, limit=MOST_CHANGED + 1)
    if len(under_way) > MOST_CHANGED:
        return None
    # What has changed since the mark is in the slices as it was counted last.
    expected = _sums_on(day, sorted(_subjects_on(day, zone=row.zone) | set(under_way)), set(under_way), zone=row.zone)
    kept = _kept_on(day)
    places = sorted(expected.keys() | kept.keys())
    pairs = ((place, kept.get(place, NONE), expected.get(place, NONE)) for place in places)
    return [Difference(place, was, comes) for place, was, comes in pairs if was != comes]


def _sums_on(day: date, subject_ids: Sequence[UUID], under_way: set[UUID], *, zone: str) -> dict[Place, Found]:
    delta = Delta()
    for brought in _brought(subject_ids, under_way, zone=zone):
        delta.add(Brought(brought.by, tuple(part for part in brought.parts if part.day == day.isoformat())))
    return delta.sums()


def _brought(subject_ids: Sequence[UUID], under_way: set[UUID], *, zone: str) -> Iterator[Brought]:
    for first in range(0, len(subject_ids), STEP):
        some = subject_ids[first : first + STEP]
        yield from counted([pk for pk in some if pk in under_way]).values()
        yield from brought_of([pk for pk in some if pk not in under_way], zone=zone).values()


def _kept_on(day: date) -> dict[Place, Found]:
    rows = Slice.objects.filter(day=day).values_list("dimension", "key", "month", "measure", "detail", "n", "amount")
    return {
        (dimension, key, month.isoformat(), day.isoformat(), measure, detail): (n, amount)
        for dimension, key, month, measure, detail, n, amount in rows
        if n or amount
    }


def _subjects_on(day: date, *, zone: str) -> set[UUID]:
    """Return whatever can bring something to a day: sent on it, due on it, or with a line of the ledger on it."""
    sent = Subject.objects.filter(kind=Subject.Kind.HANDOVER, counted_month=day.replace(day=1), counted_on=day)
    due = due_between(day, day, zone=zone).filter(side__in=Side.values).values_list("subject", flat=True)
    months = set(Slice.objects.filter(day=day).values_list("month", flat=True))
    lines = CreditEntry.objects.filter(month__in=months | {day.replace(day=1)}, day=day)
    return {*sent.values_list("pk", flat=True), *due, *lines.values_list("subject", flat=True)}
