"""The tables of the dashboards as files."""

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from dashboards.access import get_review
from dashboards.asking import asked_cut
from dashboards.periods import asked_period
from dashboards.tables import OF_MEETINGS, OF_PERIODS, Asked, ReviewAsked, Table
from dashboards.tables.files import TYPES, is_file, table_file, tables_named
from smarketing.lib.clock import now
from tenants.access import MemberRequest, members_only


@require_GET
@members_only()
def table(request: MemberRequest, name: str, kind: str) -> HttpResponse:
    """Save a table of the joint dashboard, or all of them as a workbook, with the filters of the page."""
    if not is_file(name, kind):
        raise Http404
    at = now()
    cut = asked_cut(request, at=at).cut
    asked = Asked(cut=cut, at=at, organisation=request.organisation, member=request.membership)
    return table_file(tables_named(name), name, kind, asked)


@require_GET
@members_only()
def period_table(request: MemberRequest, name: str, kind: str) -> HttpResponse:
    """Save a table of some months, chosen as its page is."""
    found = _found(OF_PERIODS, name, kind)
    asked = asked_period(request.GET, at=now(), organisation=request.organisation, member=request.membership)
    return table_file([found], name, kind, asked)


@require_GET
@members_only()
def review_table(request: MemberRequest, review_id: UUID, name: str, kind: str) -> HttpResponse:
    """Save the agenda of a meeting with its minutes, or what people took on there."""
    found = _found(OF_MEETINGS, name, kind)
    review = get_review(request.membership, review_id)
    asked = ReviewAsked(review=review, at=now(), organisation=request.organisation, member=request.membership)
    return table_file([found], name, kind, asked)


def _found(known: Mapping[str, Table], name: str, kind: str) -> Table:
    if name not in known or kind not in TYPES:
        raise Http404
    return known[name]
