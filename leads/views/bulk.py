"""Changing many leads at once, and what came of it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from leads import queries
from leads.actions.changing_many import MOST, change_many
from leads.forms.bulk import BulkForm
from leads.models import Lead
from leads.views.exporting import picked_ids
from leads.views.lists import asking_of, list_path
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, get_job, members_only
from tenants.access import sees_result as may_see
from tenants.queries import job_row
from tenants.roles import MARKETING


@members_only(*sorted(MARKETING))
@require_POST
def bulk(request: MemberRequest) -> HttpResponse:
    """Start one change of the ticked leads, or of all that the list shows; the list's parameters are this page's."""
    at = now()
    asking = asking_of(request, request.GET, at=at)
    form = BulkForm(request.POST)
    ids = picked_ids(request)
    if request.POST.get("all"):
        ids = list(queries.leads_in(request.membership, asking.asked).values_list("pk", flat=True)[:MOST])
    if not form.is_valid() or not ids:
        context = {"form": form, "nothing": not ids, "back_url": f"{list_path(request)}?{asking.query}"}
        return render_page(request, "leads/bulk_wrong.html", context, status=422)
    told = form.cleaned_data
    job = change_many(
        ids,
        change=told["change"],
        marketer=form.people.get(told["marketer"]),
        wake_on=told["wake_on"],
        reason=told["reason"],
        by=request.membership,
        at=at,
        next_url=f"{list_path(request)}?{asking.query}",
    )
    return redirect("leads:bulk_done", slug=request.organisation.slug, job_id=job.pk)


@members_only(*sorted(MARKETING))
@require_GET
def bulk_done(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """How far a change of many leads is, and which of them refused."""
    job = get_job(request.membership, job_id)
    shown = may_see(request.membership, job)
    refused = job.result.get("refused", []) if shown else []
    names = {str(pk): lead for pk, lead in Lead.objects.in_bulk([row["lead"] for row in refused]).items()}
    context: dict[str, Any] = {
        "job": job_row(job, reader=request.membership),
        "changed": job.result.get("changed") if shown else None,
        "refused": [{**row, "name": names[row["lead"]].name if row["lead"] in names else ""} for row in refused],
        "back_url": job.params.get("next_url") or list_path(request),
        "page_url": request.path,
    }
    return render_page(request, "leads/bulk_done.html", context, partial="outcome")
