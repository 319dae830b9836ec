"""Pages about members, invitations, keys and oneself."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from smarketing.lib import rate_limit
from smarketing.lib.addresses import client_address
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page, toast
from smarketing.lib.problem import problem_response
from smarketing.lib.scope import tenant_scope
from tenants import access, actions, queries
from tenants.access import FoundInvitation, MemberRequest, members_only
from tenants.forms import AcceptForm, InviteForm, KeyForm, ProfileForm
from tenants.keys import invitation_path
from tenants.models import Membership, User
from tenants.roles import LABELS, Role


@members_only(Role.ADMINISTRATOR, Role.AUDITOR)
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


@members_only(Role.ADMINISTRATOR, Role.AUDITOR)
@require_GET
def keys(request: MemberRequest) -> HttpResponse:
    """Show the keys of clients."""
    form = _key_form(request) if request.membership.has(Role.ADMINISTRATOR) else None
    return _keys_page(request, form)


@members_only(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def create_key(request: MemberRequest) -> HttpResponseBase:
    """Make a key and show it, this once."""
    if request.method == "GET":
        return redirect("tenants:keys", slug=request.organisation.slug)
    form = _key_form(request, request.POST)
    if not form.is_valid():
        return _keys_page(request, form, status=422)
    made = actions.create_key(
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        acts_for=form.cleaned_data["acts_for"],
        expires_at=_start_of(form.cleaned_data["expires_on"], request.organisation.zone),
        by=request.membership,
        at=now(),
    )
    return _keys_page(request, _key_form(request), created={"name": made.key.name, "key": made.text})


@members_only(Role.ADMINISTRATOR)
@require_POST
def revoke_key(request: MemberRequest, key_id: str) -> HttpResponseBase:
    """End a key at once."""
    key = access.get_key(request.membership, key_id)
    actions.revoke_key(key, by=request.membership, at=now())
    messages.success(request, _("The key no longer works."))
    return redirect("tenants:keys", slug=request.organisation.slug)


def _keys_page(
    request: MemberRequest, form: KeyForm | None, *, created: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    context = {"keys": queries.key_rows(), "form": form, "created": created}
    return render_page(request, "tenants/keys.html", context, status=status)


def _key_form(request: MemberRequest, data: Any = None) -> KeyForm:
    today = now().astimezone(ZoneInfo(request.organisation.zone)).date()
    return KeyForm(data, members=queries.everybody(), today=today, initial={"acts_for": str(request.membership.pk)})


def _start_of(day: Any, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) if day else None


@members_only()
@require_http_methods(["GET", "POST"])
def me(request: MemberRequest) -> HttpResponseBase:
    """Show and change one's own name and preferences."""
    user = User.objects.get(pk=request.membership.user_id)
    initial = {
        "display_name": request.membership.name,
        "zone": user.zone,
        "language": user.language,
        "theme": user.theme,
        "single_keys": user.single_key_shortcuts,
    }
    form = ProfileForm(request.POST or None, initial=initial, organisation_zone=request.organisation.zone)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["display_name"]
        actions.change_profile(request.membership, name=name, preferences=form.preferences())
        messages.success(request, _("Saved."))
        return redirect("tenants:me", slug=request.organisation.slug)
    context = {"form": form, "security_links": _security_links()}
    return render_page(request, "tenants/me.html", context, status=422 if request.method == "POST" else 200)


def _security_links() -> list[dict[str, str]]:
    return [{"label": _("Change the password"), "text": "", "url": reverse("account_change_password")}]


@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let the holder of an invitation's link join: a new person sets a password, a known one signs in first."""
    at = now()
    # The token cannot be guessed; this only keeps somebody from asking the database all day.
    if not rate_limit.allow(f"invite:{client_address(request)}", limit=60, per_seconds=300).allowed:
        return problem_response(request, 429, "throttled", _("Too many attempts. Wait five minutes, then try again."))
    found = access.find_invitation(token, at=at)
    if found is None:
        return render(request, "tenants/invite.html", {"invitation": None}, status=410)
    if found.has_account:
        return _join_with_account(request, found, at=at)
    form = AcceptForm(request.POST or None, email=found.invitation.email)
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _invitation_page(request, found, form=form, status=status)
    return _join(request, found, name=form.cleaned_data["name"], password=form.cleaned_data["password1"], at=at)


def _join_with_account(request: HttpRequest, found: FoundInvitation, *, at: datetime) -> HttpResponseBase:
    user = request.user
    if not user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    if user.email != found.invitation.email:
        sentence = _("You are signed in as %(email)s. Sign out, then open the link again.") % {"email": user.email}
        return _invitation_page(request, found, refusal=sentence, status=409)
    if request.method == "GET":
        return _invitation_page(request, found)
    return _join(request, found, at=at)


def _join(
    request: HttpRequest, found: FoundInvitation, *, at: datetime, name: str = "", password: str = ""
) -> HttpResponseBase:
    signed_in = request.user if isinstance(request.user, User) else None
    with tenant_scope(found.organisation.pk):
        membership: Membership = actions.accept_invitation(
            found.invitation, signed_in=signed_in, name=name, password=password, at=at
        )
        user = User.objects.get(pk=membership.user_id)
    if signed_in is None or signed_in.pk != user.pk:
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("organisation_home", slug=found.organisation.slug)


def _invitation_page(
    request: HttpRequest,
    found: FoundInvitation,
    *,
    form: AcceptForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    invitation = found.invitation
    context = {
        "invitation": {
            "organisation_name": found.organisation.name,
            "inviter": invitation.invited_by.name if invitation.invited_by else found.organisation.name,
            "role_label": ", ".join(str(LABELS[role]) for role in invitation.roles),
            "email": invitation.email,
            "expires_at": invitation.expires_at,
        },
        "form": form,
        "signed_in": found.has_account,
        "refusal": refusal,
    }
    response = render(request, "tenants/invite.html", context, status=status)
    # The link is a secret. The site's Referrer-Policy (same-origin) keeps it from others; a stricter one would
    # make the browser post with "Origin: null", which is refused.
    response.headers["Cache-Control"] = "private, no-store"
    return response
