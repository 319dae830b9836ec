"""Pages of the board: docket, case, rulings, and the acts of a case."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from arbitration import actions, queries
from arbitration.access import get_case, get_disputed, visible_cases
from arbitration.actions.rulings import bar_sentence
from arbitration.forms import AppealForm, RulingForm, StatementForm
from arbitration.models import Case, Ruling
from arbitration.pages import appeal_context, empty_docket, empty_rulings, ruling_filters
from leads.models import Rejection
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page, toast, wants_fragment
from tenants.access import MemberRequest, members_only
from tenants.roles import MARKETING, SIDES, Role

Row = TypeVar("Row")

DOCKET, CASE, RULINGS = "arbitration/docket.html", "arbitration/case.html", "arbitration/rulings.html"
DOCKET_PARTIALS = frozenset({"board", "card", "column_counts"})
CASE_PARTIALS = frozenset({"claim", "precedents", "ruling_form", "statements", "timeline"})


def _partial(request: HttpRequest, known: frozenset[str], default: str = "") -> str:
    """Return the partial that the page asks for: htmx names its target, which has the partial's name."""
    target = request.headers.get("HX-Target", "")
    return target if target in known else default


def _linked(request: MemberRequest, rows: Sequence[Any]) -> list[Any]:
    """Return the rows with the address of their case."""
    return [replace(row, url=_case_url(request, row.case_id)) for row in rows]


def _case_url(request: MemberRequest, case_id: UUID) -> str:
    return reverse("arbitration:case", kwargs={"slug": request.organisation.slug, "case_id": case_id})


@require_GET
@members_only()
def docket(request: MemberRequest) -> HttpResponse:
    """The board: open cases by stage and what the quarter settled."""
    found = queries.docket(visible_cases(request.membership), at=now(), zone=request.organisation.zone)
    columns = [replace(column, cards=_linked(request, column.cards)) for column in found.columns]
    context = {
        "columns": columns,
        "settled_quarter": found.settled_quarter,
        "mean_days": found.mean_days,
        "empty": empty_docket(request.organisation.slug, found),
    }
    return render_page(request, DOCKET, context, partial=_partial(request, DOCKET_PARTIALS, "board"))


@require_GET
@members_only()
def case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """One case: both claims, evidence, precedents, statements and the ruling."""
    found = get_case(request.membership, case_id)
    return _case_page(request, found, partial=_partial(request, CASE_PARTIALS))


