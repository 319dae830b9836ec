"""Evidence of a rejection: looked at, added, taken away; files are saved, never shown."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions, queries
from leads.forms import MOST_BYTES, EvidenceForm
from leads.models import Handover
from smarketing.lib.clock import now
from smarketing.lib.downloads import attachment
from smarketing.lib.errors import InvalidInput
from smarketing.lib.uploads import takes_uploads
from tenants.access import MemberRequest, members_only, require
from tenants.queries import content_of
from tenants.roles import SIDES


@members_only()
@require_http_methods(["GET", "POST"])
@takes_uploads(MOST_BYTES)
def evidence(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """The files on a handover; POST adds some to the side of the member."""
    if request.method == "POST":
        require(request.membership, *SIDES)
    handover = access.get_handover(request.membership, handover_id)
    sent = request.method == "POST"
    form = EvidenceForm(request.POST, request.FILES) if sent else EvidenceForm()
    if sent and form.is_valid():
        try:
            actions.add_evidence(handover, uploads=form.uploads(), by=request.membership, at=now())
        except InvalidInput as refused:
            for fault in refused.errors:
                form.add_error("evidence_files", fault.detail)
        else:
            messages.success(request, _("Added."))
            return _back(request, handover)
    return _page(request, handover, form)


def _page(request: MemberRequest, handover: Handover, form: EvidenceForm) -> HttpResponse:
    context = {
        "handover": {"handover_id": handover.pk, "lead_id": handover.lead_id, "name": handover.lead.name},
        "evidence": queries.evidence_on(handover, request.membership),
        "may_add": queries.may_add(handover, request.membership),
        "form": form,
    }
    return render(request, "leads/evidence.html", context, status=422 if form.is_bound else 200)


@members_only()
@require_GET
def evidence_file(request: MemberRequest, handover_id: UUID, evidence_id: UUID) -> HttpResponse:
    """One file, to be saved."""
    found = access.get_evidence(request.membership, handover_id, evidence_id)
    content = content_of(found.file)
    if content is None:
        raise Http404
    return attachment(content, name=found.file.name, media_type=found.file.media_type)


@members_only(*sorted(SIDES))
@require_POST
def evidence_take_back(request: MemberRequest, handover_id: UUID, evidence_id: UUID) -> HttpResponse:
    """Take one's own file away, or withdraw it where it is part of the record."""
    found = access.get_evidence(request.membership, handover_id, evidence_id)
    left = actions.take_back_evidence(found, by=request.membership, at=now())
    messages.success(request, _("Removed.") if left is None else _("Withdrawn; it stays on record."))
    return _back(request, found.handover)


def _back(request: MemberRequest, handover: Handover) -> HttpResponse:
    return redirect("leads:evidence", slug=request.organisation.slug, handover_id=handover.pk)
