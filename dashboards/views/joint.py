"""The joint dashboard, the numbers beside the navigation, and how current the figures are."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboards import queries
from dashboards.asking import asked_cut
from dashboards.pages import joint_context
from dashboards.queries.health import rollup_health
from dashboards.rejection_panel import split_of
from dashboards.tables.menu import file_links
from notifications.queries import unread_count
from sla.access import READS_HEALTH, sees_only_own
from smarketing.lib.clock import now
from smarketing.lib.htmx import is_unchanged, not_modified, render_page, wants_fragment, with_tag
from tenants.access import MemberRequest, members_only

JOINT = "dashboards/joint.html"
# What is asked for again and again.
POLLED = "figures"
PANELS = frozenset({POLLED, "kpis", "pace", "compliance", "funnel", "speed", "rejections", "breached", "campaigns"})


@require_GET
@members_only()
def joint(request: MemberRequest) -> HttpResponse:
    """Show whether both sides keep their promises this month; an unchanged poll is answered before anything is read."""
    at, zone = now(), request.organisation.zone
    partial = _target(request, PANELS)
    # What a whole page shows now is what its first poll will compare with.
    tag = _tag(request, partial or POLLED, at=at)
    if partial and is_unchanged(request, tag):
        return not_modified(tag)
    asking = asked_cut(request, at=at)
    figures = queries.month_figures(asking.cut, at=at, zone=zone)
    only_own = request.membership if sees_only_own(request.membership) else None
    breached = queries.breaches_now(asking.cut, at=at, limit=queries.BREACHES_SHOWN, owner=only_own)
    split = split_of(asking.cut, asking.rejections_by, member=request.membership, at=at, zone=zone)
    context = joint_context(figures, breached, split, asking, slug=request.organisation.slug)
    context |= {"poll_tag": tag, "files": file_links(request.organisation.slug, asking.cut)}
    response = render_page(request, JOINT, context, partial=partial)
    return with_tag(response, tag) if partial else response


def _tag(request: MemberRequest, partial: str, *, at: datetime) -> str:
    mark = queries.mark_of(request.membership, request.get_full_path(), partial, at=at)
    return f'"{mark}"' if mark else ""


def _target(request: HttpRequest, known: frozenset[str]) -> str:
    target = request.headers.get("HX-Target", "")
    return target if target in known and wants_fragment(request) else ""


@require_GET
@members_only()
def nav_counts(request: MemberRequest) -> HttpResponse:
    """Answer the numbers beside the navigation; unchanged ones with 304."""
    at = now()
    # Notices come a moment after the events that they are about, and are read without any.
    unread = unread_count(request.membership)
    tag = _tag(request, f"{queries.BELL}{unread}", at=at)
    if is_unchanged(request, tag):
        return not_modified(tag)
    counts = queries.nav_counts(request.membership, unread=unread, at=at)
    response = render(request, "dashboards/_nav_counts.html", {"counts": counts})
    return with_tag(response, tag)


@require_GET
@members_only(*READS_HEALTH)
def rollups(request: MemberRequest) -> HttpResponse:
    """Show whether the figures that are added up in advance are current; a part of the engine's health page."""
    context = {"figures": rollup_health(at=now())}
    return render_page(request, "dashboards/rollups.html", context, partial="figures")
