"""The outbox worker: claims waiting rows of all organisations, runs each handler once per event."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections

from events import registry
from events.actions import push_back, put_off, withdraw_row
from events.models import Outbox
from smarketing.lib.scope import tenant_scope

log = logging.getLogger(__name__)

# A worker that dies with a row in its hands gives it back after this long.
LEASE = timedelta(seconds=30)

CLAIM = """
update events_outbox set leased_until = %(leased_until)s
where id in (
  select id from events_outbox
  where done_at is null and withdrawn_at is null and dead_at is null
    and available_at <= %(at)s and (leased_until is null or leased_until <= %(at)s)
  order by available_at limit %(limit)s for update skip locked
)
returning organisation_id, id
"""


@dataclass(frozen=True)
class Claimed:
    """One waiting outbox row that this worker may now handle."""

    organisation_id: int
    outbox_id: UUID


def relay_waiting(*, at: datetime, limit: int = 200) -> int:
    """Handle up to ``limit`` waiting rows of all organisations; return how many were claimed."""
    claimed = claim(at=at, limit=limit)
    for row in claimed:
        deliver(row, at=at)
    return len(claimed)


def claim(*, at: datetime, limit: int) -> list[Claimed]:
    """Lease waiting rows, oldest first, never one that another worker holds."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(CLAIM, {"at": at, "leased_until": at + LEASE, "limit": limit})
        return [Claimed(*row) for row in cursor.fetchall()]


def deliver(claimed: Claimed, *, at: datetime) -> None:
    """Run the handler and mark the row done in one transaction; a failure is noted and tried again later."""
    try:
        with tenant_scope(claimed.organisation_id):
            _deliver_inside(claimed, at=at)
    except Exception as error:
        # Any handler may fail in any way; the row keeps the reason and its next attempt, the others go on.
        log.exception("Outbox row %s failed", claimed.outbox_id)
        with tenant_scope(claimed.organisation_id):
            push_back(Outbox.objects.get(pk=claimed.outbox_id), error=repr(error), at=at)


def _deliver_inside(claimed: Claimed, *, at: datetime) -> None:
    # The row's lock makes twins wait; whoever comes second finds it done.
    row = Outbox.objects.select_for_update(of=("self",)).select_related("event").get(pk=claimed.outbox_id)
    if row.done_at or row.withdrawn_at or row.dead_at:
        return
    handler = registry.after_by_name(row.handler)
    if handler is not None and handler.timing is not None and not _may_be_told(row, handler.timing, at=at):
        return
    if handler is not None:
        handler.run(row.event)
    Outbox.objects.filter(pk=row.pk, done_at=None).update(done_at=at, leased_until=None)


def _may_be_told(row: Outbox, timing: registry.Timing, *, at: datetime) -> bool:
    """Tell whether it is time; else put the row off, or take it back when it is no news any more."""
    when = timing(row.event, at)
    if when is None:
        withdraw_row(row, at=at)
    elif when > at:
        put_off(row, until=when)
    return when is not None and when <= at
