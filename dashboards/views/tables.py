"""The tables of the dashboards as files."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from dashboards.asking import asked_cut
from dashboards.tables import Asked
from dashboards.tables.files import is_file, table_file
from smarketing.lib.clock import now
from tenants.access import MemberRequest, members_only


@require_GET
@members_only()
def table(request: MemberRequest, name: str, kind: str) -> HttpResponse:
    """Save a table, or all of them as a workbook, with the filters of the page."""
    if not is_file(name, kind):
        raise Http404
    at = now()
    cut = asked_cut(request, at=at).cut
    return table_file(name, kind, Asked(cut, at, request.organisation, request.membership))
