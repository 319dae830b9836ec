"""Why a deadline is due when it is, and asking the other side about a breach."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sla import access, actions, queries
from sla.forms import DecisionForm, EvidenceForm, ExcuseForm
from sla.models import Clock, Plea
from sla.words import commitment_label
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import HEADS, SIDES, Role

# Who owes something: both sides, and the board.
OWING = (*sorted(SIDES), Role.EXECUTIVE)


@require_GET
@members_only()
def explanation(request: MemberRequest, clock_id: UUID) -> HttpResponse:
    """Tell the story of one deadline, as a page or in the dialog."""
    clock = access.get_clock(request.membership, clock_id)
    story = queries.story_of(clock, reader=request.membership, at=now(), zone=request.organisation.zone)
    return render_page(request, "sla/explanation.html", {"story": story}, partial="story")


@require_http_methods(["GET", "POST"])
@members_only(*OWING)
def excuse(request: MemberRequest, clock_id: UUID) -> HttpResponse:
    """Ask the other side to excuse a breach."""
    at = now()
    clock = access.get_clock(request.membership, clock_id)
    form = ExcuseForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        actions.request_excuse(clock, reason=form.cleaned_data["reason"], by=request.membership, at=at)
        return _("Asked. The other side has been told.")

    asked = _Question("excuse", _("Ask to excuse: %(what)s"), _("Ask"), _("It stays on record, marked as excused."))
    return _form_page(request, asked, clock, form, act)


@require_http_methods(["GET", "POST"])
@members_only(*OWING)
def evidence(request: MemberRequest, clock_id: UUID) -> HttpResponse:
    """Say that a broken promise was kept in time."""
    at = now()
    clock = access.get_clock(request.membership, clock_id)
    given = request.POST if request.method == "POST" else None
    form = EvidenceForm(given, begin_at=clock.subject.opened_at, end_at=min(clock.breached_at or clock.due_at, at))

    def act() -> str:
        told = form.cleaned_data
        actions.submit_evidence(clock, happened_at=told["happened_at"], note=told["note"], by=request.membership, at=at)
        return _("Noted. The other side has been asked to confirm it.")

    title, consequence = _("It happened in time: %(what)s"), _("It counts once the other side has confirmed it.")
    return _form_page(request, _Question("evidence", title, _("Say so"), consequence), clock, form, act)


@require_http_methods(["GET", "POST"])
@members_only(*sorted(HEADS))
def plea_decide(request: MemberRequest, plea_id: UUID) -> HttpResponse:
    """Answer what the other side asks."""
    at = now()
    plea = access.get_plea(request.membership, plea_id)
    is_excuse = plea.kind == Plea.Kind.EXCUSE
    yes = _("Excuse it") if is_excuse else _("Confirm that it happened in time")
    form = DecisionForm(request.POST if request.method == "POST" else None, yes=yes)

    def act() -> str:
        note = form.cleaned_data["note"]
        actions.decide_plea(plea, granted=form.is_granted, note=note, by=request.membership, at=at)
        return _("Answered.")

    asked_by = plea.requested_by.name if plea.requested_by else ""
    text = _("%(who)s: “%(reason)s”") % {"reason": plea.reason, "who": asked_by}
    question = _Question(
        "plea_decide", _("Answer: %(what)s"), _("Answer"), _("The breach stays on record either way."), text, plea
    )
    return _form_page(request, question, plea.clock, form, act)


@require_POST
@members_only(*OWING)
def plea_withdraw(request: MemberRequest, plea_id: UUID) -> HttpResponse:
    """Take back what was asked."""
    plea = access.get_plea(request.membership, plea_id)
    actions.withdraw_plea(plea, by=request.membership, at=now())
    messages.success(request, _("Taken back."))
    return redirect("sla:explanation", slug=request.organisation.slug, clock_id=plea.clock_id)


@dataclass(frozen=True)
class _Question:
    """What a form asks, in words."""

    name: str
    title: str
    submit_label: str
    consequence: str
    text: str = ""
    plea: Plea | None = None


def _form_page(
    request: MemberRequest, question: _Question, clock: Clock, form: Form, act: Callable[[], str]
) -> HttpResponse:
    """Show a form about a breach in the dialog or as a page; do ``act`` with what is valid, then show the story."""
    if request.method == "POST" and form.is_valid():
        messages.success(request, act())
        return redirect("sla:explanation", slug=request.organisation.slug, clock_id=clock.pk)
    target: dict[str, Any] = {"plea_id": question.plea.pk} if question.plea else {"clock_id": clock.pk}
    context = {
        "title": question.title % {"what": commitment_label(clock.commitment)},
        "text": question.text,
        "form": form,
        "action_url": reverse(f"sla:{question.name}", kwargs={"slug": request.organisation.slug, **target}),
        "submit_label": question.submit_label,
        "consequence": question.consequence,
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "sla/plea_form.html", context, partial="dialog", status=status)
