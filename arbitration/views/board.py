"""The board's settings: who sits where."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from arbitration import actions
from arbitration.access import get_seat
from arbitration.forms import SeatForm
from arbitration.models import Seat
from arbitration.queries.settings import cases_without_a_chair, seat_rows
from arbitration.views.frame import linked
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, get_member, members_only, require
from tenants.queries import everybody
from tenants.roles import Role


@require_http_methods(["GET", "POST"])
@members_only()
def board(request: MemberRequest) -> HttpResponse:
    """Show who sits on the board; executives appoint."""
    if request.method == "POST":
        require(request.membership, Role.EXECUTIVE)
    asked = request.GET.get("seat", "")
    kind = asked if asked in Seat.Kind.values else Seat.Kind.MEMBER
    form = SeatForm(request.POST or None, people=everybody(), kind=kind)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            told = _appoint(request, form)
            if told:
                messages.success(request, told)
                return _back(request)
        status = 422
    context = {
        "seats": seat_rows(at=now()),
        "waiting": linked(request, cases_without_a_chair()),
        "may_appoint": request.membership.has(Role.EXECUTIVE),
        "form": form,
    }
    return render_page(request, "arbitration/board.html", context, partial="list", status=status)


def _appoint(request: MemberRequest, form: SeatForm) -> str:
    """Appoint whom the form names; a refusal stands at the form, and "" is returned."""
    member = get_member(request.membership, form.cleaned_data["member"])
    try:
        actions.appoint(member, kind=form.cleaned_data["kind"], by=request.membership, at=now())
    except DomainError as refusal:
        form.add_error("kind", refusal.sentence)
        return ""
    return _("%(name)s sits on the board.") % {"name": member.name}


@require_POST
@members_only(Role.EXECUTIVE)
def seat_end(request: MemberRequest, seat_id: UUID) -> HttpResponse:
    """Take somebody off the board."""
    seat = get_seat(request.membership, seat_id)
    actions.end_seat(seat, by=request.membership, at=now())
    messages.success(request, _("%(name)s has left the board.") % {"name": seat.member.name})
    return _back(request)


def _back(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("arbitration:board", kwargs={"slug": request.organisation.slug}), status=303)
