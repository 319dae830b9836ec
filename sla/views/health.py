"""How the engine is doing: whether deadlines are noticed in time and recorded rightly."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from sla.access import READS_HEALTH, STARTS_CHECKS
from sla.actions.verifying import KIND, start_verification
from sla.queries.health import engine_health
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page, wants_fragment
from tenants.access import MemberRequest, members_only
from tenants.queries import job_row, newest_job


@require_GET
@members_only(*READS_HEALTH)
def health(request: MemberRequest) -> HttpResponse:
    """Show how the engine is doing; the figures ask for themselves again."""
    return render_page(request, "sla/health.html", _health(request), partial="engine")


@require_POST
@members_only(*STARTS_CHECKS)
def health_check(request: MemberRequest) -> HttpResponse:
    """Start the nightly check now; one that runs already is shown instead."""
    start_verification(by=request.membership, at=now())
    if wants_fragment(request):
        return render_page(request, "sla/health.html", _health(request), partial="engine")
    return redirect("sla:health", slug=request.organisation.slug)


def _health(request: MemberRequest) -> dict[str, Any]:
    newest = newest_job(KIND)
    return {
        "health": engine_health(at=now()),
        "job": job_row(newest, reader=request.membership) if newest and newest.is_open else None,
        "may_check": request.membership.has(*STARTS_CHECKS),
    }
