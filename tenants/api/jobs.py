"""Long work: how far it is."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from smarketing.lib.openapi import operation
from tenants import access, answers
from tenants.models import Job
from tenants.rest import KeyView, answer


class OneJob(KeyView):
    """One job."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read"}

    @operation("How far long work is", gives=answers.Job, answers={200: "The job."}, problems=(401, 403, 404))
    def get(self, request: Request, job_id: UUID) -> Response:
        """Answer a job; its result only to who started it, or whose role may look at its kind."""
        job = access.get_job(self.member, job_id)
        return answer(job_data(job, whole=access.sees_result(self.member, job)))


def job_data(job: Job, *, whole: bool) -> dict[str, Any]:
    """Return a job as clients read it; ``result`` is filled when it is done and meant for them."""
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "error": job.error,
        "result": job.result if whole else None,
    }
