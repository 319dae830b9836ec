"""Members and invitations, as administrators see them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page, toast
from tenants import access, actions, queries
from tenants.access import MemberRequest, members_only
from tenants.forms import AccessForm, InviteForm, ManagerForm
from tenants.links import invitation_path
from tenants.roles import HEADS, Role

READERS = (Role.ADMINISTRATOR, Role.AUDITOR, *sorted(HEADS))


@members_only(*READERS)
@require_GET
def members(request: MemberRequest) -> HttpResponse:
    """Show who belongs to the organisation, and who was invited."""
    return render_page(request, "tenants/settings_members.html", _members_context(request), partial="list")


def _members_context(request: MemberRequest) -> dict[str, Any]:
    return {
        "members": queries.member_rows(you=request.membership),
        "invitations": queries.open_invitations(slug=request.organisation.slug, at=now()),
        "may_invite": request.membership.has(Role.ADMINISTRATOR),
    }


@members_only(Role.ADMINISTRATOR, *sorted(HEADS))
@require_http_methods(["GET", "POST"])
def member_manager(request: MemberRequest, member_id: UUID) -> HttpResponseBase:
    """Say who a member's direct manager is."""
    member = access.get_member(request.membership, member_id)
    form = ManagerForm(request.POST or None, member=member, colleagues=queries.everybody())
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_manager(member, form.cleaned_data["manager"], by=request.membership, at=now())
        except DomainError as refused:
            refusal = refused.sentence
        else:
            messages.success(request, _("Saved."))
            return redirect("tenants:members", slug=request.organisation.slug)
    context = {
        "title": _("Manager of %(name)s") % {"name": member.name},
        "form": form,
        "refusal": refusal,
        "action_url": request.path,
        "back_url": reverse("tenants:members", args=[request.organisation.slug]),
    }
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "tenants/team_form.html", context, status=status)


@members_only(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def member_access(request: MemberRequest, member_id: UUID) -> HttpResponseBase:
    """Ask whether to end a member's access, or to give it back, and do so."""
    member = access.get_member(request.membership, member_id)
    form = AccessForm(request.POST or None)
    status, refusal = 200, ""
    if request.method == "POST" and form.is_valid():
        # What the page asked for, whatever somebody else has done meanwhile.
        switch = actions.restore_membership if form.cleaned_data["access"] == "on" else actions.end_membership
        try:
            switch(member, by=request.membership, at=now())
        except DomainError as refused:
            status, refusal = 409, refused.sentence
        else:
            messages.success(request, _("Saved."))
            return redirect("tenants:members", slug=request.organisation.slug)
    elif request.method == "POST":
        status, refusal = 422, _("Use one of the buttons below.")
    context = {"member": member, "refusal": refusal, "you": member.pk == request.membership.pk}
    return render(request, "tenants/member_access.html", context, status=status)


@members_only(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def invite_member(request: MemberRequest) -> HttpResponseBase:
    """Ask whom to invite as what; the answer to a valid form is the list, with the link to copy."""
    form = InviteForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _invite_form(request, form, status=422 if request.method == "POST" else 200)
    try:
        made = actions.invite(
            email=form.cleaned_data["email"],
            roles=[form.cleaned_data["role"]],
            title=form.cleaned_data["title"],
            by=request.membership,
            at=now(),
        )
    except DomainError as refused:
        return _invite_form(request, form, status=409, refusal=refused.sentence)
    link = settings.BASE_URL + invitation_path(made.invitation.public_id)
    text = _("Invited. They get a mail; this link does the same: %(link)s") % {"link": link}
    if request.htmx:
        response = render_page(request, "tenants/settings_members.html", _members_context(request), partial="list")
        return toast(response, text)
    messages.success(request, text)
    return redirect("tenants:members", slug=request.organisation.slug)


def _invite_form(request: MemberRequest, form: InviteForm, *, status: int, refusal: str = "") -> HttpResponse:
    context = {
        "title": _("Invite somebody"),
        "text": _("They get a mail with a link that works once, for 14 days."),
        "form": form,
        "action_url": reverse("tenants:invite_member", kwargs={"slug": request.organisation.slug}),
        "submit_label": _("Invite"),
        "refusal": refusal,
    }
    if request.htmx:
        return render_page(request, "tenants/settings_members.html", context, partial="invite_dialog", status=status)
    return render_page(request, "tenants/invite_form.html", context, status=status)


@members_only(Role.ADMINISTRATOR)
@require_POST
def withdraw_invitation(request: MemberRequest, invitation_id: str) -> HttpResponseBase:
    """End an invitation that nobody has used."""
    invitation = access.get_invitation(request.membership, invitation_id)
    actions.withdraw_invitation(invitation, by=request.membership, at=now())
    messages.success(request, _("The invitation no longer works."))
    return redirect("tenants:members", slug=request.organisation.slug)
