"""One lead as a whole, and handing it over."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads import access, actions, queries
from leads.forms import HandoverForm
from leads.models import Lead
from leads.queries.shapes import LeadDetail, Undo
from leads.views.inbox import undo_of
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import MARKETING


@members_only()
@require_GET
def lead_detail(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """One lead with everything that is known and owed."""
    lead = access.get_lead(request.membership, lead_id)
    return _detail(request, lead, at=now())


def _detail(
    request: MemberRequest, lead: Lead, *, at: datetime, form: HandoverForm | None = None, refusal: str = ""
) -> HttpResponse:
    shown = queries.lead_detail(lead, request.membership, at=at, zone=request.organisation.zone)
    context = {
        "lead": shown,
        "form": form or HandoverForm(needs_override=shown.needs_override),
        "needs_override": shown.needs_override,
        "refusal": refusal,
        "last_act": _last_act(request, shown, at=at),
    }
    target = request.htmx.target or "" if request.htmx else ""
    part = target if target in ("sla", "path", "evidence", "timeline") else ""
    status = 409 if refusal else 422 if form is not None and form.errors else 200
    return render_page(request, "leads/lead_detail.html", context, partial=part, status=status)


def _last_act(request: MemberRequest, shown: LeadDetail, *, at: datetime) -> Undo | None:
    """Return how to take back here what the member has just decided here."""
    if "undo" not in shown.may or shown.handover_id is None:
        return None
    undo = undo_of(request, access.get_handover(request.membership, shown.handover_id), at=at)
    return replace(undo, url=f"{undo.url}?from=lead") if undo else None


@members_only(*MARKETING)
@require_POST
def handover(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """Hand a lead over to sales."""
    at = now()
    lead = access.get_lead(request.membership, lead_id)
    form = HandoverForm(request.POST, needs_override=not lead.tier)
    if not form.is_valid():
        return _detail(request, lead, at=at, form=form)
    told = form.cleaned_data
    try:
        actions.hand_over(
            lead, by=request.membership, at=at, note=told["note"], override_reason=told.get("override_reason", "")
        )
    except DomainError as error:
        return _detail(request, lead, at=at, form=form, refusal=error.sentence)
    messages.success(request, _("Handed over %(name)s.") % {"name": lead.name})
    return redirect("leads:detail", slug=request.organisation.slug, lead_id=lead.pk)
