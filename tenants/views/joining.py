"""Taking a seat by the link of an invitation."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from smarketing.lib import rate_limit
from smarketing.lib.addresses import client_address
from smarketing.lib.clock import now
from smarketing.lib.problem import problem_response
from smarketing.lib.scope import tenant_scope
from tenants import access, actions
from tenants.access import FoundInvitation
from tenants.forms import AcceptForm
from tenants.models import Membership, User
from tenants.roles import LABELS


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
    if found.has_account or getattr(request.user, "email", "") == found.invitation.email:
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
    try:
        return _join(request, found, at=at)
    except actions.ProveAddressFirst as refused:
        return _invitation_page(request, found, refusal=refused.sentence, status=409)


def _join(
    request: HttpRequest, found: FoundInvitation, *, at: datetime, name: str = "", password: str = ""
) -> HttpResponseBase:
    signed_in = request.user if isinstance(request.user, User) else None
    with tenant_scope(found.organisation.pk):
        membership: Membership = actions.accept_invitation(
            found.invitation, signed_in=signed_in, name=name, password=password, by_mail=found.by_mail, at=at
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
