"""Who is away: entering one's own absence, or that of one's people."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page
from tenants import access, actions, queries
from tenants.access import MemberRequest, members_only
from tenants.forms import AbsenceForm
from tenants.roles import Role

# An auditor reads, and is away without telling.
WRITERS = tuple(role for role in Role if role != Role.AUDITOR)


@members_only()
@require_http_methods(["GET"])
def absences(request: MemberRequest) -> HttpResponse:
    """Show the absences that concern the member: now, to come, past."""
    form = _form(request) if request.membership.has(*WRITERS) else None
    return _page(request, form)


@members_only(*WRITERS)
@require_POST
def plan_absence(request: MemberRequest) -> HttpResponseBase:
    """Enter an absence."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    told = form.cleaned_data
    try:
        absence = actions.plan_absence(
            told["member"], first_day=told["first_day"], last_day=told["last_day"], deputy=told["deputy"],
            by=request.membership, at=now(),
        )  # fmt: skip
    except InvalidInput as invalid:
        for fault in invalid.errors:
            name = fault.pointer.strip("/")
            form.add_error(name if name in form.fields else None, fault.detail)
        return _page(request, form, status=422)
    except DomainError as refused:
        return _page(request, form, refusal=refused.sentence, status=409)
    if absence.deputy_id:
        messages.success(request, _("Noted. Open work goes to the deputy when the absence begins."))
    else:
        messages.success(request, _("Noted. New leads go to others meanwhile; open work waits, with its deadlines."))
    return redirect("tenants:absences", slug=request.organisation.slug)


@members_only(*WRITERS)
@require_POST
def end_absence(request: MemberRequest, absence_id: str) -> HttpResponseBase:
    """Say that somebody is here again, or will not be away."""
    absence = access.get_absence(request.membership, absence_id)
    actions.end_absence(absence, by=request.membership, at=now())
    messages.success(request, _("Noted. What is still open comes back."))
    return redirect("tenants:absences", slug=request.organisation.slug)


def _form(request: MemberRequest, data: Any = None) -> AbsenceForm:
    return AbsenceForm(
        data,
        managed=queries.manageable_members(request.membership),
        colleagues=queries.everybody(),
    )


def _page(request: MemberRequest, form: AbsenceForm | None, *, refusal: str = "", status: int = 200) -> HttpResponse:
    rows = queries.absence_rows(request.membership, today=queries.today_in(at=now()))
    context = {"rows": rows, "form": form, "refusal": refusal}
    return render_page(request, "tenants/absences.html", context, status=status)
