"""Making the rounds and running the jobs of all organisations.

# Note [Leases]
A worker leases what is due in one statement that skips what others hold, then works on it in a
scope of its organisation with the row locked. A worker that dies leaves a lease that ends by
itself; what it did not commit is done again, what it committed is not.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import connections

from events.actions import record
from events.nudge import nudge
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tenants.actions.jobs import RUN_JOBS
from tenants.jobs import job_kind
from tenants.models import Job, Round
from tenants.rounds import round_by_name, round_names

log = logging.getLogger(__name__)

# Longer than a task may live.
LEASE = timedelta(seconds=90)
# A job that has its turn works so long, then the others get theirs.
TURN_SECONDS = 10
FAILED_AFTER = 5
LONGEST_PAUSE = timedelta(hours=1)

PLAN = """
insert into tenants_round (organisation_id, name, next_at, attempts, error)
select o.id, n.name, %(at)s, 0, '' from tenants_organisation o cross join unnest(%(names)s::text[]) as n(name)
where not exists (select from tenants_round r where r.organisation_id = o.id and r.name = n.name)
on conflict do nothing
"""

# See Note [Leases].
CLAIM = """
with due as materialized (
  select organisation_id, id from {table}
  where next_at <= %(at)s and (leased_until is null or leased_until < %(at)s) {open}
  order by next_at limit %(limit)s for update skip locked
)
update {table} t set leased_until = %(until)s from due
where t.organisation_id = due.organisation_id and t.id = due.id
returning t.organisation_id, t.id
"""
CLAIM_ROUNDS = CLAIM.format(table="tenants_round", open="")
CLAIM_JOBS = CLAIM.format(table="tenants_job", open="and state in ('waiting', 'running')")


@dataclass(frozen=True)
class Leased:
    """One row of one organisation that this worker holds."""

    organisation_id: int
    id: UUID


def plan_rounds(*, at: datetime) -> int:
    """Give every organisation the rounds that it does not have yet, due at once; return how many."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(PLAN, {"at": at, "names": round_names()})
        return int(cursor.rowcount)


def make_rounds(*, at: datetime, limit: int = 50) -> int:
    """Make up to ``limit`` due rounds of all organisations, each in a transaction of its own; return how many."""
    found = list(_lease(CLAIM_ROUNDS, at=at, limit=limit))
    for leased in found:
        try:
            with tenant_scope(leased.organisation_id):
                _make(leased.id, at=at)
        except Exception as error:
            # One organisation's trouble must not stop the others; it is kept where people look.
            log.exception("Round %s failed", leased.id)
            with tenant_scope(leased.organisation_id):
                _put_off(leased.id, error, at=at)
    return len(found)


def _make(round_id: UUID, *, at: datetime) -> None:
    row = Round.objects.select_for_update().get(pk=round_id)
    entry = round_by_name(row.name)
    if entry is None:
        # A name of older code: it may come back with a downgrade.
        Round.objects.filter(pk=row.pk).update(next_at=at + LONGEST_PAUSE, leased_until=None)
        return
    if row.next_at > at:
        return
    entry.run(at)
    Round.objects.filter(pk=row.pk).update(
        next_at=at + entry.every, last_at=at, leased_until=None, attempts=0, error=""
    )


def _put_off(round_id: UUID, error: Exception, *, at: datetime) -> None:
    row = Round.objects.select_for_update().get(pk=round_id)
    attempts = row.attempts + 1
    Round.objects.filter(pk=row.pk).update(
        attempts=attempts, error=_words_of(error), next_at=at + _pause(attempts), leased_until=None
    )


def _pause(attempts: int) -> timedelta:
    return min(timedelta(seconds=10 * 2 ** min(attempts, 10)), LONGEST_PAUSE)


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def run_jobs(*, clock: Callable[[], datetime], limit: int = 10, turn_seconds: float = TURN_SECONDS) -> int:
    """Give up to ``limit`` open jobs of all organisations a turn each; return how many had one.

    A turn has many steps; ``clock`` tells each its own moment. What is not finished asks for its next turn at once.
    """
    found = list(_lease(CLAIM_JOBS, at=clock(), limit=limit))
    rest = [_turn(leased, clock=clock, turn_seconds=turn_seconds / len(found)) for leased in found]
    if any(rest):
        nudge(RUN_JOBS)
    return len(found)


def _turn(leased: Leased, *, clock: Callable[[], datetime], turn_seconds: float) -> bool:
    """Do steps of one job until its turn is over or it has ended; tell whether there is more to do now."""
    end = monotonic() + turn_seconds
    while (more := run_step(leased, at=clock())) and monotonic() < end:
        pass
    with tenant_scope(leased.organisation_id):
        # Behind those that wait, with the lease given back.
        Job.objects.filter(pk=leased.id, finished_at=None, attempts=0).update(next_at=clock())
        Job.objects.filter(pk=leased.id).update(leased_until=None)
    return more


def run_step(leased: Leased, *, at: datetime) -> bool:
    """Do one step of a job; tell whether there is more to do now."""
    try:
        with tenant_scope(leased.organisation_id):
            return _step(leased.id, at=at)
    except Exception as error:
        expected = isinstance(error, DomainError)
        log.log(logging.INFO if expected else logging.ERROR, "Job %s: %s", leased.id, error, exc_info=not expected)
        with tenant_scope(leased.organisation_id):
            _note_failure(leased.id, error, for_good=expected, at=at)
        return False


def _step(job_id: UUID, *, at: datetime) -> bool:
    job = Job.objects.select_for_update(of=("self",)).select_related("by").get(pk=job_id)
    if not job.is_open:
        return False
    kind = job_kind(job.kind)
    if kind is None:
        raise LookupError(f"No code knows jobs of the kind {job.kind}.")
    step = kind.step(job, at)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE if step.finished else Job.State.RUNNING,
        cursor=dict(step.cursor),
        done=step.done,
        total=step.total,
        result=dict(step.result),
        attempts=0,
        error="",
        started_at=job.started_at or at,
        finished_at=at if step.finished else None,
    )
    if step.finished:
        record("job.done", job, by=job.by, at=at, data={"kind": job.kind, "done": step.done})
    return not step.finished


def _note_failure(job_id: UUID, error: Exception, *, for_good: bool, at: datetime) -> None:
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if not job.is_open:
        return
    attempts = job.attempts + 1
    ended = for_good or attempts >= FAILED_AFTER
    words = str(error) if for_good else _words_of(error)
    Job.objects.filter(pk=job.pk).update(
        attempts=attempts,
        error=words,
        next_at=at + _pause(attempts),
        state=Job.State.FAILED if ended else job.state,
        finished_at=at if ended else None,
    )
    if ended:
        record("job.failed", job, by=job.by, at=at, data={"kind": job.kind})


def _lease(sql: str, *, at: datetime, limit: int) -> Iterator[Leased]:
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(sql, {"at": at, "limit": limit, "until": at + LEASE})
        yield from (Leased(*row) for row in cursor.fetchall())
