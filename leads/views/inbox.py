"""The inbox: queue and selected lead, as a page and as its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseNotModified, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leads import access, queries, words
from leads.models import Handover
from leads.pages import Empty, Filter, address, filter_of, views_of
from leads.queries.shapes import Undo
from sla.queries.clocks import ClockView
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page, wants_fragment
from tenants.access import MemberRequest, members_only
from tenants.queries import active_members
from tenants.roles import Role

TEMPLATE = "leads/inbox.html"
PARTS = ("queue", "detail", "counters", "sla")


@dataclass(frozen=True)
class Place:
    """Where in the inbox a request is: its address, its parameters, what they pick."""

    path: str
    given: dict[str, str]
    picked: queries.Picked
    lead: str
    first: int

    def url(self, **changes: str) -> str:
        """Return the inbox's address with some parameters changed."""
        return address(self.path, self.given, **changes)


@members_only()
@require_GET
def inbox(request: MemberRequest) -> HttpResponse:
    """The queue by time left and the selected lead; parts of it for htmx, 304 while nothing has changed."""
    at = now()
    place = place_of(request, request.GET)
    part = _part(request)
    overview = queries.overview_of(request.membership, at=at, zone="" if part else request.organisation.zone)
    etag = f'"{overview.version}"'
    if part == "queue" and request.headers.get("If-None-Match") == etag:
        return _not_modified(etag)
    context = _context(request, place, overview, at=at, part=part)
    response = render_page(request, TEMPLATE, context, partial=part)
    if part == "queue":
        response.headers["ETag"] = etag
    return response


def _not_modified(etag: str) -> HttpResponse:
    response = HttpResponseNotModified(headers={"ETag": etag, "Vary": "HX-Request"})
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _part(request: MemberRequest) -> str:
    """Return the partial that the request's target names."""
    if not wants_fragment(request):
        return ""
    if request.GET.get("first"):
        return "more"
    target = request.htmx.target or ""
    return target if target in PARTS else "detail"


def place_of(request: MemberRequest, given: QueryDict) -> Place:
    """Read the parameters; unknown values mean nothing, as links from elsewhere may be old."""
    view, tier, owner = given.get("view", ""), given.get("tier", ""), given.get("owner", "")
    picked = queries.Picked(
        view=view if view in queries.VIEWS else queries.VIEWS[0],
        tier=tier if tier in words.TIERS else "",
        owner=owner if owner == "none" or _is_uuid(owner) else "",
    )
    first = given.get("first", "")
    path = reverse("leads:inbox", args=[request.organisation.slug])
    kept = {"view": view if view in queries.VIEWS[1:] else "", "tier": picked.tier, "owner": picked.owner}
    return Place(path, kept, picked, given.get("lead", ""), int(first) if first.isdecimal() and len(first) < 6 else 0)


def place_behind(request: MemberRequest) -> Place:
    """Return where in the inbox the member was when they acted: the page's address, else the form's own."""
    current = request.htmx.current_url if request.htmx else None
    return place_of(request, QueryDict(urlsplit(current).query) if current else request.GET)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _context(
    request: MemberRequest, place: Place, overview: queries.Overview, *, at: datetime, part: str = ""
) -> dict[str, Any]:
    zone = request.organisation.zone
    if part == "detail":
        ids = queries.queue_ids(request.membership, place.picked)
        return {**_selected(request, place, ids, at=at), **_counts(place, overview, len(ids))}
    queue = queries.queue_for(request.membership, place.picked, at=at, zone=zone, first=place.first, lead=place.lead)
    rows = queue.rows
    ids = [row.handover_id for row in rows]
    detail = _selected(request, place, ids, at=at, known=queue.clocks) if part in ("", "acted", "sla") else {}
    current = place.lead if part == "queue" or not detail.get("selected") else str(detail["selected"].handover_id)
    shown = [
        replace(row, url=place.url(lead=str(row.handover_id)), current=str(row.handover_id) == current) for row in rows
    ]
    context = {
        **_counts(place, overview, len(rows)),
        **detail,
        "groups": queries.grouped(
            shown, at=at, zone=str(timezone.get_current_timezone()), goes_on=len(rows) == queries.PAGE
        ),
        "more_url": _more_url(place, len(rows)),
        "queue_etag": f'"{overview.version}"',
        "queue_url": place.url(lead=current),
        "empty": _empty(place, overview),
        # Beside what waits for others one's own compliance would say nothing.
        "on_time": overview.on_time if place.picked.view != "rejected" else None,
    }
    if not part:
        context["filters"] = _filters(request, place)
    return context


