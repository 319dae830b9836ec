"""Teams: made, renamed, filled."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page
from tenants import access, actions, queries
from tenants.access import MemberRequest, members_only
from tenants.forms import TeamForm
from tenants.models import Team
from tenants.roles import HEADS, Role

WRITERS = (Role.ADMINISTRATOR,)
READERS = (*WRITERS, *sorted(HEADS), Role.AUDITOR)


@members_only(*READERS)
@require_GET
def teams(request: MemberRequest) -> HttpResponse:
    """Show every team with who is in it."""
    context = {"teams": queries.team_rows(), "may_change": request.membership.has(*WRITERS)}
    return render_page(request, "tenants/teams.html", context, partial="list")


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def team_new(request: MemberRequest) -> HttpResponseBase:
    """Make a team."""
    return _page(request, None)


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def team_edit(request: MemberRequest, team_id: UUID) -> HttpResponseBase:
    """Rename a team or change who is in it."""
    return _page(request, access.get_team(request.membership, team_id))


def _page(request: MemberRequest, team: Team | None) -> HttpResponseBase:
    form = TeamForm(request.POST or None, team=team, members=queries.everybody())
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, team, form)
        except InvalidInput as invalid:
            form.add_error("members", [fault.detail for fault in invalid.errors])
        except DomainError as refused:
            refusal = refused.sentence
        else:
            messages.success(request, _("Saved."))
            return redirect("tenants:teams", slug=request.organisation.slug)
    context: dict[str, Any] = {
        "title": _("Change the team") if team else _("Make a team"),
        "form": form,
        "refusal": refusal,
        "action_url": request.path,
        "back_url": reverse("tenants:teams", args=[request.organisation.slug]),
    }
    return render(request, "tenants/team_form.html", context, status=422 if form.errors else 409 if refusal else 200)


def _save(request: MemberRequest, team: Team | None, form: TeamForm) -> None:
    told, by, at = form.cleaned_data, request.membership, now()
    if team is None:
        actions.make_team(name=told["name"], side=told["side"], members=told["members"], by=by, at=at)
    else:
        actions.change_team(team, name=told["name"], members=told["members"], by=by, at=at)
