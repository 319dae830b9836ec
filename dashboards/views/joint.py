"""The joint dashboard, the numbers beside the navigation, and how current the figures are."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from dashboards import access, queries
from dashboards.pages import joint_context, month_from
from dashboards.queries.health import rollup_health
from dashboards.tables.menu import file_links
from leads.words import TIERS
from sla.access import READS_HEALTH, sees_only_own
from sla.queries import open_breach_clocks, open_breaches
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.models import Membership

JOINT = "dashboards/joint.html"
PANELS = frozenset({"kpis", "pace", "compliance", "funnel", "speed", "rejections", "breached"})
BREACHES_SHOWN = 6


@require_GET
@members_only()
def joint(request: MemberRequest) -> HttpResponse:
    """Show whether both sides keep their promises this month."""
    at, zone = now(), request.organisation.zone
    people = access.people_open_to(request.membership)
    cut = cut_of(request, people, at=at)
    figures = queries.month_figures(cut, at=at, zone=zone)
    only_own = request.membership if sees_only_own(request.membership) else None
    breached = open_breaches(at=at, zone=zone, limit=BREACHES_SHOWN, owner=only_own)
    total = open_breach_clocks(at=at, owner=only_own).count()
    context = joint_context(figures, breached, people, breached_total=total, slug=request.organisation.slug)
    context["files"] = file_links(request.organisation.slug, cut)
    return render_page(request, JOINT, context, partial=_target(request, PANELS))


def cut_of(request: MemberRequest, people: list[Membership], *, at: datetime) -> queries.Cut:
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
@members_only(*READS_HEALTH)
def rollups(request: MemberRequest) -> HttpResponse:
    """Show whether the figures that are added up in advance are current; a part of the engine's health page."""
    context = {"figures": rollup_health(at=now())}
    return render_page(request, "dashboards/rollups.html", context, partial="figures")
