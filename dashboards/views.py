"""The joint dashboard, the audit log, and the numbers beside the navigation."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from dashboards import access, audit, queries
from dashboards.pages import joint_context, month_from
from leads.words import TIERS
from sla.access import sees_only_own
from sla.queries import open_breach_clocks, open_breaches
from smarketing.lib.clock import now
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
