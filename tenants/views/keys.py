"""Keys: made, shown once, revoked."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants import access, actions, queries
from tenants.access import MemberRequest, members_only
from tenants.actions import NewKey
from tenants.forms import KeyForm
from tenants.roles import Role


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
    return _keys_page(request, _key_form(request), created=_told(made))


@members_only(Role.ADMINISTRATOR)
@require_POST
def revoke_key(request: MemberRequest, key_id: str) -> HttpResponseBase:
    """End a key at once."""
    key = access.get_key(request.membership, key_id)
    actions.revoke_key(key, by=request.membership, at=now())
    messages.success(request, _("The key no longer works."))
    return redirect("tenants:keys", slug=request.organisation.slug)


@members_only(Role.ADMINISTRATOR)
@require_POST
def rotate_key(request: MemberRequest, key_id: str) -> HttpResponseBase:
    """Make a key in the place of this one and show it, this once; both work for a while."""
    key = access.get_key(request.membership, key_id)
    made = actions.rotate_key(key, by=request.membership, at=now())
    return _keys_page(request, _key_form(request), created=_told(made))


def _told(made: NewKey) -> dict[str, str]:
    waits_for = made.key.acts_for.name if made.key.awaits_consent and made.key.acts_for else ""
    return {"name": made.key.name, "key": made.text, "waits_for": waits_for}


def _keys_page(
    request: MemberRequest, form: KeyForm | None, *, created: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    context = {"keys": queries.key_rows(at=now()), "form": form, "created": created}
    return render_page(request, "tenants/keys.html", context, status=status)


def _key_form(request: MemberRequest, data: Any = None) -> KeyForm:
    today = now().astimezone(ZoneInfo(request.organisation.zone)).date()
    return KeyForm(data, members=queries.everybody(), today=today, initial={"acts_for": str(request.membership.pk)})


def _start_of(day: Any, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) if day else None
