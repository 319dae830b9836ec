"""Meetings of the board: list, docket, minutes, meeting room, calendar file."""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from arbitration import actions
from arbitration.access import get_case, get_sitting, reads_minutes, visible_cases
from arbitration.forms.sittings import AddForm, DocketForm, MinutesForm, SittingForm
from arbitration.models import Sitting
from arbitration.papers import sitting_file
from arbitration.queries.sittings import items_of, open_cases_off, sitting_rows, state_word
from arbitration.views.frame import linked
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only, require
from tenants.roles import Role

STEPS = {"up": -1, "down": 1}


@require_http_methods(["GET", "POST"])
@members_only()
def sittings(request: MemberRequest) -> HttpResponse:
    """Show the sittings; executives plan the next one."""
    form = SittingForm(request.POST or None)
    if request.method == "POST":
        require(request.membership, Role.EXECUTIVE)
        if form.is_valid():
            try:
                made = actions.plan_sitting(by=request.membership, at=now(), **form.cleaned_data)
            except InvalidInput as refusal:
                form.add_error("starts_at", refusal.errors[0].detail)
            else:
                messages.success(request, _("The sitting is planned."))
                return _to(request, made)
    context = {"sittings": sitting_rows(), "may_plan": request.membership.has(Role.EXECUTIVE), "form": form}
    return render_page(request, "arbitration/sittings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@members_only()
def sitting(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Show the docket of a sitting; executives write the minutes."""
    found = get_sitting(request.membership, sitting_id)
    form = MinutesForm(request.POST or None, initial={"minutes": found.minutes, "revision": found.revision})
    if request.method == "POST":
        require(request.membership, Role.EXECUTIVE)
        if form.is_valid():
            actions.write_minutes(found, by=request.membership, at=now(), **form.cleaned_data)
            messages.success(request, _("The minutes are kept."))
            return _to(request, found)
    may_change = request.membership.has(Role.EXECUTIVE)
    others = open_cases_off(found) if may_change else []
    context = {
        "sitting": found,
        "state_label": state_word(found.state),
        "items": linked(request, items_of(found, visible_cases(request.membership), at=now())),
        "may_change": may_change,
        "may_read_minutes": reads_minutes(request.membership),
        "form": form,
        "add_form": AddForm(choices=others) if others else None,
    }
    return render_page(request, "arbitration/sitting.html", context, status=422 if form.errors else 200)


@require_POST
@members_only(Role.EXECUTIVE)
def sitting_act(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Change the docket, or end the sitting."""
    found, at, by = get_sitting(request.membership, sitting_id), now(), request.membership
    form = DocketForm(request.POST)
    if not form.is_valid():
        raise actions.NotOnDocket(_("Choose a case."))
    do = form.cleaned_data["do"]
    if do in ("held", "cancelled"):
        actions.end_sitting(found, state=do, by=by, at=at)
        return _to(request, found)
    case = get_case(by, form.cleaned_data["case"])
    if do in STEPS:
        actions.move_on_docket(found, case, step=STEPS[do], by=by, at=at)
    elif do == "on":
        actions.put_on_docket(found, case, by=by, at=at)
    else:
        actions.take_off_docket(found, case, by=by, at=at)
    return _to(request, found)


@require_GET
@members_only()
def sitting_room(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """One case at a time in large letters, for a screen in a meeting room."""
    found = get_sitting(request.membership, sitting_id)
    items = linked(request, items_of(found, visible_cases(request.membership), at=now()))
    asked = request.GET.get("n", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    number = max(1, min(len(items), number))
    context = {
        "sitting": found,
        "item": replace(items[number - 1]) if items else None,
        "number": number,
        "total": len(items),
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < len(items) else None,
    }
    return render_page(request, "arbitration/sitting_room.html", context, partial="room")


@require_GET
@members_only()
def sitting_calendar(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The sitting as a file for calendars."""
    found = get_sitting(request.membership, sitting_id)
    path = reverse("arbitration:sitting", kwargs={"slug": request.organisation.slug, "sitting_id": found.pk})
    return sitting_file(found, url=settings.BASE_URL + path)


def _to(request: MemberRequest, found: Sitting) -> HttpResponse:
    where = {"slug": request.organisation.slug, "sitting_id": found.pk}
    return HttpResponseRedirect(reverse("arbitration:sitting", kwargs=where), status=303)
