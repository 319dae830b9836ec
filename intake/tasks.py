"""Judging what no request has judged: what came in a crowd, and what a crash or a lost database left."""

import logging
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import connection, connections

from events.nudge import nudge
from intake.actions import JUDGE_WAITING, judge, judge_many, note_failure
from intake.models import Submission
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope

log = logging.getLogger(__name__)

# Younger ones are being judged by the request that stored them.
GRACE_SECONDS = 1
# Each failure makes the next attempt wait longer.
PAUSE_SECONDS = 10
# So many are judged in one transaction, and so long before others get their turn: deadlines do not wait for a burst.
PIECE = 100
TURN_SECONDS = 2

# From one organisation to the next along the index: what waits of one costs the others nothing.
WAITING = """
with recursive waiting as (
  (select organisation_id from intake_submission where state = 'received' order by organisation_id limit 1)
  union all
  select (select s.organisation_id from intake_submission s
    where s.state = 'received' and s.organisation_id > waiting.organisation_id order by s.organisation_id limit 1)
  from waiting where organisation_id is not null
)
select organisation_id from waiting where exists (
  select from intake_submission s where s.organisation_id = waiting.organisation_id and s.state = 'received'
    and s.received_at <= %(at)s - interval '1 second' * (%(grace)s + s.attempts * s.attempts * %(pause)s)
)
"""
# A visitor waits for the answer, nobody for the judging: while so many posts come within a second the door has the
# machine for itself, until the first of them has waited for so long.
CROWD = 100
PATIENCE_SECONDS = 20
# One worker judges for an organisation while posts keep coming, so that a burst takes neither the door's share of the
# machine nor all workers from deadlines; when nothing comes any more a second one helps.
QUIET_SECONDS = 2
IS_MY_TURN = """
select case
  when not exists (select from intake_submission where organisation_id = %(organisation)s and state = 'received'
    and received_at <= %(at)s - interval '1 second' * %(patience)s)
  and exists (select from intake_submission where organisation_id = %(organisation)s
    and received_at > %(at)s - interval '1 second' order by received_at desc offset %(crowd)s - 1) then false
  when pg_try_advisory_xact_lock(hashtextextended('intake.judge', %(organisation)s)) then true
  when exists (select from intake_submission where organisation_id = %(organisation)s
    and received_at > %(at)s - interval '1 second' * %(quiet)s) then false
  else pg_try_advisory_xact_lock(hashtextextended('intake.help', %(organisation)s))
end
"""
PACE = {"quiet": QUIET_SECONDS, "crowd": CROWD, "patience": PATIENCE_SECONDS}
# What another worker has in its hands is left to it.
MINE = """
select id from intake_submission
where organisation_id = %(organisation)s and state = 'received'
  and received_at <= %(at)s - interval '1 second' * (%(grace)s + attempts * attempts * %(pause)s)
order by received_at limit %(piece)s for update skip locked
"""


@shared_task(name=JUDGE_WAITING)
def judge_waiting() -> int:
    """Judge what waits, oldest first, for a turn's time; return how many."""
    end, done = monotonic() + TURN_SECONDS, 0
    while found := finish(at=now()):
        done += found
        if monotonic() > end:
            nudge(JUDGE_WAITING)
            break
    return done


def finish(*, at: datetime) -> int:
    """Judge one piece of what waits of each organisation, in a transaction of its own; return how many."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(WAITING, _due(at))
        organisations = [row[0] for row in cursor.fetchall()]
    return sum(_finish_some(organisation_id, at=at) for organisation_id in organisations)


def _due(at: datetime) -> dict[str, Any]:
    return {"at": at, "grace": GRACE_SECONDS, "pause": PAUSE_SECONDS}


def _finish_some(organisation_id: int, *, at: datetime) -> int:
    mine: list[UUID] = []
    try:
        with tenant_scope(organisation_id):
            if not _is_my_turn(organisation_id, at=at):
                return 0
            mine = _mine(organisation_id, at=at)
            judge_many(mine, at=at)
    except Exception:
        # Any post may break anything: one by one it is found, and the others go on.
        log.exception("%s submissions could not be judged together", len(mine))
        for submission_id in mine:
            _finish_one(organisation_id, submission_id, at=at)
    return len(mine)


def _is_my_turn(organisation_id: int, *, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_MY_TURN, {"at": at, "organisation": organisation_id, **PACE})
        return bool(cursor.fetchone()[0])


def _mine(organisation_id: int, *, at: datetime) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(MINE, {**_due(at), "organisation": organisation_id, "piece": PIECE})
        return [row[0] for row in cursor.fetchall()]


def _finish_one(organisation_id: int, submission_id: UUID, *, at: datetime) -> None:
    try:
        with tenant_scope(organisation_id):
            judge(Submission.objects.get(pk=submission_id), at=at)
    except Exception:
        # This is the one; it is counted until a person sees it.
        log.exception("Submission %s could not be judged", submission_id)
        with tenant_scope(organisation_id):
            note_failure(Submission.objects.get(pk=submission_id), at=at)
