"""Months: open and closed ones, what they owed, and what was corrected after they closed."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sla import access
from sla.models import Month
from sla.queries.month_page import correction_lines, month_lines
from sla.queries.month_proof import proof_of
from sla.words import tier_label
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only

MONTHS_PER_PAGE = 12


@require_GET
@members_only()
def months(request: MemberRequest) -> HttpResponse:
    """Show the months, the newest first."""
    pages: Any = Paginator(Month.objects.order_by("-month"), MONTHS_PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    page.object_list = month_lines(page.object_list, zone=request.organisation.zone)
    context = {"page_obj": page, "empty": _("The first month appears here once the agreement is in force.")}
    return render_page(request, "sla/months.html", context, partial="list")


@require_GET
@members_only()
def month(request: MemberRequest, month: str) -> HttpResponse:
    """Show one month: its promises with their verdicts, its frozen figures, its corrections."""
    row = access.get_month(request.membership, month)
    (line,) = month_lines([row], zone=request.organisation.zone)
    context = {
        "line": line,
        "figures": _figures(row.figures) if row.figures else None,
        "corrections": correction_lines(row.month),
        "proof": proof_of(row),
        "back_url": reverse("sla:months", kwargs={"slug": request.organisation.slug}),
    }
    return render_page(request, "sla/month.html", context)


def _figures(frozen: dict[str, Any]) -> dict[str, Any]:
    """Return the frozen figures with their labels, as the page prints them."""
    acceptance = frozen["acceptance"]
    taken = acceptance["accepted"] + acceptance["deemed"] + acceptance["overturned"]
    kinds = {
        "given": _("Given at handover"),
        "reversed": _("Taken back"),
        "restored": _("Given back"),
        "adjusted": _("Corrections of closed months"),
    }
    return {
        **frozen,
        "tiers": [
            {"label": tier_label(tier), "count": sums["count"], "points": Decimal(sums["points"]),
             "suspended": sums["suspended"]}
            for tier, sums in frozen["by_tier"].items()
        ],
        "lines": [
            {"label": kinds[kind], "lines": sums["lines"], "points": Decimal(sums["points"])}
            for kind, sums in frozen["ledger"].items()
        ],
        "points": Decimal(frozen["delivered_points"]),
        "taken": taken,
        "decided": taken + acceptance["rejected"],
    }  # fmt: skip
