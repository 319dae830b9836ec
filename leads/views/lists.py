"""The list of leads: views, filters, order and columns are in the URL."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leads import access, listing, queries
from leads.asking import Asking, asking_from, span_text
from leads.models import Lead
from leads.pages import Empty, address, views_of
from leads.queries.lists import Asked
from leads.views.offers import bulk_offer
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from smarketing.lib.pagination import CappedPaginator
from tenants.access import MemberRequest, members_only
from tenants.queries import everybody

PER_PAGE = 50
# A view's count says no more than "999+".
COUNTED = 999
TEMPLATE = "leads/lead_list.html"
PARTS = ("table", "filters", "views")


@members_only()
@require_GET
def lead_list(request: MemberRequest) -> HttpResponse:
    """Every lead that the member may see, by views and filters that are in the URL."""
    at = now()
    asking = asking_of(request, request.GET, at=at)
    saved = _saved(request, asking)
    first = next((row.url for row in saved if row.is_default), "")
    if first and not request.GET and not request.htmx:
        return redirect(first)
    if any(request.GET.get(f"{name}_{end}") for name in ("created", "updated") for end in ("from", "to")):
        return redirect(_with_days(request, asking))
    target = request.htmx.target or "" if request.htmx else ""
    part = target if target in PARTS else "table"
    if request.htmx and part == "views":
        return render_page(request, TEMPLATE, _counted_views(request, asking, saved, at=at), partial=part)
    return render_page(request, TEMPLATE, _context(request, asking, saved, at=at), partial=part)


def asking_of(request: MemberRequest, told: Mapping[str, str], *, at: datetime) -> Asking:
    """Read what parameters ask for, days in the organisation's zone."""
    return asking_from(told, at=at, zone=request.organisation.zone)


def list_path(request: MemberRequest) -> str:
    """Return the list's own address."""
    return reverse("leads:list", args=[request.organisation.slug])


def _with_days(request: HttpRequest, asking: Asking) -> str:
    """Return the address with the two days of a form in one parameter."""
    days = {
        name: span_text(request.GET.get(f"{name}_from"), request.GET.get(f"{name}_to"))
        for name in ("created", "updated")
    }
    return address(request.path, asking.given, **{name: text for name, text in days.items() if text})


def _context(
    request: MemberRequest, asking: Asking, saved: list[queries.SavedViewRow], *, at: datetime
) -> dict[str, Any]:
    path = list_path(request)
    found = queries.found_leads(request.membership, asking.asked)
    pages: CappedPaginator[Lead] = CappedPaginator(found.paged, PER_PAGE, most=found.most)
    page = pages.get_page(request.GET.get("page"))
    leads = queries.rows_of(page.object_list, asking.asked)  # type: ignore[arg-type]  # a QuerySet, by found_leads
    used = queries.choices_in_use(request.organisation.pk, campaign=asking.given.get("campaign", ""))
    page.object_list = queries.lead_rows(leads, at=at, zone=request.organisation.zone, stages=dict(used["stage"]))
    people = everybody()
    return {
        "page_obj": page,
        "total": pages.count,
        "is_capped": pages.is_capped,
        "is_cut": found.is_cut,
        "search": asking.asked.text,
        "views": views_of(path, asking.given, listing.view_labels(), {}),
        "saved": saved,
        "exports": listing.exports(request.organisation.slug, asking),
        "bulk": bulk_offer(request, people),
        "columns": listing.columns(path, asking),
        "shown": asking.columns,
        "filters": listing.filters(path, asking, people, used),
        "kept": listing.kept_fields(asking, but=("q",)),
        "given": asking.given,
        "query": asking.query,
        "hidden_by_filters": _hidden(request, asking, pages.count),
        "clear_url": listing.clear_url(path, asking),
        "empty": Empty(_("No lead here"), _("The first web form that is sent makes the first lead.")),
    }


def _counted_views(
    request: MemberRequest, asking: Asking, saved: list[queries.SavedViewRow], *, at: datetime
) -> dict[str, Any]:
    """Return the views with their counts: fetched after the page, so that it need not wait for them."""
    labels = listing.view_labels()
    each = {key: asking.seen_as(key) for key, _label in labels}
    for row in saved:
        each[str(row.id)] = asking_of(request, QueryDict(row.query), at=at).asked
    counts = queries.counts_of(request.membership, each, up_to=COUNTED)
    return {
        "views": views_of(list_path(request), asking.given, labels, counts),
        "saved": [replace(row, count=counts[str(row.id)]) for row in saved],
        "query": asking.query,
        "duplicates": queries.duplicates_count() if request.membership.has(*access.SEES_DUPLICATES) else 0,
    }


def _saved(request: MemberRequest, asking: Asking) -> list[queries.SavedViewRow]:
    path = list_path(request)
    rows = queries.saved_views_of(request.membership)
    return [replace(row, url=f"{path}?{row.query}", active=row.query == asking.query) for row in rows]


def _hidden(request: MemberRequest, asking: Asking, total: int) -> int:
    """Count what the filters hide, only where they leave nothing."""
    if total or not asking.asked.is_filtered:
        return 0
    return queries.counted(queries.leads_in(request.membership, Asked(view=asking.asked.view)), up_to=COUNTED)
