"""What was not kept, and what is late now."""

from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sla import access, queries
from sla.words import side_label
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only

PAST_PER_PAGE = 25


@require_GET
@members_only()
def breaches(request: MemberRequest) -> HttpResponse:
    """Show broken promises of both sides."""
    side = request.GET.get("side", "")
    side = side if side in {"marketing", "sales"} else ""
    partial = request.htmx.target if request.htmx and request.htmx.target in {"list", "by_owner"} else "list"
    return render_page(request, "sla/breaches.html", _breaches(request, side), partial=partial)


def _breaches(request: MemberRequest, side: str) -> dict[str, Any]:
    at, zone = now(), request.organisation.zone
    owner = request.membership if access.sees_only_own(request.membership) else None
    first = at.astimezone(ZoneInfo(zone)).date().replace(day=1)
    last = queries.last_day(first)
    past = Paginator(queries.past_breach_clocks(at=at, side=side, owner=owner), PAST_PER_PAGE)
    page: Any = past.get_page(request.GET.get("page"))
    page.object_list = queries.breach_rows(page.object_list, at=at)
    return {
        "open": queries.open_breaches(at=at, zone=zone, limit=200, side=side, owner=owner),
        "by_owner": queries.breaches_by_owner(first, last, zone=zone, at=at, owner=owner),
        "past": page,
        "page_obj": page,
        "days_since_last": queries.days_since_last_breach(at=at),
        "marketing": queries.compliance(first=first, last=last, side="marketing", zone=zone, at=at),
        "sales": queries.compliance(first=first, last=last, side="sales", zone=zone, at=at),
        "filters": [_side_filter(request, side)],
    }


def _side_filter(request: MemberRequest, side: str) -> dict[str, Any]:
    base = reverse("sla:breaches", kwargs={"slug": request.organisation.slug})
    options = [
        {"label": side_label(key), "url": f"{base}?side={key}", "active": key == side} for key in ("marketing", "sales")
    ]
    return {
        "name": "side",
        "label": _("Side"),
        "value_label": side_label(side) if side else _("Both"),
        "active": bool(side),
        "options": options,
        "clear_url": base,
    }
