"""The worker's part: adding up, organisation by organisation, what happened since the last time.

# Note [Marks]
Every event carries the number of its transaction. Numbers are given at the beginning and become visible at the
end, so a mark set at the newest number, or at the newest id, would pass over what commits late. The mark is
therefore the oldest transaction that is still open: all before it have ended, and nothing can appear there any
more. It moves in the transaction that adds the figures up, so a step that dies has done nothing.

# Note [Steps]
A step counts a limited number of subjects and commits. Its place is kept (``cursor``, with the mark that it is on
the way to), so that a long way, such as the first count of a big organisation, is many short transactions.
Meanwhile the mark stays where it was and pages add what lies behind it.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID

from django.db import connections
from django.db.models import F

from dashboards.models import Counted, Rollup, Slice
from dashboards.rollups.changed import changed_subjects, finished_before
from dashboards.rollups.counting import count_subjects
from dashboards.rollups.parts import FORM
from sla.models import Subject
from sla.queries import zone_of_organisation
from smarketing.lib.scope import tenant_scope

log = logging.getLogger(__name__)

# Subjects of one step: well under a second of work.
STEP = 1000
# Longer than a task may live.
LEASE = timedelta(seconds=90)
# How long one organisation may keep the others waiting.
TURN_SECONDS = 10.0
# Where nothing happened that shows in the clocks, somebody looks this often all the same.
IDLE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=1)

PLAN = """
insert into dashboards_rollup (organisation_id, next_at)
select o.id, %(at)s from tenants_organisation o
where not exists (select from dashboards_rollup r where r.organisation_id = o.id)
on conflict do nothing
"""

# Of the events the sweeper sees those of clocks: practically everything that counts moves one. The rest is found
# when the row's own time has come.
CLAIM = """
with due as materialized (
  select organisation_id, id from dashboards_rollup r
  where (leased_until is null or leased_until < %(at)s)
    and (next_at <= %(at)s or (attempts = 0 and exists (
      select from events_event e where e.organisation_id = r.organisation_id and e.txid >= r.horizon)))
  order by next_at limit %(limit)s for update skip locked
)
update dashboards_rollup r set leased_until = %(until)s from due
where r.organisation_id = due.organisation_id and r.id = due.id
returning r.organisation_id
"""


@dataclass(frozen=True)
class Stood:
    """Where a step left the organisation's figures."""

    more: bool
    changed: int


def plan_rollups(*, at: datetime) -> int:
    """Give organisations that have none a row, due at once; return how many."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(PLAN, {"at": at})
        return int(cursor.rowcount)


def fold_due(*, at: datetime, limit: int = 100) -> int:
    """Add up what is new in every organisation that has something; return how many were looked at."""
    found = list(_claim(at=at, limit=limit))
    for organisation_id in found:
        try:
            fold(organisation_id, at=at)
            _rest(organisation_id, at=at)
        except Exception as error:
            # One organisation's trouble must not stop the others; it is kept where people look.
            log.exception("Rollups of %s failed", organisation_id)
            _put_off(organisation_id, error, at=at)
    return len(found)


def fold(organisation_id: int, *, at: datetime, seconds: float = TURN_SECONDS) -> int:
    """Do steps until nothing is left or the turn is over; return how many subjects had changed."""
    end, changed = monotonic() + seconds, 0
    while True:
        with tenant_scope(organisation_id):
            stood = step(at=at)
        changed += stood.changed
        if not stood.more or monotonic() >= end:
            return changed


def step(*, at: datetime, limit: int = STEP) -> Stood:
    """Do one step for the organisation of the open scope. See Note [Steps]."""
    row = Rollup.objects.select_for_update().first()
    if row is None:
        return Stood(more=False, changed=0)
    zone = zone_of_organisation()
    if row.form != FORM or row.zone != zone:
        _begin_anew(row, zone)
    row.target = row.target or finished_before()
    ids = _next_subjects(row, limit=limit)
    changed = count_subjects(ids, zone=zone)
    row.cursor, more = (ids[-1], True) if len(ids) == limit else (None, False)
    _note(row, changed=changed, more=more, at=at)
    return Stood(more, changed)


def _next_subjects(row: Rollup, *, limit: int) -> list[UUID]:
    if row.built_at is not None:
        return changed_subjects(since=row.horizon, until=row.target, after=row.cursor, limit=limit)
    rows = Subject.objects.filter(pk__gt=row.cursor) if row.cursor else Subject.objects.all()
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def _note(row: Rollup, *, changed: int, more: bool, at: datetime) -> None:
    if not more:
        row.horizon, row.target, row.folded_at = row.target or row.horizon, None, at
        row.built_at = row.built_at or at
    row.revision += bool(changed)
    row.save(
        update_fields=["horizon", "target", "cursor", "built_at", "folded_at", "revision", "zone", "form"],
    )


def _begin_anew(row: Rollup, zone: str) -> None:
    """Forget everything that was counted: other days, or another meaning, make all of it wrong."""
    Slice.objects.all().delete()
    Counted.objects.all().delete()
    row.built_at = row.cursor = row.target = None
    row.zone, row.form = zone, FORM
    row.revision += 1


def begin_anew() -> None:
    """Forget what was counted in the organisation of the open scope; the next steps count all of it again."""
    row = Rollup.objects.select_for_update().get()
    _begin_anew(row, zone_of_organisation())
    row.save()


def rebuild(organisation_id: int, *, at: datetime) -> int:
    """Count everything of an organisation again, to the end; return how many subjects bring something."""
    with tenant_scope(organisation_id):
        begin_anew()
    return fold(organisation_id, at=at, seconds=inf)


def _claim(*, at: datetime, limit: int) -> Iterator[int]:
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(CLAIM, {"at": at, "until": at + LEASE, "limit": limit})
        yield from (organisation_id for (organisation_id,) in cursor.fetchall())


def _rest(organisation_id: int, *, at: datetime) -> None:
    with tenant_scope(organisation_id):
        # One that is not done yet comes next; another is woken by its clocks.
        pause = IDLE if Rollup.objects.filter(target=None).exists() else timedelta(0)
        Rollup.objects.update(next_at=at + pause, leased_until=None, attempts=0, error="")


def _put_off(organisation_id: int, error: Exception, *, at: datetime) -> None:
    words = f"{type(error).__name__}: {error}"[:500]
    with tenant_scope(organisation_id):
        row = Rollup.objects.select_for_update().get()
        pause = min(timedelta(seconds=10 * 2 ** min(row.attempts, 10)), LONGEST_PAUSE)
        Rollup.objects.update(next_at=at + pause, leased_until=None, attempts=F("attempts") + 1, error=words)
