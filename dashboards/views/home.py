"""The home of a member: what needs them now, and how we stand."""

from django.http import HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_GET

from dashboards.home_page import home_context, stand_context, todo_context
from dashboards.queries.needs import version_of_home
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page, wants_fragment
from tenants.access import MemberRequest, members_only

HOME = "dashboards/home.html"


@require_GET
@members_only()
def home(request: MemberRequest) -> HttpResponse:
    """Show where the day starts; its list of what to do is asked for again, and answered 304 while nothing happened."""
    at, member = now(), request.membership
    etag = f'"{version_of_home(member, at=at)}"'
    zone, slug = request.organisation.zone, request.organisation.slug
    if not wants_fragment(request):
        context = {**home_context(member, at=at, zone=zone, slug=slug), "etag": etag}
        if request.GET.get("figures"):
            # Without script nothing asks for them later.
            context |= stand_context(member, at=at, zone=zone, slug=slug)
        return render_page(request, HOME, context)
    if request.headers.get("HX-Target") == "stand":
        return render_page(request, HOME, stand_context(member, at=at, zone=zone, slug=slug), partial="stand")
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified(headers={"Vary": "HX-Request"})
        response.headers["Cache-Control"] = "private, no-cache"
    else:
        response = render_page(
            request, HOME, {**todo_context(member, at=at, zone=zone, slug=slug), "etag": etag}, partial="todo"
        )
    response.headers["ETag"] = etag
    return response
