"""What was decided, and what it teaches."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from arbitration import queries
from arbitration.models import Precedent, Ruling
from arbitration.pages import empty_rulings, kept_terms, ruling_filters
from arbitration.queries.labels import terms_asked_for
from arbitration.views.frame import linked
from leads.access import get_handover
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import HEADS


@require_GET
@members_only()
def rulings(request: MemberRequest) -> HttpResponse:
    """Search what was decided and what it teaches."""
    given = request.GET
    wanted = queries.RulingFilter(
        search=_text(given.get("q", ""), 200),
        outcome=_one_of(given.get("outcome", ""), Ruling.Outcome.values),
        state=_one_of(given.get("state", ""), Precedent.State.values),
        criterion=_text(given.get("criterion", ""), 100),
        reason=_text(given.get("reason", ""), 100),
        field=_text(given.get("field", ""), 100),
        precedents_only=given.get("precedents") == "1",
    )
    page_obj = queries.ruling_rows(wanted, page=_number(given.get("page", "")))
    page_obj.object_list = linked(request, list(page_obj.object_list))
    context = {
        "page_obj": page_obj,
        "search": wanted.search,
        "kept": [(name, value) for name, value in kept_terms(given).items() if name != "q"],
        "filters": ruling_filters(given, wanted, terms_asked_for(at=now())),
        "empty": empty_rulings(filtered=bool(given)),
        "may_amend": request.membership.has(*HEADS),
    }
    return render_page(request, "arbitration/rulings.html", context, partial="results")


def _one_of(text: str, known: list[str]) -> str:
    return text if text in known else ""


def _text(text: str, longest: int) -> str:
    """Return what was typed, without U+0000, which no table holds."""
    return text.replace("\x00", "")[:longest]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


@require_GET
@members_only()
def rulings_on(request: MemberRequest) -> HttpResponse:
    """The rulings on one criterion (or reason), as a list for the dialogs that reject and appeal."""
    given = request.GET
    criterion, reason = _text(given.get("criterion", ""), 100), _text(given.get("reason", ""), 100)
    fields = {}
    if given.get("handover"):
        handover = get_handover(request.membership, _text(given["handover"], 40))
        fields = handover.snapshot.get("fields", {})
    rows = linked(request, queries.rulings_on(criterion, reason, fields=fields))
    context = {"rulings": rows, "tally": queries.tally_on(criterion, reason)}
    return render(request, "arbitration/_rulings_on.html", context)
