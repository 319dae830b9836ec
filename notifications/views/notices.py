"""The bell: what a member was told."""

from datetime import datetime

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from notifications import actions, queries
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only


@members_only()
@require_GET
def notices(request: MemberRequest) -> HttpResponse:
    """Show the newest notices."""
    context = {
        "notices": queries.notices_for(request.membership),
        "unread": queries.unread_count(request.membership),
        "seen_until": now().isoformat(),
    }
    return render_page(request, "notifications/list.html", context, partial="list")


@members_only()
@require_POST
def mark_read(request: MemberRequest) -> HttpResponseBase:
    """Mark everything that the page showed as read; what came since stays unread."""
    at = now()
    actions.mark_read(request.membership, until=_seen_until(request, at), at=at)
    return redirect("notifications:list", slug=request.organisation.slug)


def _seen_until(request: MemberRequest, at: datetime) -> datetime:
    try:
        seen = parse_datetime(request.POST.get("until", ""))
    except ValueError:  # a date such as 30 February
        seen = None
    return min(seen, at) if seen is not None and seen.tzinfo is not None else at
