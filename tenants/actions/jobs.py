"""Starting and ending long work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from events.nudge import nudge
from smarketing.lib.errors import DomainError
from tenants.models import Job, Membership

# The task in tenants/tasks.py, by its name: actions do not import tasks.
RUN_JOBS = "tenants.jobs"

OPEN = (Job.State.WAITING, Job.State.RUNNING)


class JobFinished(DomainError):
    """What has ended cannot be stopped any more."""

    code = "job_finished"


@transaction.atomic
def start_job(*, kind: str, params: Mapping[str, Any], by: Membership | None, at: datetime, total: int = 0) -> Job:
    """Put long work into the queue and return its row; ``total`` is how much it is, 0 while nobody knows."""
    job = Job.objects.create(kind=kind, params=dict(params), by=by, total=total, created_at=at, next_at=at)
    record("job.started", job, by=by, at=at, data={"kind": kind})
    transaction.on_commit(lambda: nudge(RUN_JOBS))
    return job


@transaction.atomic
def cancel_job(job: Job, *, by: Membership, at: datetime) -> None:
    """Let a job do no further step; what it has done stays. Raises JobFinished."""
    changed = Job.objects.filter(pk=job.pk, state__in=OPEN).update(state=Job.State.CANCELLED, finished_at=at)
    if not changed:
        raise JobFinished(_("This has ended already."))
    record("job.cancelled", job, by=by, at=at, data={"kind": job.kind})
