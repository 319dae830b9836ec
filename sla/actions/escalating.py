"""Telling the next ones up: each step of the ladder once, dated when it was due, told within working hours.

# Note [One notice per step]
The clock's row says which step comes next and when; whoever takes it holds the row's lock, and the step's event has
a key that can exist once. A worker that dies has done nothing; a second one finds the step taken. After an outage
only the last step that passed is told; those before it are recorded as skipped.

# Note [Nobody is told outside their hours]
The event is recorded at once and dated at the step; its notice waits in the outbox until the reader's next opening,
and is withdrawn when the clock ends before. People of a side keep the hours of their side's calendar; the board has
none of its own and keeps those of sales.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from events.actions import record
from sla.actions.course import who_owes
from sla.clocks import BREACHED, RUNNING
from sla.escalation import PassedStep, passed_steps, step_at
from sla.models import Clock
from sla.queries.histories import History, clock_history
from sla.queries.ladder import opening_for, people_on
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership

BATCH = 200

# A deadline that has passed is the sweep's to record first.
DUE = """
select organisation_id, id from sla_clock
where escalate_at < %(at)s and (state = 'breached' or due_at >= %(at)s)
order by escalate_at limit %(limit)s
"""


def escalate_due(*, at: datetime, limit: int = BATCH) -> int:
    """Take the steps that are due in all organisations, each clock in a transaction of its own; return how many."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(DUE, {"at": at, "limit": limit})
        due: list[tuple[int, UUID]] = cursor.fetchall()
    taken = 0
    for organisation_id, clock_id in due:
        with tenant_scope(organisation_id):
            taken += escalate_clock(clock_id, at=at)
    return taken


@transaction.atomic
def escalate_clock(clock_id: UUID, *, at: datetime) -> int:
    """Take the steps of one clock that have passed; return how many. See Note [One notice per step]."""
    clock = _claimed(clock_id, at)
    if clock is None or clock.state not in (RUNNING, BREACHED):
        return 0
    history = clock_history(clock)
    dates = _dates(clock, history, at=at)
    steps = passed_steps(dates, given=clock.escalation_step, at=at)
    for step in steps:
        _take(clock, step, at=at)
    given = steps[-1].number + 1 if steps else clock.escalation_step
    following = dates[given][1] if given < len(dates) else None
    Clock.objects.filter(pk=clock.pk).update(escalation_step=given, escalate_at=following)
    return len(steps)


def _claimed(clock_id: UUID, at: datetime) -> Clock | None:
    """Return the clock, locked, unless another worker holds it or has been there."""
    rows = Clock.objects.select_for_update(skip_locked=True, of=("self",)).filter(escalate_at__lt=at)
    return rows.select_related("version", "subject", "owner__manager").filter(pk=clock_id).first()


def _dates(clock: Clock, history: History, *, at: datetime) -> list[tuple[int, datetime | None]]:
    moment = max(at, history.last_at)
    return [(share, history.reached_at(share, at=moment)) for share in clock.escalate_shares]


def _take(clock: Clock, step: PassedStep, *, at: datetime) -> None:
    """Record a step, once for all who open at the same moment: mostly one event."""
    rung = step_at(clock.version.content, step.share)
    told = people_on(rung.to, clock, at=at) if rung and not step.skipped else []
    reassigns = rung is not None and rung.reassign and not step.skipped
    for number, (opens_at, members) in enumerate(_by_opening(told, at=at)):
        data = {
            "share": step.share,
            "step": step.number + 1,
            "skipped": step.skipped,
            "to": list(rung.to) if rung else [],
            "members": [str(member.pk) for member in members],
            "told_at": opens_at.isoformat(),
            "reassign": reassigns and number == 0,
        }
        _record(clock, step, number, data, hold_until=opens_at if opens_at > at else None)


def _by_opening(members: Sequence[Membership], *, at: datetime) -> Iterable[tuple[datetime, list[Membership]]]:
    """Return the readers by the moment from which they may be told; with nobody to tell the step is recorded too."""
    found: dict[datetime, list[Membership]] = {}
    for member in members:
        found.setdefault(opening_for(member, at=at), []).append(member)
    return sorted(found.items(), key=lambda pair: pair[0]) or [(at, [])]


def _record(clock: Clock, step: PassedStep, number: int, data: dict[str, Any], *, hold_until: datetime | None) -> None:
    suffix = f":{number + 1}" if number else ""
    record(
        "clock.escalated",
        clock,
        by=None,
        at=step.at,
        thread=clock.thread_id,
        data={**who_owes(clock), **data},
        once=f"clock:{clock.pk}:{clock.cycle}:escalation:{step.number + 1}{suffix}",
        hold_until=hold_until,
    )
