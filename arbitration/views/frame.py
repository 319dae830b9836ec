"""What the board's views share: addresses, the page of a case, the answer to an act."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from arbitration import actions, queries
from arbitration.access import get_case, readable_cases, sees_votes
from arbitration.forms import CorrectionForm, NoteForm, RecusalForm, RulingForm, StatementForm, VoteForm
from arbitration.models import Case, Seat
from leads.forms import EvidenceForm
from leads.queries.attributes import field_labels
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page, toast, wants_fragment
from tenants.access import MemberRequest

CASE = "arbitration/case.html"


def partial_of(request: HttpRequest, known: frozenset[str], default: str = "") -> str:
    """Return the partial that the page asks for: htmx names its target, which has the partial's name."""
    target = request.headers.get("HX-Target", "")
    return target if target in known else default


def linked(request: MemberRequest, rows: Sequence[Any]) -> list[Any]:
    """Return the rows with the address of their case; of one that the reader may not see, of what it taught."""
    seen = readable_cases(request.membership, [row.case_id for row in rows])
    taught = reverse("arbitration:rulings", kwargs={"slug": request.organisation.slug})
    return [
        replace(row, url=case_url(request, row.case_id) if row.case_id in seen else f"{taught}?q={row.number}")
        for row in rows
    ]


def case_url(request: MemberRequest, case_id: UUID) -> str:
    """Return the address of a case."""
    return reverse("arbitration:case", kwargs={"slug": request.organisation.slug, "case_id": case_id})


def case_page(
    request: MemberRequest, case: Case, *, partial: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    """Render a case, or one part of it; ``forms`` are those that were filled in."""
    at = now()
    detail = queries.case_detail(
        case,
        request.membership,
        at=at,
        zone=request.organisation.zone,
        sees_votes=sees_votes(request.membership, case),
    )
    context = {
        "case": _case_context(request, detail),
        "statement_form": StatementForm(),
        "vote_form": VoteForm(prefix=None, auto_id="vote_%s"),
        "files_form": EvidenceForm(auto_id="files_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "recusal_form": RecusalForm(auto_id="recusal_%s"),
        "evidence": detail.evidence,
        "timeline": detail.timeline,
        "path": detail.path,
        **_decision_forms(request, case, detail, at=at, given=forms),
        **forms,
    }
    return render_page(request, CASE, context, partial=partial, status=status)


def _decision_forms(
    request: MemberRequest, case: Case, detail: queries.CaseDetail, *, at: Any, given: dict[str, Any]
) -> dict[str, Any]:
    """Return the form that the reader may fill in: to rule, or to correct."""
    found: dict[str, Any] = {}
    if "rule" in detail.may and "ruling_form" not in given:
        found["ruling_form"] = decision_form(RulingForm, case, None, at=at)
    if "correct" in detail.may and "correction_form" not in given:
        found["correction_form"] = decision_form(CorrectionForm, case, None, at=at)
    return found


def decision_form(kind: type[RulingForm], case: Case, data: Any, *, at: Any) -> RulingForm:
    """Return the form for a ruling (or its correction) in this case, with the precedents it must speak of."""
    fields = {name: label for name, label in field_labels().items() if name != "amount"}
    return kind(data, at=at, precedents=actions.suggested_of(case), fields=fields)


def show_faults(form: RulingForm, refusal: InvalidInput | actions.ContradictsPrecedents) -> None:
    """Put each fault of the input at the field that it means, a contradiction at the box that confirms it."""
    if isinstance(refusal, actions.ContradictsPrecedents):
        form.warn(refusal.sentence, refusal.extra["contradicts"])
        return
    for error in refusal.errors:
        place = form.place_of(error.pointer)
        form.add_error(place if place in form.fields else None, error.detail)


def _case_context(request: MemberRequest, detail: queries.CaseDetail) -> dict[str, Any]:
    agreement = reverse("sla:agreement", kwargs={"slug": request.organisation.slug})
    shown = {name: getattr(detail, name) for name in detail.__dataclass_fields__}
    board = reverse("arbitration:board", kwargs={"slug": request.organisation.slug})
    return shown | {
        "version": {"number": detail.version, "url": agreement},
        "criterion": {"label": detail.criterion[0], "definition": detail.criterion[1]},
        "precedents": linked(request, detail.precedents),
        "may_not_because": actions.bar_sentence(detail.bar),
        "may_not_vote_because": actions.vote_bar_sentence(detail.vote_bar),
        "appoint_url": f"{board}?seat={Seat.Kind.DEPUTY}",
    }


def done(request: MemberRequest, case: Case, *, partial: str, text: str) -> HttpResponse:
    """Answer an act: the changed part for htmx, the page again for a browser."""
    if not wants_fragment(request):
        messages.success(request, text)
        return HttpResponseRedirect(case_url(request, case.pk), status=303)
    if not partial:
        return toast(HttpResponse(status=204, headers={"HX-Redirect": case_url(request, case.pk)}), text)
    return toast(case_page(request, get_case(request.membership, case.pk), partial=partial), text)


def ruled_text(remanded: bool) -> str:
    """Say what the ruling did."""
    if remanded:
        return _("The question is with the sides. The board's clock is paused.")
    return _("Your ruling is in force.")
