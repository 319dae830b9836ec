"""The list as a file."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from leads import exports, queries
from leads.access import visible_leads
from leads.actions.exporting import note_export
from leads.views.lists import asking_of
from smarketing.lib.clock import now
from tenants.access import MemberRequest, members_only

MOST_PICKED = 1000


@members_only()
@require_http_methods(["GET", "POST"])
def lead_export(request: MemberRequest) -> HttpResponseBase:
    """The list as filtered, or the picked leads of it, as CSV or a workbook; every member takes what they see."""
    at = now()
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    asking = asking_of(request, request.GET, at=at)
    leads = queries.leads_in(request.membership, asking.asked)
    picked = picked_ids(request) if request.method == "POST" and not request.POST.get("all") else []
    if picked:
        leads = visible_leads(request.membership).filter(pk__in=picked).order_by("-updated_at", "-pk")
    rows = min(queries.counted(leads, up_to=exports.MOST_ROWS), exports.MOST_ROWS)
    note_export(
        rows=rows, kind=kind, filters={} if picked else asking.given, picked=bool(picked), by=request.membership, at=at
    )
    data = exports.lead_file(
        kind, leads, organisation_id=request.organisation.pk, language=translation.get_language() or "en", zone=_zone()
    )
    name = f"leads-{at.astimezone(_zone()):%Y-%m-%d-%H%M}.{kind}"
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(data, content_type=exports.TYPES[kind], headers=headers)


def _zone() -> ZoneInfo:
    """Return the reader's own zone, as the middleware has set it."""
    return ZoneInfo(timezone.get_current_timezone_name())


def picked_ids(request: MemberRequest) -> list[UUID]:
    """Return the ids that were ticked; what is none is left out."""
    found: dict[UUID, None] = {}
    for text in request.POST.getlist("lead")[:MOST_PICKED]:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)
