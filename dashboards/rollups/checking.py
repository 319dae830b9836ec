"""Counting one day anew, every night another one: what was added up step by step must come out the same.

Its subjects must bring what was counted, the day must be their sum, and the parts of its month must add up to the
whole of it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import NamedTuple
from uuid import UUID

from dashboards.models import Rollup, Slice
from dashboards.rollups.changed import changed_subjects
from dashboards.rollups.counting import counted
from dashboards.rollups.folding import STEP, begin_anew, step
from dashboards.rollups.loading import brought_of
from dashboards.rollups.parts import CRITERIA, LAST_TOUCH, OF_LAST_TOUCH, Brought, Delta, Figures, merge, without_times
from events.actions import record
from sla.models import CreditEntry, Side, Subject
from sla.queries import due_between

log = logging.getLogger(__name__)

# More than this has changed since the mark: the day comes up another night.
MOST_CHANGED = 5000


class Difference(NamedTuple):
    """What was kept otherwise than it comes out: a slice, or a subject."""

    of: str
    kept: object
    found: object


def check_some_day(at: datetime) -> None:
    """Count a day that is drawn by lot anew; a difference is told, and everything is then counted again."""
    if step(at=at).more:
        return
    row = Rollup.objects.select_for_update().exclude(built_at=None).first()
    days = sorted(set(Slice.objects.filter(dimension="day").values_list("key", flat=True)))
    if row is None or not days:
        return
    # The same night draws the same day again, so that what was found can be looked at.
    day = date.fromisoformat(Random(f"{row.pk} {at:%Y-%m-%d}").choice(days))  # noqa: S311 -- a lot, no secret
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
    """Return where a day's figures are not what its subjects bring; None while too much is under way."""
    under_way = changed_subjects(since=row.horizon, limit=MOST_CHANGED + 1)
    if len(under_way) > MOST_CHANGED:
        return None
    sums, found = Delta(), []
    for subjects in _in_steps(sorted(_subjects_on(day, zone=row.zone) | set(under_way))):
        # What has changed since the mark is in the slices as it was counted last.
        settled = [pk for pk in subjects if pk not in under_way]
        kept, now = counted(subjects), brought_of(settled, zone=row.zone)
        pairs = {str(pk): (kept.get(pk, _NOTHING), now.get(pk, _NOTHING)) for pk in settled}
        found += [Difference(of, was, comes) for of, (was, comes) in pairs.items() if was != comes]
        for brought in kept.values():
            sums.add(replace(brought, parts=tuple(part for part in brought.parts if part.day == day.isoformat())))
    return [*found, *_on_day(day, sums), *_in_months(_months_of(day))]


_NOTHING = Brought()


def _in_steps(subject_ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (subject_ids[first : first + STEP] for first in range(0, len(subject_ids), STEP))


def _on_day(day: date, sums: Delta) -> Iterator[Difference]:
    """Return where the slices of a day are not the sum of what its subjects brought."""
    rows = Slice.objects.filter(dimension="day", key=day.isoformat()).values_list("month", "figures")
    kept = {month.isoformat(): figures for month, figures in rows}
    comes = {place.month: merge({}, figures) for place, figures in sums.figures.items() if place.dimension == "day"}
    for month in sorted(kept.keys() | comes.keys()):
        was, found = kept.get(month, {}), comes.get(month, {})
        if was != found:
            yield Difference(f"day {day} of {month}", was, found)


def _in_months(months: Iterable[date]) -> Iterator[Difference]:
    """Return where the parts of a month do not add up to the whole."""
    for month in months:
        sums: dict[tuple[str, bool], Figures] = defaultdict(dict)
        for dimension, part, figures in Slice.objects.filter(month=month).values_list("dimension", "part", "figures"):
            merge(sums[dimension, bool(part)], figures)
        whole = sums["all", False]
        for (dimension, is_part), figures in sorted(sums.items()):
            if dimension == CRITERIA:
                # Figures of their own, which everything does not have.
                continue
            expected = _expected(dimension, whole)
            if figures != expected:
                yield Difference(f"{dimension}{' in parts' if is_part else ''} of {month}", figures, expected)


def _expected(dimension: str, whole: Figures) -> Figures:
    """Return what the slices of a dimension add up to."""
    if dimension == LAST_TOUCH:
        return {measure: details for measure, details in whole.items() if measure in OF_LAST_TOUCH}
    return without_times(whole) if dimension == "owner" else whole


def _months_of(day: date) -> set[date]:
    return set(Slice.objects.filter(dimension="day", key=day.isoformat()).values_list("month", flat=True))


def _subjects_on(day: date, *, zone: str) -> set[UUID]:
    """Return whatever can bring something to a day: sent on it, due on it, or with a line of the ledger on it."""
    sent = Subject.objects.filter(kind=Subject.Kind.HANDOVER, counted_month=day.replace(day=1), counted_on=day)
    due = due_between(day, day, zone=zone).filter(side__in=Side.values).values_list("subject", flat=True)
    lines = CreditEntry.objects.filter(month__in=_months_of(day) | {day.replace(day=1)}, day=day)
    return {*sent.values_list("pk", flat=True), *due, *lines.values_list("subject", flat=True)}
