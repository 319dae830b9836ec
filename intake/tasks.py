"""Finishing what a crash or a lost database left unjudged."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.db import connections

from intake.actions import judge, note_failure
from intake.models import Submission
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope

log = logging.getLogger(__name__)

# Younger ones are being judged by the request that stored them.
GRACE_SECONDS = 3
# Each failure makes the next attempt wait longer.
PAUSE_SECONDS = 10

WAITING = """
select organisation_id, id from intake_submission
where state = 'received' and received_at <= %(at)s - interval '1 second' * (%(grace)s + attempts * attempts * %(pause)s)
order by received_at limit %(limit)s
"""


@dataclass(frozen=True)
class Waiting:
    """One unjudged submission of one organisation."""

    organisation_id: int
    submission_id: UUID


@shared_task(name="intake.judge_waiting")
def judge_waiting() -> int:
    """Judge what waits, oldest first; return how many."""
    return finish(at=now())


def finish(*, at: datetime, limit: int = 200) -> int:
    """Judge up to ``limit`` waiting submissions of all organisations, each in a transaction of its own."""
    found = list(_waiting(at=at, limit=limit))
    for waiting in found:
        _finish_one(waiting, at=at)
    return len(found)


def _waiting(*, at: datetime, limit: int) -> Iterator[Waiting]:
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(WAITING, {"at": at, "grace": GRACE_SECONDS, "pause": PAUSE_SECONDS, "limit": limit})
        yield from (Waiting(*row) for row in cursor.fetchall())


def _finish_one(waiting: Waiting, *, at: datetime) -> None:
    try:
        with tenant_scope(waiting.organisation_id):
            judge(Submission.objects.get(pk=waiting.submission_id), at=at)
    except Exception:
        # Any post may break anything; the others go on, and this one is counted until a person sees it.
        log.exception("Submission %s could not be judged", waiting.submission_id)
        with tenant_scope(waiting.organisation_id):
            note_failure(Submission.objects.get(pk=waiting.submission_id), at=at)
