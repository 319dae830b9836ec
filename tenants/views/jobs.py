"""Long work: how far it is, and stopping it."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page, wants_fragment
from tenants import access, actions, queries
from tenants.access import MemberRequest, members_only
from tenants.models import Job


@members_only()
@require_GET
def job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Show how far one job is; the part that asks for itself again until it has ended."""
    return _page(request, access.get_job(request.membership, job_id))


@members_only(*queries.STOPS_JOBS)
@require_POST
def job_cancel(request: MemberRequest, job_id: UUID) -> HttpResponseBase:
    """Stop a job; what it has done stays."""
    found = access.get_job(request.membership, job_id)
    actions.cancel_job(found, by=request.membership, at=now())
    if wants_fragment(request):
        return _page(request, access.get_job(request.membership, job_id))
    return redirect("tenants:job", slug=request.organisation.slug, job_id=found.pk)


def _page(request: MemberRequest, found: Job) -> HttpResponse:
    return render_page(
        request, "tenants/job.html", {"job": queries.job_row(found, reader=request.membership)}, partial="job"
    )
