"""The plan from a revenue goal to leads, and what another version would have made of a month."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboards import queries
from dashboards.forms import PlanForm
from dashboards.plan import Plan, plan_for
from dashboards.plan_page import PLANNERS, plan_context
from dashboards.queries.replay import newest_replay
from dashboards.replay_page import REPLAYERS, replay_context, replayed_month, start_replay
from sla.access import get_version
from sla.actions import propose_target
from sla.forms import TargetForm
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import Role


@require_GET
@members_only(*PLANNERS)
def plan(request: MemberRequest) -> HttpResponse:
    """Show the way from a revenue goal to leads; the address holds the plan, nothing is stored."""
    at, zone = now(), request.organisation.zone
    own = queries.own_rates(at=at, zone=zone)
    form = PlanForm(request.GET if "revenue" in request.GET else None, initial=_this_month(at, zone))
    made = _planned(form, own) if form.is_bound and form.is_valid() else None
    actual = queries.actual_of(made.goal.month, zone=zone) if made else None
    context = plan_context(form, own, made, actual, request=request, at=at, zone=zone)
    return render_page(
        request, "dashboards/plan.html", context, partial="funnel", status=422 if form.is_bound and not made else 200
    )


def _planned(form: PlanForm, own: queries.OwnRates) -> Plan | None:
    try:
        return plan_for(form.goal(), own)
    except InvalidInput as invalid:
        for error in invalid.errors:
            form.add_error(error.pointer.removeprefix("/"), ValidationError(error.detail, code=error.code))
        return None


def _this_month(at: datetime, zone: str) -> dict[str, str]:
    return {"month": f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"}


@require_POST
@members_only(Role.MARKETING_MANAGER)
def plan_adopt(request: MemberRequest) -> HttpResponse:
    """Propose the points of a plan as the month's target."""
    form = TargetForm(request.POST)
    if not form.is_valid():
        raise Http404
    given = form.cleaned_data
    propose_target(month=given["month"], points=given["points"], note=given["note"], by=request.membership, at=now())
    messages.success(request, _("Proposed; the sales manager has been asked to countersign."))
    return redirect("sla:targets", slug=request.organisation.slug, year=given["month"].year)


@require_http_methods(["GET", "POST"])
@members_only(*REPLAYERS)
def replay(request: MemberRequest, number: int) -> HttpResponse:
    """Show, or begin to work out, what another version would have made of a month's handovers."""
    at, version = now(), get_version(request.membership, number)
    month = replayed_month(request.GET.get("month", ""), at=at, zone=request.organisation.zone)
    if month is None:
        raise Http404
    if request.method == "POST":
        next_url = f"{request.path}?month={month:%Y-%m}"
        start_replay(version, month, next_url=next_url, by=request.membership, at=at)
        return redirect(next_url)
    job = newest_replay(version, month)
    context = replay_context(version, month, job, reader=request.membership, at=at, zone=request.organisation.zone)
    return render_page(request, "dashboards/replay.html", context)
