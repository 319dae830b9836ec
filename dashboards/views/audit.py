"""The audit log."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from dashboards import audit
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.models import Membership
from tenants.roles import Role


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