def _case_page(
    request: MemberRequest, case: Case, *, partial: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    at = now()
    detail = queries.case_detail(case, request.membership, at=at, zone=request.organisation.zone)
    context = {
        "case": _case_context(request, detail),
        "statement_form": forms.get("statement_form") or StatementForm(),
        "ruling_form": forms.get("ruling_form") or RulingForm(at=at),
        "evidence": detail.evidence,
        "timeline": detail.timeline,
        "path": detail.path,
    }
    return render_page(request, CASE, context, partial=partial, status=status)


def _case_context(request: MemberRequest, detail: queries.CaseDetail) -> dict[str, Any]:
    agreement = reverse("sla:agreement", kwargs={"slug": request.organisation.slug})
    shown = {name: getattr(detail, name) for name in detail.__dataclass_fields__}
    return shown | {
        "version": {"number": detail.version, "url": agreement},
        "criterion": {"label": detail.criterion[0], "definition": detail.criterion[1]},
        "precedents": _linked(request, detail.precedents),
        "may_not_because": bar_sentence(detail.bar),
    }


@require_http_methods(["GET", "POST"])
@members_only(*sorted(MARKETING))
def appeal(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Dispute the rejection of a handover."""
    rejection = get_disputed(request.membership, handover_id)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        opened = actions.file_appeal(rejection, grounds=form.cleaned_data["claim"], by=request.membership, at=now())
        return _appealed(request, opened)
    context = appeal_context(request.organisation.slug, rejection, form, _rulings_like(request, rejection))
    status = 422 if request.method == "POST" else 200
    if wants_fragment(request):
        return render_page(request, "leads/returns.html", context, partial="appeal_dialog", status=status)
    return render_page(request, "leads/return_form.html", context, status=status)


def _rulings_like(request: MemberRequest, rejection: Rejection) -> list[dict[str, str]]:
    rows = _linked(request, queries.rulings_on(rejection.criterion, rejection.reason))
    return [{"number": r.number, "outcome": r.outcome_label, "holding": r.holding, "url": r.url} for r in rows]


def _appealed(request: MemberRequest, opened: Case) -> HttpResponse:
    url = _case_url(request, opened.pk)
    text = _("Case %(number)s is filed. The evidence is sealed.") % {"number": opened.number}
    if wants_fragment(request):
        return toast(HttpResponse(status=204, headers={"HX-Redirect": url}), text)
    messages.success(request, text)
    return HttpResponseRedirect(url, status=303)


@require_POST
@members_only(*sorted(SIDES))
def statement(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Say something for one's side."""
    found = get_case(request.membership, case_id)
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _case_page(request, found, partial="statements", status=422, statement_form=form)
    actions.add_statement(found, text=form.cleaned_data["text"], by=request.membership, at=now())
    return _done(request, found, partial="statements", text=_("Your statement is filed."))


@require_POST
@members_only(Role.EXECUTIVE)
def rule(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Uphold, overturn or remand."""
    at = now()
    found = get_case(request.membership, case_id)
    form = RulingForm(request.POST, at=at)
    if not form.is_valid():
        # Who may not rule at all hears that first, not that a field is empty.
        actions.require_free(found, request.membership)
        return _case_page(request, found, partial="ruling_form", status=422, ruling_form=form)
    ruling = actions.rule_on_case(found, by=request.membership, at=at, **form.cleaned_data)
    return _done(request, found, partial="ruling_form", text=_ruled_text(ruling))


def _ruled_text(ruling: Ruling) -> str:
    if ruling.outcome == Ruling.Outcome.REMANDED:
        return _("The question is with the sides. The board's clock is paused.")
    return _("Your ruling is in force.")


@require_POST
@members_only(*sorted(MARKETING))
def withdraw(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Take the appeal back."""
    found = get_case(request.membership, case_id)
    actions.withdraw_case(found, by=request.membership, at=now())
    return _done(request, found, partial="", text=_("The appeal is withdrawn."))


def _done(request: MemberRequest, case: Case, *, partial: str, text: str) -> HttpResponse:
    """Answer an act: the changed part for htmx, the page again for a browser."""
    if not wants_fragment(request):
        messages.success(request, text)
        return HttpResponseRedirect(_case_url(request, case.pk), status=303)
    if not partial:
        return toast(HttpResponse(status=204, headers={"HX-Redirect": _case_url(request, case.pk)}), text)
    return toast(_case_page(request, get_case(request.membership, case.pk), partial=partial), text)


@require_GET
@members_only()
def rulings(request: MemberRequest) -> HttpResponse:
    """Search what was decided and what it teaches."""
    given = request.GET
    search = _text(given.get("q", ""), 200)
    outcome = given.get("outcome", "") if given.get("outcome") in Ruling.Outcome.values else ""
    page_obj = queries.ruling_rows(
        search=search,
        outcome=outcome,
        precedents_only=given.get("precedents") == "1",
        page=_number(given.get("page", "")),
    )
    page_obj.object_list = _linked(request, list(page_obj.object_list))
    context = {
        "page_obj": page_obj,
        "search": search,
        "filters": ruling_filters(given, outcome),
        "empty": empty_rulings(filtered=bool(given)),
    }
    return render_page(request, RULINGS, context, partial="results")


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
    rows = queries.rulings_on(_text(given.get("criterion", ""), 100), _text(given.get("reason", ""), 100))
    return render(request, "arbitration/_rulings_on.html", {"rulings": _linked(request, rows)})