def _counts(place: Place, overview: queries.Overview, shown: int) -> dict[str, Any]:
    whole = overview.counts[place.picked.view]
    filtered = bool(place.picked.tier or place.picked.owner)
    # A filtered queue longer than a page shows the page; the count of the rest comes with "more".
    hidden = max(0, whole - shown) if filtered else 0
    return {
        "views": views_of(place.path, place.given, view_labels(), overview.counts),
        "total": shown if filtered else whole,
        "hidden_by_filters": hidden,
        "clear_url": place.url(tier="", owner=""),
        "inbox_url": place.url(),
    }


def view_labels() -> list[tuple[str, str]]:
    """Return the saved views in words."""
    return [
        ("todo", _("To do")),
        ("to_decide", _("To decide")),
        ("needs_contact", _("Needs contact")),
        ("accepted", _("Accepted")),
        ("rejected", _("Rejected")),
    ]


def _more_url(place: Place, shown: int) -> str | None:
    return place.url(first=str(place.first + queries.PAGE)) if shown == queries.PAGE else None


def _selected(
    request: MemberRequest,
    place: Place,
    ids: Sequence[UUID],
    *,
    at: datetime,
    known: Mapping[UUID, Sequence[ClockView]] | None = None,
) -> dict[str, Any]:
    """Return the lead that the address names, else the first of the queue."""
    if not place.lead and not ids:
        return {"selected": None, "detail_open": False}
    chosen = place.lead or ids[0]
    handover = access.get_handover(request.membership, chosen)
    clocks = (known or {}).get(handover.pk)
    detail = queries.handover_detail(handover, request.membership, at=at, zone=request.organisation.zone, clocks=clocks)
    return {
        "selected": replace(detail, undo=undo_of(request, handover, at=at)),
        "position": ids.index(handover.pk) + 1 if handover.pk in ids else 0,
        "detail_open": bool(place.lead),
    }


def undo_of(request: MemberRequest, handover: Handover, *, at: datetime) -> Undo | None:
    """Return how to take one's decision back while that is possible."""
    if not queries.can_undo(handover, request.membership, at=at):
        return None
    url = reverse("leads:undo", args=[request.organisation.slug, handover.pk])
    return Undo(url, _("Undo"), queries.seconds_left(handover, at=at))


def _empty(place: Place, overview: queries.Overview) -> Empty:
    if place.picked.tier or place.picked.owner:
        return Empty(_("The filters hide everything"), "", _("Clear the filters"), place.url(tier="", owner=""))
    if any(overview.counts.values()):
        return Empty(_("Nothing here"), _("Other views have leads."), _("To do"), place.path)
    return Empty(_("All done"), _("New handovers appear here by themselves, the least time left first."))


def _filters(request: MemberRequest, place: Place) -> list[Filter]:
    tiers = [(key, str(label)) for key, label in words.TIERS.items()]
    filters = [filter_of(place.path, place.given, "tier", _("Tier"), tiers)]
    if not request.membership.has(*access.SEE_ALL):
        return filters
    people = active_members(roles=[Role.SALES_REP, Role.SALES_MANAGER])
    owners = [("none", _("Unassigned")), *((str(person.pk), person.name) for person in people)]
    return [*filters, filter_of(place.path, place.given, "owner", _("Owner"), owners)]


def acted(
    request: MemberRequest,
    *,
    at: datetime,
    show: UUID | None,
    announce: str = "",
    refusal: str = "",
) -> HttpResponse:
    """Answer an act done by htmx: the next lead, and out of band the queue and the counters; 409 with a refusal."""
    behind = place_behind(request)
    place = replace(behind, lead=str(show) if show else "", first=0)
    overview = queries.overview_of(request.membership, at=at, zone=request.organisation.zone)
    try:
        context = _context(request, place, overview, at=at, part="acted")
    except Http404:
        # A handover that was routed to somebody else is out of this member's sight.
        context = _context(request, replace(place, lead=""), overview, at=at, part="acted")
    context |= {"announce": announce, "refusal": refusal}
    response = render(request, f"{TEMPLATE}#acted", context, status=409 if refusal else 200)
    response.headers["Cache-Control"] = "private, no-cache"
    if behind.lead or place.lead:
        response.headers["HX-Replace-Url"] = context["queue_url"]
    return response


def next_after(request: MemberRequest, handover_id: UUID) -> UUID | None:
    """Return the handover below this one in the member's queue, else the one above, else none."""
    ids = queries.queue_ids(request.membership, place_behind(request).picked)
    if handover_id not in ids:
        return ids[0] if ids else None
    index = ids.index(handover_id)
    beside = ids[index + 1 : index + 2] or ids[max(0, index - 1) : index]
    return beside[0] if beside else None
