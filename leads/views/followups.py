"""Next steps: one's own and the team's, those of a lead, and what is done with them."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions, queries
from leads.forms.faults import last_part, show_faults
from leads.forms.followups import FollowUpForm, initial_of
from leads.views.dialogs import form_answer
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page, toast, wants_fragment
from tenants.access import MemberRequest, members_only
from tenants.roles import SIDES

WRITERS = tuple(sorted(SIDES))


@members_only()
@require_GET
def followups(request: MemberRequest) -> HttpResponse:
    """My next steps, and those of the people one answers for, by time."""
    return _page(request, at=now())


def _page(request: MemberRequest, *, at: datetime) -> HttpResponse:
    may_see_team = queries.may_see_team(request.membership)
    whose = "team" if may_see_team and request.GET.get("whose") == "team" else "mine"
    zone = timezone.get_current_timezone_name()
    context = {
        "steps": queries.steps_for(request.membership, whose, at=at, zone=zone),
        "whose": whose,
        "may_see_team": may_see_team,
    }
    return render_page(request, "leads/followups.html", context, partial="list")


@members_only()
@require_GET
def lead_followups(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """What is planned on a lead, and what was done of it last."""
    lead = access.get_lead(request.membership, lead_id)
    return _panel(request, lead.pk, at=now())


def _panel(request: MemberRequest, lead_id: UUID, *, at: datetime) -> HttpResponse:
    lead = access.get_lead(request.membership, lead_id)
    steps = queries.steps_of(lead.pk, request.membership, at=at, zone=timezone.get_current_timezone_name())
    context = {"lead": lead, "steps": steps, "may_plan": request.membership.has(*WRITERS)}
    return render_page(request, "leads/lead_followups.html", context, partial="followups")


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def followup_new(request: MemberRequest, lead_id: UUID) -> HttpResponseBase:
    """Plan the next step on a lead."""
    at = now()
    lead = access.get_lead(request.membership, lead_id)
    first = queries.suggested_moments(at=at, zone=timezone.get_current_timezone_name())[0].at
    initial = {
        "what": _("Call again"), "due_on": first.date(), "time": f"{first:%H:%M}",
        "assigned_to": str(request.membership.pk),
    }  # fmt: skip
    people = queries.colleagues_for(lead, also=request.membership)
    form = FollowUpForm(request.POST or None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.plan_follow_up(
                lead, what=told["what"], when=form.when(), assigned_to=told["assigned_to"], by=request.membership, at=at
            )
        except InvalidInput as refusal:
            show_faults(form, refusal.errors, _field_of)
        else:
            return _after(request, lead.pk, _("Planned."), at=at)
    title = _("Next step with %(name)s") % {"name": lead.name}
    return form_answer(request, form, title=title, submit_label=_("Plan it"), target="#followups")


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def followup_change(request: MemberRequest, step_id: UUID) -> HttpResponseBase:
    """Put a next step off, reword it or give it to a colleague."""
    at = now()
    step = access.get_follow_up(request.membership, step_id, today=_today(at))
    people = queries.colleagues_for(step.lead, also=step.assigned_to)
    form = FollowUpForm(request.POST or None, people=people, initial=initial_of(step))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        seen = told["revision"] or step.revision
        try:
            actions.change_follow_up(
                step, what=told["what"], when=form.when(), assigned_to=told["assigned_to"], revision=seen,
                by=request.membership, at=at,
            )  # fmt: skip
        except InvalidInput as invalid:
            show_faults(form, invalid.errors, _field_of)
        else:
            return _after(request, step.lead_id, _("Changed."), at=at)
    return form_answer(request, form, title=_("Change this next step"), submit_label=_("Save"), target=_target(request))


@members_only(*WRITERS)
@require_POST
def followup_done(request: MemberRequest, step_id: UUID) -> HttpResponseBase:
    """Note that a next step is done."""
    at = now()
    step = access.get_follow_up(request.membership, step_id, today=_today(at))
    actions.finish_follow_up(step, by=request.membership, at=at)
    return _after(request, step.lead_id, _("Done: %(what)s") % {"what": step.what}, at=at)


@members_only(*WRITERS)
@require_POST
def followup_cancel(request: MemberRequest, step_id: UUID) -> HttpResponseBase:
    """Note that a next step will not be done."""
    at = now()
    step = access.get_follow_up(request.membership, step_id, today=_today(at))
    actions.cancel_follow_up(step, by=request.membership, at=at)
    return _after(request, step.lead_id, _("Cancelled: %(what)s") % {"what": step.what}, at=at)


def _after(request: MemberRequest, lead_id: UUID, said: str, *, at: datetime) -> HttpResponseBase:
    """Answer with the part of the page on which it was pressed; a browser without script goes back to the lead."""
    if wants_fragment(request):
        on_list = request.htmx.target == "list"
        return toast(_page(request, at=at) if on_list else _panel(request, lead_id, at=at), said)
    messages.success(request, said)
    if request.POST.get("back") == "list" or not access.visible_leads(request.membership).filter(pk=lead_id).exists():
        return redirect("leads:followups", slug=request.organisation.slug)
    return redirect("leads:detail", slug=request.organisation.slug, lead_id=lead_id)


def _target(request: MemberRequest) -> str:
    return "#list" if request.GET.get("on") == "list" else "#followups"


def _field_of(pointer: str) -> str:
    return {"due_at": "time"}.get(last_part(pointer), last_part(pointer))


def _today(at: datetime) -> date:
    return at.astimezone(ZoneInfo(timezone.get_current_timezone_name())).date()
