"""Accept, reject, undo, log contact, assign, move on: one action each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from events.actions import UNDO_WINDOW
from leads import access, actions, queries, reasons
from leads.forms import MOST_BYTES, AssignForm, AttemptForm, ProgressForm, RejectForm
from leads.models import Handover, Rejection
from leads.views.inbox import TEMPLATE, acted, next_after, place_behind
from sla.queries import commitment_of
from sla.words import amount_text
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import toast, wants_fragment
from smarketing.lib.uploads import takes_uploads
from tenants.access import MemberRequest, get_member, members_only
from tenants.roles import Role

SALES = (Role.SALES_REP, Role.SALES_MANAGER)
# Who acts on the lead's own page stays on it; the inbox goes on to the next.
FROM_LEAD = "lead"


@members_only(*SALES)
@require_POST
def accept(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Take a lead; answers with the next one and an undo."""
    at = now()
    handover = access.get_handover(request.membership, handover_id)
    following = next_after(request, handover.pk)
    try:
        actions.accept_handover(handover, by=request.membership, at=at)
    except DomainError as error:
        return _refused(request, handover, error, at=at)
    said = _("Accepted %(name)s.") % {"name": handover.lead.name}
    return _done(request, handover, said, at=at, show=following, undoable=True)


@members_only(*SALES)
@require_http_methods(["GET", "POST"])
@takes_uploads(MOST_BYTES)
def reject(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Ask for the reason, then send the lead back with it."""
    at = now()
    handover = access.get_handover(request.membership, handover_id)
    form = RejectForm(handover, request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        return _dialog(request, "reject", _reject_context(request, handover, form))
    following = next_after(request, handover.pk)
    try:
        rejection = actions.reject_handover(handover, by=request.membership, at=at, **form.claim())
    except DomainError as error:
        return _refused(request, handover, error, at=at)
    except InvalidInput as refused:
        for fault in refused.errors:
            name = "evidence_files" if fault.pointer == "/file" else fault.pointer.strip("/")
            form.add_error(name if name in form.fields else None, fault.detail)
        return _dialog(request, "reject", _reject_context(request, handover, form))
    rerouted = rejection.reason_class == Rejection.Class.PROCEDURAL
    said = _("Sent %(name)s on to somebody else.") if rerouted else _("Rejected %(name)s.")
    named = said % {"name": handover.lead.name}
    return _done(request, handover, named, at=at, show=following, undoable=not rerouted)


def _reject_context(request: MemberRequest, handover: Handover, form: RejectForm) -> dict[str, Any]:
    return {
        "handover": {"handover_id": handover.pk, "name": handover.lead.name},
        "form": form,
        "reasons": reasons.rejection_reasons(form.content, form.catalogue),
        "waiting": queries.evidence_on(handover, request.membership),
        "consequence": _consequence(handover),
    }


def _consequence(handover: Handover) -> str:
    """Say what happens next."""
    terms = commitment_of(handover.version, "return_answer")
    who = handover.sent_by.name if handover.sent_by else _("Marketing")
    if terms is None:
        return _("%(who)s can correct, nurture or appeal.") % {"who": who}
    time = amount_text(terms["amount"], terms["unit"])
    return _("%(who)s has %(time)s to correct, nurture or appeal.") % {"who": who, "time": time}


@members_only(*SALES)
@require_POST
def undo(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Take one's own decision back."""
    at = now()
    handover = access.get_handover(request.membership, handover_id)
    try:
        actions.undo_decision(handover, by=request.membership, at=at)
    except DomainError as error:
        return _refused(request, handover, error, at=at)
    said = _("Taken back: %(name)s is to be decided again.") % {"name": handover.lead.name}
    return _done(request, handover, said, at=at, show=handover.pk)


@members_only(*SALES)
@require_http_methods(["GET", "POST"])
def attempt(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Log a try to reach the person."""
    at = now()
    handover = access.get_handover(request.membership, handover_id)
    form = AttemptForm(request.POST or None, moment=at, sent_at=handover.sent_at)
    if request.method == "GET" or not form.is_valid():
        named = {"handover_id": handover.pk, "name": handover.lead.name}
        return _dialog(request, "contact", {"handover": named, "form": form})
    told = form.cleaned_data
    try:
        logged = actions.log_attempt(
            handover, channel=told["channel"], outcome=told["outcome"], occurred_at=told["at"], note=told["note"],
            next_step=form.next_step(), by=request.membership, at=at,
        )  # fmt: skip
    except DomainError as error:
        return _refused(request, handover, error, at=at)
    said = _("Logged.") if logged.counted else _("Logged; it does not count towards the agreed attempts.")
    return _done(request, handover, said, at=at, show=handover.pk)


@members_only(Role.SALES_MANAGER)
@require_http_methods(["GET", "POST"])
def assign(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Give a lead to another rep."""

    def act(handover: Handover, form: Form, at: datetime) -> str:
        to = get_member(request.membership, form.cleaned_data["to"])
        actions.assign_handover(handover, to=to, by=request.membership, at=at)
        return _("%(who)s works on it now.") % {"who": to.name}

    words = (_("Assign to somebody else"), _("Assign"), _("Deadlines stay as they are."))
    return _form_page(
        request, handover_id, "assign", form_of=lambda handover: AssignForm(request.POST or None), act=act, words=words
    )


@members_only(*SALES)
@require_http_methods(["GET", "POST"])
def progress(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Move an accepted lead on, or close it."""

    def act(handover: Handover, form: Form, at: datetime) -> str:
        step, end = form.step_and_end()  # type: ignore[attr-defined]  # the form of this page
        told = form.cleaned_data
        actions.advance_handover(
            handover, progress=step, outcome=end, amount=told["amount"], reason=told["reason"],
            by=request.membership, at=at,
        )  # fmt: skip
        return _("Noted.")

    words = (_("Move on"), _("Save"), _("Won carries an amount, lost a reason."))
    return _form_page(
        request,
        handover_id,
        "progress",
        form_of=lambda handover: ProgressForm(handover, request.POST or None),
        act=act,
        words=words,
    )


def _form_page(
    request: MemberRequest,
    handover_id: UUID,
    name: str,
    *,
    form_of: Callable[[Handover], Form],
    act: Callable[[Handover, Form, datetime], str],
    words: tuple[str, str, str],
) -> HttpResponse:
    """Show a form about a handover in the dialog or as a page; do ``act`` with what is valid."""
    at = now()
    handover = access.get_handover(request.membership, handover_id)
    form = form_of(handover)
    if request.method == "POST" and form.is_valid():
        try:
            said = act(handover, form, at)
        except DomainError as error:
            return _refused(request, handover, error, at=at)
        except InvalidInput as invalid:
            for fault in invalid.errors:
                field = fault.pointer.strip("/")
                form.add_error(field if field in form.fields else None, fault.detail)
        else:
            return _done(request, handover, said, at=at, show=handover.pk)
    stays = f"?from={FROM_LEAD}" if _is_from_lead(request) else ""
    context = {
        "title": f"{words[0]}: {handover.lead.name}",
        "form": form,
        "action_url": reverse(f"leads:{name}", args=[request.organisation.slug, handover.pk]) + stays,
        "submit_label": words[1],
        "consequence": words[2],
        "target": "#detail",
    }
    template = "_dialog_form.html" if wants_fragment(request) else "leads/return_form.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _dialog(request: MemberRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Render a dialog's form, or the page of the same name without script; 422 when it was filled wrongly."""
    template = f"{TEMPLATE}#{name}_dialog" if wants_fragment(request) else f"leads/{name}.html"
    status = 422 if context["form"].errors else 200
    response = render(request, template, context, status=status)
    response.headers["Vary"] = "HX-Request"
    return response


def _done(
    request: MemberRequest,
    handover: Handover,
    said: str,
    *,
    at: datetime,
    show: UUID | None,
    undoable: bool = False,
) -> HttpResponse:
    """Answer a successful act: for htmx the next lead with a toast, for a browser 303 with a message."""
    if _is_from_lead(request):
        messages.success(request, said)
        return _to_lead(request, handover)
    if not wants_fragment(request):
        messages.success(request, said)
        return _back(request, show)
    following = _announce(request, show)
    response = acted(request, at=at, show=show, announce=f"{said} {following}".strip())
    undo_url = reverse("leads:undo", args=[request.organisation.slug, handover.pk]) if undoable else ""
    until = (at + UNDO_WINDOW).isoformat() if undoable else ""
    return toast(response, said, undo_url=undo_url, until=until)


def _is_from_lead(request: MemberRequest) -> bool:
    return request.GET.get("from") == FROM_LEAD


def _to_lead(request: MemberRequest, handover: Handover) -> HttpResponse:
    """Send back to the lead's page, which tells what is said; to the inbox where it went to somebody else."""
    stays = access.visible_leads(request.membership).filter(pk=handover.lead_id).exists()
    name, arguments = ("detail", [handover.lead_id]) if stays else ("inbox", [])
    url = reverse(f"leads:{name}", args=[request.organisation.slug, *arguments])
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _announce(request: MemberRequest, show: UUID | None) -> str:
    """Say for the live region which lead comes now."""
    if show is None:
        return _("Nothing else is waiting.")
    found = access.visible_handovers(request.membership).filter(pk=show).select_related("lead").first()
    return _("Next: %(name)s.") % {"name": found.lead.name} if found else ""


def _refused(request: MemberRequest, handover: Handover, error: DomainError, *, at: datetime) -> HttpResponse:
    """Show a refusal with the lead as it stands now; a browser without script gets the error page."""
    if not wants_fragment(request):
        raise error
    if _is_from_lead(request):
        messages.error(request, error.sentence)
        return _to_lead(request, handover)
    return acted(request, at=at, show=handover.pk, refusal=error.sentence)


def _back(request: MemberRequest, show: UUID | None) -> HttpResponse:
    place = place_behind(request)
    return redirect(place.url(lead=str(show) if show else ""))
