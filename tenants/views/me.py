"""One's own settings."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from smarketing.lib.htmx import render_page
from tenants import actions
from tenants.access import MemberRequest, members_only
from tenants.forms import ProfileForm
from tenants.models import User


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
    context = {"form": form, "security_links": _security_links(user)}
    return render_page(request, "tenants/me.html", context, status=422 if request.method == "POST" else 200)


def _security_links(user: User) -> list[dict[str, str]]:
    links = [{"label": _("Change the password"), "text": "", "url": reverse("account_change_password")}]
    if user.email_proved_at is None:
        text = _(
            "%(email)s is not confirmed: set a new password by mail. Until then you can join no other organisation."
        )
        told = {"label": _("Confirm your address"), "text": text % {"email": user.email}}
        links.append({**told, "url": reverse("account_reset_password")})
    return links
