"""Reports: chosen, read, sent at once, and those that were sent."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboards.reports import access, actions
from dashboards.reports.content import Report, report_of
from dashboards.reports.forms import ReportPlanForm
from dashboards.reports.making import file_name
from dashboards.reports.occasions import period_of
from dashboards.reports.pages import plan_card, report_context, sending_rows
from dashboards.reports.paper import report_pdf
from dashboards.reports.readers import both_for, reader_of
from dashboards.reports.words import kind_label
from smarketing.lib.clock import now
from smarketing.lib.downloads import attachment
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.queries import content_of

PER_PAGE = 25
PDF = "application/pdf"


@require_GET
@members_only()
def reports(request: MemberRequest) -> HttpResponse:
    """Show when reports come to the member, and what has been sent."""
    return _page(request)


def _page(request: MemberRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    at, member = now(), request.membership
    sendings = access.sendings_open_to(member).order_by("-at", "-pk")
    found = Paginator(sendings, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "plans": [plan_card(reader, at=at) for reader in both_for(member, request.organisation)],
        "page_obj": found,
        "rows": sending_rows(list(found.object_list)),
        "reads_all": member.has(*access.READ_ALL),
        "refusal": refusal,
    }
    return render_page(request, "dashboards/reports.html", context, partial="list", status=status)


@require_http_methods(["GET", "POST"])
@members_only()
def report_plan(request: MemberRequest, kind: str) -> HttpResponse:
    """Change when a report comes, and how."""
    reader = reader_of(access.get_kind(kind), request.membership, request.organisation)
    form = ReportPlanForm(request.POST if request.method == "POST" else None, reader=reader)
    if form.is_bound and form.is_valid():
        actions.plan_report(kind, **form.told(), by=request.membership, at=now())
        messages.success(request, _("Saved."))
        return redirect("dashboards:reports", slug=request.organisation.slug)
    context = {"form": form, "title": kind_label(kind)}
    return render_page(
        request, "dashboards/report_plan.html", context, partial="form", status=422 if form.is_bound else 200
    )


@require_POST
@members_only()
def report_pause(request: MemberRequest, kind: str) -> HttpResponse:
    """Let no report of this kind come any more."""
    actions.pause_report(access.get_kind(kind), by=request.membership, at=now())
    messages.success(request, _("It does not come any more."))
    return redirect("dashboards:reports", slug=request.organisation.slug)


@require_POST
@members_only()
def report_resume(request: MemberRequest, kind: str) -> HttpResponse:
    """Let reports of this kind come by the plan."""
    actions.resume_report(access.get_kind(kind), by=request.membership, at=now())
    messages.success(request, _("It comes again."))
    return redirect("dashboards:reports", slug=request.organisation.slug)


@require_POST
@members_only()
def report_send(request: MemberRequest, kind: str) -> HttpResponse:
    """Send a report to the member at once."""
    try:
        actions.send_report_now(access.get_kind(kind), by=request.membership, at=now())
    except DomainError as refusal:
        return _page(request, refusal=refusal.sentence, status=refusal.status)
    messages.success(request, _("On its way to %(address)s.") % {"address": request.membership.email})
    return redirect("dashboards:reports", slug=request.organisation.slug)


@require_GET
@members_only()
def report(request: MemberRequest, kind: str) -> HttpResponse:
    """Show a report on the screen, as it would be sent on a day."""
    at = now()
    found, on = _asked(request, kind, at=at)
    context = report_context(found, on, today=_today(request, at))
    return render_page(request, "dashboards/report.html", context)


@require_GET
@members_only()
def report_pdf_page(request: MemberRequest, kind: str) -> HttpResponse:
    """Save a report as PDF, as it would be sent on a day."""
    found, _on = _asked(request, kind, at=now())
    name = file_name(request.organisation, kind, found.period)
    return attachment(report_pdf(found), name=name, media_type=PDF)


def _asked(request: MemberRequest, kind: str, *, at: datetime) -> tuple[Report, date]:
    on = access.day_from(request.GET.get("on", ""), today=_today(request, at))
    if on is None:
        raise Http404
    return report_of(access.get_kind(kind), period_of(kind, on), request.organisation, at=at), on


def _today(request: MemberRequest, at: datetime) -> date:
    return at.astimezone(ZoneInfo(request.organisation.zone)).date()


@require_GET
@members_only()
def report_paper(request: MemberRequest, sending_id: UUID) -> HttpResponse:
    """Save a report as it was sent."""
    edition = access.get_sending(sending_id).edition
    content = content_of(edition.paper) if edition and edition.paper else None
    if edition is None or edition.paper is None or content is None:
        raise Http404
    return attachment(content, name=edition.paper.name, media_type=edition.paper.media_type)
