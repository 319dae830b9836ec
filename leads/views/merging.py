"""Two leads that may be one person: suggestions, the preview of a merge, merging and undoing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions, queries, words
from leads.actions.merging import UNDO_FOR
from leads.models import Lead
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only

MAY_MERGE = access.MAY_MERGE


@members_only(*access.SEES_DUPLICATES)
@require_GET
def duplicates(request: MemberRequest) -> HttpResponse:
    """Every suggestion that waits for a decision."""
    return _list(request)


@members_only(*MAY_MERGE)
@require_POST
def duplicate_dismiss(request: MemberRequest, duplicate_id: UUID) -> HttpResponseBase:
    """Say that two leads are not one person."""
    found = access.get_duplicate(request.membership, duplicate_id)
    actions.dismiss_duplicate(found, by=request.membership, at=now())
    if request.htmx:
        return _list(request)
    return redirect("leads:duplicates", slug=request.organisation.slug)


def _list(request: MemberRequest) -> HttpResponse:
    rows = [
        {"row": row, "reasons": [words.word(words.DUPLICATE_KINDS, kind) for kind in row.kinds]}
        for row in queries.open_duplicates()
    ]
    context = {"rows": rows, "may_merge": request.membership.has(*MAY_MERGE)}
    return render_page(request, "leads/duplicates.html", context, partial="list")


@members_only()
@require_GET
def lead_twins(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """Whether a lead may be somebody who is known already: suggestions, and merges that can be undone."""
    lead = access.get_lead(request.membership, lead_id)
    may_merge = request.membership.has(*MAY_MERGE) and lead.merged_into_id is None
    context = {
        "lead": lead,
        "rows": queries.duplicates_of(lead) if request.membership.has(*access.SEES_DUPLICATES) else [],
        "merges": queries.merges_into(lead, since=now() - UNDO_FOR),
        "may_merge": may_merge,
    }
    return render_page(request, "leads/lead_twins.html", context, partial="twins")


@members_only(*MAY_MERGE)
@require_http_methods(["GET", "POST"])
def merge(request: MemberRequest, lead_id: UUID) -> HttpResponseBase:
    """Show what merging two leads would do, and do it."""
    lead = access.get_lead(request.membership, lead_id)
    other = _other(request)
    if request.method == "POST" and other is not None:
        take = [name for name in queries.MERGEABLE if request.POST.get(f"take_{name}") == "other"]
        try:
            done = actions.merge_leads(lead, other, take=take, by=request.membership, at=now())
        except DomainError as refusal:
            return _preview(request, lead, other, status=409, refusal=str(refusal))
        messages.success(request, _("Merged. You can undo this for 30 days."))
        return redirect("leads:detail", slug=request.organisation.slug, lead_id=done.survivor_id)
    return _preview(request, lead, other, status=422 if request.method == "POST" else 200)


@members_only(*MAY_MERGE)
@require_POST
def unmerge(request: MemberRequest, lead_id: UUID) -> HttpResponseBase:
    """Undo the newest merge of a lead."""
    lead = access.get_lead(request.membership, lead_id)
    found = queries.newest_merge(lead)
    if found is None:
        raise Http404
    actions.undo_merge(found, by=request.membership, at=now())
    messages.success(request, _("The merge is undone. Both leads are back."))
    return redirect("leads:detail", slug=request.organisation.slug, lead_id=found.dropped_id)


def _other(request: MemberRequest) -> Lead | None:
    """Return the lead that is named beside the one in the address: by its id, its number or its e-mail address."""
    told = (request.POST.get("with") or request.GET.get("with") or "").strip()[:320]
    if not told:
        return None
    try:
        return access.get_lead(request.membership, UUID(told))
    except (ValueError, ValidationError):
        return queries.lead_called(request.membership, told)


def _preview(
    request: MemberRequest, lead: Lead, other: Lead | None, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    same = other is not None and other.pk == lead.pk
    context: dict[str, Any] = {
        "lead": lead,
        "other": other,
        "asked": request.POST.get("with") or request.GET.get("with") or "",
        "preview": queries.merge_preview(lead, other) if other is not None and not same else None,
        "likely": queries.duplicates_of(lead),
        "undo_days": UNDO_FOR.days,
        "refusal": refusal or (_("This is the same lead.") if same else ""),
    }
    return render_page(request, "leads/merge.html", context, partial="preview", status=status)
