"""What the board does with a case: votes, notes, recusals, moves, the ruling and its correction."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arbitration import actions
from arbitration.access import get_case
from arbitration.forms import CorrectionForm, MoveForm, NoteForm, RecusalForm, RulingForm, VoteForm
from arbitration.models import Ruling
from arbitration.views.frame import case_page, decision_form, done, ruled_text, show_faults
from arbitration.words import stage_word
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import toast, wants_fragment
from tenants.access import MemberRequest, members_only
from tenants.roles import Role


@require_POST
@members_only(Role.EXECUTIVE)
def rule(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Uphold, overturn or remand."""
    at = now()
    found = get_case(request.membership, case_id)
    # Who may not rule at all hears that first, not that a field is empty.
    actions.require_free(found, request.membership)
    form = decision_form(RulingForm, found, request.POST, at=at)
    if form.is_valid():
        try:
            ruling = actions.rule_on_case(found, by=request.membership, at=at, **form.decision())
        except (InvalidInput, actions.ContradictsPrecedents) as refusal:
            show_faults(form, refusal)
        else:
            text = ruled_text(ruling.outcome == Ruling.Outcome.REMANDED)
            return done(request, found, partial="ruling_form", text=text)
    return case_page(request, found, partial="ruling_form", status=422, ruling_form=form)


@require_POST
@members_only(Role.EXECUTIVE)
def correct(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Put a ruling right by a second one."""
    at = now()
    found = get_case(request.membership, case_id)
    actions.require_free(found, request.membership)
    form = decision_form(CorrectionForm, found, request.POST, at=at)
    if form.is_valid():
        try:
            actions.correct_ruling(found, by=request.membership, at=at, **form.decision())
        except (InvalidInput, actions.ContradictsPrecedents) as refusal:
            show_faults(form, refusal)
        else:
            return done(request, found, partial="", text=_("The correction is in force."))
    return case_page(request, found, partial="ruling_form", status=422, correction_form=form)


@require_POST
@members_only()
def vote(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Advise the chair."""
    found = get_case(request.membership, case_id)
    form = VoteForm(request.POST, auto_id="vote_%s")
    if not form.is_valid():
        return case_page(request, found, partial="hearing", status=422, vote_form=form)
    actions.cast_vote(found, by=request.membership, at=now(), **form.cleaned_data)
    return done(request, found, partial="hearing", text=_("Your vote is on record."))


@require_POST
@members_only()
def note(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Write down what was said at the hearing."""
    found = get_case(request.membership, case_id)
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return case_page(request, found, partial="hearing", status=422, note_form=form)
    actions.add_note(found, text=form.cleaned_data["text"], by=request.membership, at=now())
    return done(request, found, partial="hearing", text=_("The note is on record."))


@require_POST
@members_only()
def recuse(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Declare that one is not neutral."""
    found = get_case(request.membership, case_id)
    form = RecusalForm(request.POST, auto_id="recusal_%s")
    if not form.is_valid():
        return case_page(request, found, partial="hearing", status=422, recusal_form=form)
    actions.recuse(found, reason=form.cleaned_data["reason"], by=request.membership, at=now())
    return done(request, found, partial="", text=_("You take no part in this case any more."))


@require_POST
@members_only(Role.EXECUTIVE)
def move(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Move a case on the board; answers with the board."""
    found = get_case(request.membership, case_id)
    form = MoveForm(request.POST)
    stage = form.cleaned_data["stage"] if form.is_valid() else ""
    moved = actions.move_case(found, stage=stage, by=request.membership, at=now())
    text = _("%(number)s: %(stage)s.") % {"number": moved.number, "stage": stage_word(moved.stage)}
    url = reverse("arbitration:docket", kwargs={"slug": request.organisation.slug})
    if wants_fragment(request):
        return toast(HttpResponse(status=204, headers={"HX-Redirect": url}), text)
    messages.success(request, text)
    return HttpResponseRedirect(url, status=303)
