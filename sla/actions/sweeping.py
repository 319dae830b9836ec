"""The sweep: finds every deadline that has passed, over all organisations, and records it once.

# Note [One statement]
A batch is one statement and so one transaction: claim what is due (never what another sweep
holds), record its warnings and breaches, tell the outbox, move the rows. Killed at any moment
it has done all of it or nothing. Its cost depends on what is due, not on what is open.

# Note [Dated at the deadline]
A warning or breach carries the date at which it was due; when it was found is told apart. A
warning whose next step has passed too is recorded as skipped, and nobody hears of it.
"""

import time
from collections.abc import Callable
from datetime import datetime

from django.db import connections

from events import registry
from sla.actions.holding import believed, note_swept, this_machine
from sla.timekeeping import Reading

BATCH = 500

SWEEP = """
with due as materialized (
  select organisation_id, id, subject_id, thread_id, commitment, side, cycle, owner_id, due_at, step, warn_at,
         warn_shares, due_at < %(at)s as late
  from sla_clock
  where state = 'running' and next_event_at < %(at)s
  order by next_event_at limit %(limit)s for update skip locked
),
warnings as (
  select d.*, w.number, w.at, (d.warn_shares ->> (w.number - 1)::int)::int as share,
         d.late or lead(true, 1, false) over (partition by d.id order by w.number) as skipped
  from due d
  cross join lateral (
    select ordinality as number, value::timestamptz as at
    from jsonb_array_elements_text(d.warn_at) with ordinality
  ) w
  where w.number > d.step and w.at < %(at)s
),
recorded as (
  insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, via, at, data, once_key)
  select organisation_id, 'clock.warning', 'clock', id, thread_id, 'task:sla.sweep', at,
         jsonb_build_object('subject', subject_id, 'commitment', commitment, 'side', side, 'cycle', cycle,
           'owner', owner_id, 'due_at', due_at, 'share', share, 'skipped', skipped),
         format('clock:%%s:%%s:%%s', id, cycle, number)
  from warnings
  union all
  select organisation_id, 'clock.breached', 'clock', id, thread_id, 'task:sla.sweep', due_at,
         jsonb_build_object('subject', subject_id, 'commitment', commitment, 'side', side, 'cycle', cycle,
           'owner', owner_id, 'due_at', due_at),
         format('clock:%%s:%%s:breach', id, cycle)
  from due where late
  on conflict (organisation_id, once_key) do nothing
  returning organisation_id, id, kind, data
),
told as (
  insert into events_outbox (organisation_id, event_id, handler, available_at, attempts, error)
  select r.organisation_id, r.id, h.name, %(at)s, 0, ''
  from recorded r
  join unnest(%(kinds)s::text[], %(handlers)s::text[]) as h(kind, name) on h.kind = r.kind
  where r.data -> 'skipped' is distinct from 'true'::jsonb
),
passed as (
  select d.organisation_id, d.id, d.late, d.due_at, max(w.number) as step,
         (select min(value::timestamptz) from jsonb_array_elements_text(d.warn_at)
           where value::timestamptz >= %(at)s and value::timestamptz < d.due_at) as next_warning_at
  from due d left join warnings w on w.organisation_id = d.organisation_id and w.id = d.id
  group by d.organisation_id, d.id, d.late, d.due_at, d.warn_at
)
update sla_clock c
set state = case when p.late then 'breached' else c.state end,
    breached_at = case when p.late then c.due_at end,
    detected_at = case when p.late then %(at)s end,
    next_event_at = case when not p.late then coalesce(p.next_warning_at, c.due_at) end,
    step = coalesce(p.step, c.step)
from passed p
where c.organisation_id = p.organisation_id and c.id = p.id
"""


def sweep(*, limit: int = BATCH, clocks: Callable[[datetime], Reading] = this_machine) -> int:
    """Record everything that is due in all organisations; return how many clocks moved.

    The time is the database's, so that workers with wrong clocks cannot disagree; a time that
    cannot be true moves nothing (Note [Holding]).
    """
    reading = believed(clocks)
    if reading is None:
        return 0
    begun = time.perf_counter()
    moved = _sweep_all(at=reading.at, limit=limit)
    note_swept(reading, moved=moved, took=time.perf_counter() - begun)
    return moved


def _sweep_all(*, at: datetime, limit: int) -> int:
    moved = 0
    while True:
        batch = sweep_batch(at=at, limit=limit)
        moved += batch
        if batch < limit:
            return moved


def sweep_batch(*, at: datetime, limit: int = BATCH) -> int:
    """Record up to ``limit`` due clocks as of ``at``, in one statement; return how many. See Note [One statement]."""
    pairs = [(kind, handler.name) for kind in ("clock.warning", "clock.breached") for handler in registry.after(kind)]
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(
            SWEEP,
            {
                "at": at,
                "limit": limit,
                "kinds": [kind for kind, _name in pairs],
                "handlers": [name for _kind, name in pairs],
            },
        )
        return int(cursor.rowcount)
