"""The list of leads and one lead as a whole."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads import access, actions, queries, words
from leads.forms import HandoverForm
from leads.models import Lead
from leads.pages import Empty, Filter, address, filter_of, views_of
from leads.queries.cohorts import DECIDED, REACHED, CohortCut
from leads.queries.lists import VIEWS
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import MARKETING

PER_PAGE = 50
LONGEST_SEARCH = 200


@members_only()
@require_GET
def lead_list(request: MemberRequest) -> HttpResponse:
    """Every lead that the member may see, by views and filters that are in the URL."""
    asked = _asked(request)
    pages = Paginator(queries.leads_in(request.membership, asked), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = queries.lead_rows(list(page.object_list), at=now(), zone=request.organisation.zone)
    page.object_list = rows  # type: ignore[assignment]
    target = request.htmx.target or "" if request.htmx else ""
    part = target if target in ("table", "filters") else "table"
    return render_page(request, "leads/lead_list.html", _list_context(request, asked, page, pages.count), partial=part)


def _asked(request: MemberRequest) -> queries.Asked:
    given = request.GET
    view, stage, tier = given.get("view", ""), given.get("stage", ""), given.get("tier", "")
    tier = tier if tier in words.TIERS else ""
    return queries.Asked(
        view=view if view in VIEWS else VIEWS[0],
        stage=stage if stage in Lead.Stage.values else "",
        tier=tier,
        text=given.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        cohort=_cohort(request, tier),
    )


def _cohort(request: MemberRequest, tier: str) -> CohortCut | None:
    """Return the cohort that the URL names; without a readable month there is none."""
    given = request.GET
    try:
        month = date.fromisoformat(f"{given.get('month', '')}-01")
        owner = UUID(given["owner"]) if given.get("owner") else None
    except ValueError:
        return None
    decision, reached = given.get("decision", ""), given.get("reached", "")
    return CohortCut(
        month=month,
        tier=tier,
        owner=owner,
        decision=decision if decision in DECIDED else "",
        reached=reached if reached in REACHED else "",
        reason=given.get("reason", "").replace("\x00", "")[:100],
    )


def _list_context(request: MemberRequest, asked: queries.Asked, page: Any, total: int) -> dict[str, Any]:
    path = reverse("leads:list", args=[request.organisation.slug])
    view = asked.view if asked.view != VIEWS[0] else ""
    given = {"view": view, "stage": asked.stage, "tier": asked.tier, "q": asked.text, **_cohort_given(asked)}
    return {
        "page_obj": page,
        "total": total,
        "search": asked.text,
        "views": views_of(path, given, _view_labels(), {}),
        "filters": [
            filter_of(path, given, "stage", _("Stage"), [(key, str(label)) for key, label in words.STAGES.items()]),
            filter_of(path, given, "tier", _("Tier"), [(key, str(label)) for key, label in words.TIERS.items()]),
            *_cohort_filters(path, given, asked),
        ],
        "hidden_by_filters": _hidden(request, asked, total),
        "clear_url": address(path, {"view": view}),
        "csv_url": None,
        "empty": Empty(_("No lead here"), _("The first web form that is sent makes the first lead.")),
    }


def _cohort_given(asked: queries.Asked) -> dict[str, str]:
    cut = asked.cohort
    if cut is None:
        return {}
    owner = str(cut.owner) if cut.owner else ""
    parts = {"decision": cut.decision, "reached": cut.reached, "reason": cut.reason, "owner": owner}
    return {"month": f"{cut.month:%Y-%m}", **parts}


def _cohort_filters(path: str, given: dict[str, str], asked: queries.Asked) -> list[Filter]:
    """Return the chips of a cohort: the month, and what of it a figure counted; each can be cleared."""
    if asked.cohort is None:
        return []
    month = given["month"]
    chips = [filter_of(path, given, "month", _("Sent in"), [(month, date_format(asked.cohort.month, "F Y"))])]
    decisions = [("pending", _("Undecided")), ("accepted", _("Accepted")), ("rejected", _("Rejected"))]
    chips.append(filter_of(path, given, "decision", _("Decision"), decisions))
    reached = [
        ("contacted", _("Contacted")),
        ("untouched", _("Untouched")),
        ("qualified", _("Qualified")),
        ("opportunity", _("Opportunity")),
        ("won", _("Won")),
    ]
    chips.append(filter_of(path, given, "reached", _("Reached"), reached))
    if asked.cohort.reason:
        chips.append(filter_of(path, given, "reason", _("Reason"), [(asked.cohort.reason, asked.cohort.reason)]))
    return chips


def _view_labels() -> list[tuple[str, str]]:
    return [
        ("all", _("All")),
        ("to_send", _("To hand over")),
        ("with_sales", _("With sales")),
        ("nurture", _("Nurture")),
        ("mine", _("Mine")),
    ]


def _hidden(request: MemberRequest, asked: queries.Asked, total: int) -> int:
    """Count what the filters hide, only where they leave nothing: the count costs as much as the list."""
    if total or not (asked.stage or asked.tier or asked.text or asked.cohort):
        return 0
    return queries.leads_in(request.membership, queries.Asked(view=asked.view)).count()


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
    }
    target = request.htmx.target or "" if request.htmx else ""
    part = target if target in ("sla", "path", "evidence", "timeline") else ""
    status = 409 if refusal else 422 if form is not None and form.errors else 200
    return render_page(request, "leads/lead_detail.html", context, partial=part, status=status)


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
