"""The outbox worker: claims waiting rows of all organisations, runs each handler once per event.

# Note [Rows that are handled together]
Rows of one organisation whose handler takes several events share one transaction: the cost of a burst is that of its
statements. What breaks such a group leaves nothing of it, and its rows are handled one by one: the broken one keeps its
reason and its next attempt, which it makes alone, and the others are done. Handlers of one event keep a transaction for
each.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections

from events import registry
from events.actions import push_back, put_off, withdraw_row
from events.models import Event, Outbox
from smarketing.lib.scope import tenant_scope

log = logging.getLogger(__name__)

# A worker that dies with a row in its hands gives it back after this long.
LEASE = timedelta(seconds=30)
# So many rows at most share a transaction: it holds locks, and another relay may wait for them.
TOGETHER = 100

CLAIM = """
with mine as (
  update events_outbox set leased_until = %(leased_until)s
  where id in (
    select id from events_outbox
    where done_at is null and withdrawn_at is null and dead_at is null
      and available_at <= %(at)s and (leased_until is null or leased_until <= %(at)s)
    order by available_at limit %(limit)s for update skip locked
  )
  returning organisation_id, id, handler, attempts, available_at, event_id
)
select organisation_id, id, handler, attempts from mine order by available_at, event_id
"""


@dataclass(frozen=True)
class Claimed:
    """One waiting outbox row that this worker may now handle."""

    organisation_id: int
    outbox_id: UUID
    handler: str
    attempts: int = 0


def relay_waiting(*, at: datetime, limit: int = 200) -> int:
    """Handle up to ``limit`` waiting rows of all organisations; return how many were claimed."""
    claimed = claim(at=at, limit=limit)
    deliver_all(claimed, at=at)
    return len(claimed)


def claim(*, at: datetime, limit: int) -> list[Claimed]:
    """Lease waiting rows, oldest first, never one that another worker holds."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(CLAIM, {"at": at, "leased_until": at + LEASE, "limit": limit})
        return [Claimed(*row) for row in cursor.fetchall()]


def deliver_all(claimed: Sequence[Claimed], *, at: datetime) -> None:
    """Handle claimed rows in their order; those that go together when the first of them has its turn."""
    groups: dict[object, list[Claimed]] = {}
    for row in claimed:
        handler = registry.after_by_name(row.handler)
        alone = row.attempts > 0 or (handler is not None and handler.run_many is None)
        groups.setdefault(row.outbox_id if alone else (row.organisation_id, row.handler), []).append(row)
    for rows in groups.values():
        for begin in range(0, len(rows), TOGETHER):
            deliver(rows[begin : begin + TOGETHER], at=at)


def deliver(group: Sequence[Claimed], *, at: datetime) -> None:
    """Run the handler of these rows and mark them done, in one transaction; a failure is noted and tried again later.

    They are rows of one organisation and handler. See Note [Rows that are handled together].
    """
    first = group[0]
    try:
        with tenant_scope(first.organisation_id):
            _deliver_inside(group, at=at)
    except Exception as error:
        # Any handler may fail in any way; the row keeps the reason and its next attempt, the others go on.
        log.exception("%s failed with %s outbox rows, the first is %s", first.handler, len(group), first.outbox_id)
        if len(group) == 1:
            with tenant_scope(first.organisation_id):
                push_back(Outbox.objects.get(pk=first.outbox_id), error=repr(error), at=at)
            return
        for row in group:
            deliver([row], at=at)


def _deliver_inside(group: Sequence[Claimed], *, at: datetime) -> None:
    handler = registry.after_by_name(group[0].handler)
    due = [row for row in _locked(group) if not (row.done_at or row.withdrawn_at or row.dead_at)]
    if handler is not None and handler.timing is not None:
        due = [row for row in due if _may_be_told(row, handler.timing, at=at)]
    if handler is not None:
        _run(handler, [row.event for row in due])
    Outbox.objects.filter(pk__in=[row.pk for row in due], done_at=None).update(done_at=at, leased_until=None)


def _locked(group: Sequence[Claimed]) -> list[Outbox]:
    """Return the rows with their events, oldest first.

    Their locks make twins wait, taken in one order by all; whoever comes second finds them done.
    """
    rows = Outbox.objects.select_for_update(of=("self",)).select_related("event").order_by("id")
    return sorted(rows.filter(pk__in=[row.outbox_id for row in group]), key=_age)


def _age(row: Outbox) -> tuple[datetime, UUID]:
    return row.available_at, row.event_id


def _run(handler: registry.After, events: Sequence[Event]) -> None:
    if handler.run_many is not None and len(events) > 1:
        handler.run_many(events)
        return
    for event in events:
        handler.run(event)


def _may_be_told(row: Outbox, timing: registry.Timing, *, at: datetime) -> bool:
    """Tell whether it is time; else put the row off, or take it back when it is no news any more."""
    when = timing(row.event, at)
    if when is None:
        withdraw_row(row, at=at)
    elif when > at:
        put_off(row, until=when)
    return when is not None and when <= at
