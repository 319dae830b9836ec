"""What criteria told, what campaigns returned, what was earned, and how leads are handled."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboards import criteria_page, money_page
from dashboards.forms import CriteriaForm, PeriodForm, ReturnForm
from dashboards.formulas import is_mature
from dashboards.periods import version_of
from dashboards.quality_page import quality_context
from dashboards.queries.campaign_return import FIRST, ReturnAsked, campaign_returns
from dashboards.queries.quality import quality as quality_of
from dashboards.queries.revenue import revenue as revenue_of
from dashboards.tables.menu import period_links
from leads.access import SEES_RETURNS
from leads.periods import ACCEPTED_AGAIN_WITHIN, CONVERSION_FOR
from sla.actions import draft_without
from sla.models import AgreementVersion
from sla.queries import end_of_month
from sla.queries.targets import signed_versions
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import HEADS


@require_GET
@members_only()
def criteria(request: MemberRequest) -> HttpResponse:
    """Show which criteria of an agreement version told what became of its leads."""
    at, versions = now(), signed_versions()
    present = version_of(versions, at=at)
    numbers = [version.number for version in reversed(versions)]
    form = CriteriaForm(
        request.GET, today=_today(request, at), numbers=numbers, present=present.number if present else None
    )
    first, last = form.months
    version = _chosen(form, versions) or present
    context: dict[str, Any] = {"form": form, "version": version, "may_drop": request.membership.has(*HEADS)}
    if version is not None:
        found = criteria_page.findings(version, first, last, at=at, zone=request.organisation.zone)
        context |= {
            "rows": criteria_page.rows(found, version.number, first, last, slug=request.organisation.slug),
            "least": criteria_page.least_cases(version),
            "days": CONVERSION_FOR.days,
            "is_young": not is_mature(end_of_month(last, zone=request.organisation.zone), at=at),
        }
    return _page(request, "dashboards/criteria.html", "criteria", context, form)


def _chosen(form: CriteriaForm, versions: list[AgreementVersion]) -> AgreementVersion | None:
    wanted = form.cleaned_data.get("version") if form.is_valid() else None
    return next((version for version in versions if version.number == wanted), None)


@require_POST
@members_only(*HEADS)
def criterion_drop(request: MemberRequest) -> HttpResponse:
    """Draft the next version of the agreement without a criterion."""
    draft = draft_without(request.POST.get("criterion", ""), by=request.membership, at=now())
    messages.success(request, _("Drafted in version %(n)s of the agreement.") % {"n": draft.number})
    url = reverse("leads:definitions", kwargs={"slug": request.organisation.slug, "number": draft.number})
    return HttpResponseRedirect(url, status=303)


@require_GET
@members_only()
def returns(request: MemberRequest) -> HttpResponse:
    """Show what came of the money that campaigns cost."""
    at, zone = now(), request.organisation.zone
    form = ReturnForm(request.GET, today=_today(request, at))
    first, last = form.months
    touch = (form.cleaned_data.get("touch") if form.is_valid() else "") or FIRST
    found = campaign_returns(ReturnAsked(first, last, touch), at=at, zone=zone)
    floor = money_page.floor_of(last, zone=zone)
    context = money_page.returns_context(found, first, last, touch=touch, floor=floor, slug=request.organisation.slug)
    context |= {
        "form": form,
        "currency": request.organisation.currency,
        "is_young": not is_mature(end_of_month(last, zone=zone), at=at),
        "days": CONVERSION_FOR.days,
    }
    return _page(request, "dashboards/returns.html", "campaign-return", context, form)


@require_GET
@members_only()
def revenue(request: MemberRequest) -> HttpResponse:
    """Show what each month earned, by who had found the lead, against what was agreed."""
    form = PeriodForm(request.GET, today=_today(request, now()))
    first, last = form.months
    found = revenue_of(first, last, zone=request.organisation.zone)
    context = money_page.revenue_context(found, slug=request.organisation.slug)
    context |= {"form": form, "currency": request.organisation.currency}
    return _page(request, "dashboards/revenue.html", "revenue", context, form)


@require_GET
@members_only()
def quality(request: MemberRequest) -> HttpResponse:
    """Show how leads are handed over and handled, month by month."""
    at = now()
    form = PeriodForm(request.GET, today=_today(request, at))
    first, last = form.months
    found = quality_of(first, last, at=at, zone=request.organisation.zone)
    sees_returns = request.membership.has(*SEES_RETURNS)
    slug, today = request.organisation.slug, _today(request, at)
    context = quality_context(found, slug=slug, sees_returns=sees_returns, today=today)
    context |= {"form": form, "again_within": ACCEPTED_AGAIN_WITHIN.days}
    return _page(request, "dashboards/quality.html", "quality", context, form)


def _today(request: MemberRequest, at: datetime) -> date:
    return at.astimezone(ZoneInfo(request.organisation.zone)).date()


def _page(request: MemberRequest, template: str, table: str, context: dict[str, Any], form: PeriodForm) -> HttpResponse:
    chosen = {name: str(form.data.get(name) or "") for name in form.fields} if form.is_valid() else {}
    context["files"] = period_links(request.organisation.slug, table, chosen)
    return render_page(request, template, context, partial="figures", status=200 if form.is_valid() else 422)
