"""The joint dashboard, the audit log, and the numbers beside the navigation."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboards import access, audit, queries
from dashboards.forms import PlanForm
from dashboards.pages import joint_context, month_from
from dashboards.plan import Plan, plan_for
from dashboards.plan_page import PLANNERS, plan_context
from dashboards.queries.health import rollup_health
from dashboards.queries.replay import newest_replay
from dashboards.replay_page import REPLAYERS, replay_context, replayed_month, start_replay
from leads.words import TIERS
from sla.access import READS_HEALTH, get_version, sees_only_own
from sla.actions import propose_target
from sla.forms import TargetForm
from sla.queries import open_breach_clocks, open_breaches
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.models import Membership
from tenants.roles import Role

JOINT = "dashboards/joint.html"
PANELS = frozenset({"kpis", "pace", "compliance", "funnel", "speed", "rejections", "breached"})
BREACHES_SHOWN = 6


@require_GET
@members_only()
def joint(request: MemberRequest) -> HttpResponse:
    """Show whether both sides keep their promises this month."""
    at, zone = now(), request.organisation.zone
    people = access.people_open_to(request.membership)
    figures = queries.month_figures(_cut(request, people, at=at), at=at, zone=zone)
    only_own = request.membership if sees_only_own(request.membership) else None
    breached = open_breaches(at=at, zone=zone, limit=BREACHES_SHOWN, owner=only_own)
    total = open_breach_clocks(at=at, owner=only_own).count()
    context = joint_context(figures, breached, people, breached_total=total, slug=request.organisation.slug)
    return render_page(request, JOINT, context, partial=_target(request, PANELS))


def _cut(request: MemberRequest, people: list[Membership], *, at: datetime) -> queries.Cut:
    """Return what the address asks for; 404 for a month, tier or person that there is not."""
    given = request.GET
    today = at.astimezone(ZoneInfo(request.organisation.zone)).date()
    month, tier = month_from(given.get("month", ""), today=today), given.get("tier", "")
    if month is None or (tier and tier not in TIERS):
        raise Http404
    return queries.Cut(month, tier, access.get_owner(people, given.get("owner", "")))


def _target(request: HttpRequest, known: frozenset[str]) -> str:
    target = request.headers.get("HX-Target", "")
    return target if target in known else ""


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


@require_GET
@members_only()
def nav_counts(request: MemberRequest) -> HttpResponse:
    """Answer the numbers beside the navigation; unchanged ones with 304."""
    counts = queries.nav_counts(request.membership, at=now())
    etag = f'"{queries.version_of(counts)}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = render(request, "dashboards/_nav_counts.html", {"counts": counts})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


@require_GET
@members_only(*READS_HEALTH)
def rollups(request: MemberRequest) -> HttpResponse:
    """Show whether the figures that are added up in advance are current; a part of the engine's health page."""
    context = {"figures": rollup_health(at=now())}
    return render_page(request, "dashboards/rollups.html", context, partial="figures")


@require_GET
@members_only(Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR)
def audit_log(request: MemberRequest) -> HttpResponse:
    """Show everything that happened, newest first."""
    slug, people = request.organisation.slug, list(Membership.objects.order_by("name", "pk"))
    asked = audit.asked_from(request.GET, people)
    pages = Paginator(audit.events_in(asked, at=now()), audit.PER_PAGE)
    page: Any = pages.get_page(request.GET.get("page"))
    page.object_list = audit.rows(list(page.object_list), people, slug=slug)
    context = {"page_obj": page, "filters": audit.filters(asked, people, slug=slug), "chain": None}
    return render_page(request, "events/audit.html", context, partial="table")
