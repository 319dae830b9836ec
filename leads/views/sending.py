"""Handing many leads over: what the gate would say of each, then the job and its result."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from leads import access, actions
from leads.actions.bulk import BULK_HANDOVER, MOST
from leads.forms.routing import BulkHandoverForm
from leads.models import Lead
from leads.queries.waiting import sending_rows
from leads.views.exporting import picked_ids
from sla.queries import agreement_in_force
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, get_job, members_only, sees_result
from tenants.models import Membership
from tenants.queries import job_row
from tenants.roles import MARKETING


@members_only(*sorted(MARKETING))
@require_http_methods(["GET", "POST"])
def bulk_handover(request: MemberRequest) -> HttpResponse:
    """Show what would become of the ticked leads (field ``lead``, repeated); with ``confirmed`` start the job."""
    if request.method == "GET":
        return redirect("leads:list", slug=request.organisation.slug)
    at = now()
    leads = _ticked(request)
    confirmed = bool(request.POST.get("confirmed"))
    form = BulkHandoverForm(request.POST if confirmed else None)
    refusal = ""
    if not leads:
        refusal = _("Tick the leads that should go to sales.")
    elif confirmed and form.is_valid():
        try:
            job = actions.start_bulk_handover(leads, **form.cleaned_data, by=request.membership, at=at)
        except InvalidInput as invalid:
            refusal = invalid.errors[0].detail
        else:
            return redirect("leads:bulk_handover_done", slug=request.organisation.slug, job_id=job.pk)
    rows = sending_rows(leads, agreement_in_force(at=at))
    context = {
        "rows": rows,
        "ready": sum(not row.stops for row in rows),
        "below": sum(row.stops == "below_threshold" for row in rows),
        "stopped": sum(row.stops not in ("", "below_threshold") for row in rows),
        "form": form,
        "refusal": refusal,
        "action_url": request.path,
        "back_url": reverse("leads:list", args=[request.organisation.slug]),
    }
    status = 422 if refusal or form.errors else 200
    return render_page(request, "leads/handover_bulk.html", context, status=status)


def _ticked(request: MemberRequest) -> list[Lead]:
    """Return the leads in the order in which they were ticked: it is the order of their turns."""
    ids = picked_ids(request)[:MOST]
    rows = access.visible_leads(request.membership).select_related("company").filter(pk__in=ids)
    found = {lead.pk: lead for lead in rows}
    return [found[pk] for pk in ids if pk in found]


@members_only(*sorted(MARKETING))
@require_GET
def bulk_handover_done(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Show how far a bulk handover is, who got how many, and which leads were refused and why."""
    job = get_job(request.membership, job_id)
    if job.kind != BULK_HANDOVER:
        raise Http404
    shown = sees_result(request.membership, job)
    sent = job.result.get("sent", []) if shown else []
    refused = job.result.get("refused", []) if shown else []
    leads = {str(pk): lead for pk, lead in Lead.objects.in_bulk([row["lead"] for row in refused]).items()}
    names = {str(pk): name for pk, name in Membership.objects.values_list("pk", "name")}
    given: dict[str, int] = {}
    for row in sent:
        who = names.get(row["assigned_to"] or "", _("Waiting for somebody"))
        given[who] = given.get(who, 0) + 1
    context = {
        "job": job_row(job, reader=request.membership),
        "sent": len(sent),
        "given": sorted(given.items(), key=lambda pair: (-pair[1], pair[0])),
        "refused": [{"lead": leads[row["lead"]], "why": row["detail"]} for row in refused if row["lead"] in leads],
        "page_url": request.path,
        "back_url": reverse("leads:list", args=[request.organisation.slug]),
    }
    return render_page(request, "leads/handover_bulk_done.html", context, partial="outcome")
