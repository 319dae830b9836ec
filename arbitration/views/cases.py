"""Pages of a case: the docket, the case, and what its sides do."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from arbitration import actions, queries
from arbitration.access import get_case, get_disputed, visible_cases
from arbitration.forms import AppealForm, StatementForm
from arbitration.models import Case
from arbitration.pages import appeal_context, docket_url, empty_docket, shown_of, tag_of_docket, with_more
from arbitration.rules import RULING_SEATS
from arbitration.views.frame import case_page, case_url, done, linked, partial_of
from leads.forms import MOST_BYTES
from leads.models import Rejection
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import is_unchanged, not_modified, render_page, toast, wants_fragment, with_tag
from smarketing.lib.uploads import takes_uploads
from tenants.access import MemberRequest, members_only
from tenants.roles import MARKETING, SIDES

CASE_PARTIALS = frozenset({"claim", "precedents", "ruling_form", "statements", "timeline", "hearing", "files"})


@require_GET
@members_only()
def docket(request: MemberRequest) -> HttpResponse:
    """The board: open cases by stage and what the quarter settled; an unchanged poll is answered before it is read."""
    at, visible, shown = now(), visible_cases(request.membership), shown_of(request.GET)
    tag = tag_of_docket(request.membership, queries.version_of_docket(visible, at=at), shown)
    polled = wants_fragment(request)
    if polled and is_unchanged(request, tag):
        return not_modified(tag)
    found = queries.docket(visible, at=at, zone=request.organisation.zone, shown=shown)
    context = _docket_context(request, found, shown) | {"etag": tag}
    response = render_page(request, "arbitration/docket.html", context, partial="board")
    return with_tag(response, tag) if polled else response


def _docket_context(request: MemberRequest, found: queries.Docket, shown: dict[str, int]) -> dict[str, Any]:
    new = request.GET.get("new", "")
    columns = [replace(column, cards=linked(request, column.cards)) for column in found.columns]
    return {
        "columns": [with_more(column, shown, asked_last=new) for column in columns],
        "settled_quarter": found.settled_quarter,
        "mean_days": found.mean_days,
        "empty": empty_docket(request.organisation.slug, found),
        "here": docket_url(shown),
        "may_move": queries.seat_of(request.membership) in RULING_SEATS,
    }


@require_GET
@members_only()
def case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """One case: both claims, evidence, precedents, statements and the ruling."""
    found = get_case(request.membership, case_id)
    return case_page(request, found, partial=partial_of(request, CASE_PARTIALS))


@require_http_methods(["GET", "POST"])
@members_only(*sorted(MARKETING))
@takes_uploads(MOST_BYTES)
def appeal(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Dispute the rejection of a handover."""
    rejection = get_disputed(request.membership, handover_id)
    sent = request.method == "POST"
    form = AppealForm(request.POST, request.FILES) if sent else AppealForm()
    if sent and form.is_valid():
        opened = _filed(request, rejection, form)
        if opened is not None:
            return _appealed(request, opened)
    context = appeal_context(request.organisation.slug, rejection, form, _rulings_like(request, rejection))
    if wants_fragment(request):
        return render_page(request, "leads/returns.html", context, partial="appeal_dialog", status=422 if sent else 200)
    return render_page(request, "leads/return_form.html", context, status=422 if sent else 200)


def _filed(request: MemberRequest, rejection: Rejection, form: AppealForm) -> Case | None:
    """File the appeal; None where a file cannot be kept, with the fault at its field."""
    told = form.cleaned_data
    try:
        return actions.file_appeal(
            rejection, grounds=told["claim"], uploads=told["evidence_files"], by=request.membership, at=now()
        )
    except InvalidInput as refused:
        for fault in refused.errors:
            form.add_error("evidence_files", fault.detail)
        return None


def _rulings_like(request: MemberRequest, rejection: Rejection) -> list[queries.RulingOn]:
    fields = rejection.handover.snapshot.get("fields", {})
    return linked(request, queries.rulings_on(rejection.criterion, rejection.reason, fields=fields))


def _appealed(request: MemberRequest, opened: Case) -> HttpResponse:
    url = case_url(request, opened.pk)
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
        return case_page(request, found, partial="statements", status=422, statement_form=form)
    actions.add_statement(found, text=form.cleaned_data["text"], by=request.membership, at=now())
    return done(request, found, partial="statements", text=_("Your statement is filed."))


@require_POST
@members_only(*sorted(MARKETING))
def withdraw(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Take the appeal back."""
    found = get_case(request.membership, case_id)
    actions.withdraw_case(found, by=request.membership, at=now())
    return done(request, found, partial="", text=_("The appeal is withdrawn."))
