"""A lead's way from the first visit to the purchase."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from leads import access, queries
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only


@members_only()
@require_GET
def lead_journey(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """Show one page of a lead's way, newest first."""
    lead = access.get_lead(request.membership, lead_id)
    found = queries.journey_of(lead, before=before_from(request.GET.get("before", "")))
    path = reverse("leads:lead_journey", args=[request.organisation.slug, lead.pk])
    context = {
        "lead": lead,
        "journey": found,
        "total": queries.total_of(found.milestones),
        "older_url": f"{path}?{urlencode({'before': found.before.isoformat()})}" if found.before else "",
        "is_first": "before" not in request.GET,
        "first_url": path,
    }
    return render_page(request, "leads/lead_journey.html", context, partial="journey")


def before_from(text: str) -> datetime | None:
    """Return the moment that an address names; nonsense means the newest, as links may be old."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
