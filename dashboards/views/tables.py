"""The tables of the dashboards as files."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from dashboards import access
from dashboards.tables import Asked
from dashboards.tables.files import is_file, table_file
from dashboards.views.joint import cut_of
from smarketing.lib.clock import now
from tenants.access import MemberRequest, members_only


@require_GET
@members_only()
def table(request: MemberRequest, name: str, kind: str) -> HttpResponse:
    """Save a table, or all of them as a workbook, with the filters of the page."""
    if not is_file(name, kind):
        raise Http404
    at = now()
    cut = cut_of(request, access.people_open_to(request.membership), at=at)
    return table_file(name, kind, Asked(cut, at, request.organisation, request.membership))
