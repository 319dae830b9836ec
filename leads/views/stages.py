"""The stages of an organisation, and moving one lead."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions
from leads.forms.faults import last_part, show_faults
from leads.forms.stages import MoveForm, StageForm
from leads.models import Lead
from leads.queries.attributes import field_labels
from leads.queries.ownership import handover_with_sales
from leads.queries.stages import stage_labels, stage_row, stage_rows, stays_of
from leads.stages import BACK_BY_SALES, BY_MARKETING
from leads.views.dialogs import form_answer
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.models import Membership
from tenants.queries import job_row, newest_job
from tenants.roles import MARKETING, SALES, Role

KEEPERS = (Role.MARKETING_MANAGER, Role.ADMINISTRATOR)


@members_only(*KEEPERS)
@require_GET
def stages(request: MemberRequest) -> HttpResponse:
    """What the organisation says of its stages; and judging all leads again."""
    job = newest_job(actions.RESCORE)
    context = {"stages": stage_rows(), "job": job_row(job, reader=request.membership) if job else None}
    return render_page(request, "leads/stages.html", context, partial="list")


@members_only(*KEEPERS)
@require_http_methods(["GET", "POST"])
def stage_change(request: MemberRequest, stage: str) -> HttpResponse:
    """Set the name, the alarm and the demands of a stage."""
    row = stage_row(stage)
    if row is None:
        raise Http404
    form, refusal = StageForm(row, field_labels(), request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.change_stage(
                stage, label=told["label"], dwell_days=told["dwell_days"], entry=form.entry(),
                revision=told["revision"], by=request.membership, at=now(),
            )  # fmt: skip
        except InvalidInput as invalid:
            show_faults(form, invalid.errors, form.place_of)
        except DomainError as error:
            refusal = error.sentence
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:stages", slug=request.organisation.slug)
    return form_answer(request, form, title=row.label, submit_label=_("Save"), refusal=refusal)


@members_only(*KEEPERS)
@require_POST
def rescore(request: MemberRequest) -> HttpResponse:
    """Judge all leads again in the background."""
    job = actions.start_rescoring(by=request.membership, at=now())
    return redirect("tenants:job", slug=request.organisation.slug, job_id=job.pk)


@members_only()
@require_GET
def lead_way(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """A lead's way through the stages."""
    lead = access.get_lead(request.membership, lead_id)
    context = {"lead": lead, "stays": stays_of(lead), "may_move": bool(_ways(lead, request.membership))}
    return render_page(request, "leads/lead_way.html", context, partial="way")


@members_only(*MARKETING, *SALES)
@require_http_methods(["GET", "POST"])
def lead_move(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """Move a lead by hand."""
    lead = access.get_lead(request.membership, lead_id)
    form, refusal = MoveForm(stage_labels(), request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.move_lead(lead, **form.cleaned_data, by=request.membership, at=now())
        except InvalidInput as invalid:
            show_faults(form, invalid.errors, last_part)
        except DomainError as error:
            refusal = error.sentence
        else:
            messages.success(request, _("Moved %(name)s.") % {"name": lead.name})
            return redirect("leads:detail", slug=request.organisation.slug, lead_id=lead.pk)
    form.offer(_ways(lead, request.membership))
    title = _("Change the stage of %(name)s") % {"name": lead.name}
    text = _("It is in the stage “%(stage)s” now.") % {"stage": stage_labels()[lead.stage]}
    return form_answer(request, form, title=title, text=text, submit_label=_("Move"), refusal=refusal)


def _ways(lead: Lead, member: Membership) -> dict[str, str]:
    """Return the stages to which this member can move the lead now."""
    if handover_with_sales(lead) is not None:
        back = BACK_BY_SALES.get(lead.stage)
        found = [back] if back and member.has(*SALES) else []
    else:
        found = [stage for stage in BY_MARKETING if stage != lead.stage] if member.has(*MARKETING) else []
    labels = stage_labels()
    return {stage: labels[stage] for stage in found}
