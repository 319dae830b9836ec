"""Keys that act for oneself: agreed to, ended."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants import access, actions, queries
from tenants.access import MemberRequest, members_only


@members_only()
@require_GET
def my_keys(request: MemberRequest) -> HttpResponse:
    """Show the keys that act, or want to act, for whoever is signed in."""
    rows = queries.own_key_rows(request.membership, slug=request.organisation.slug, at=now())
    return render_page(request, "tenants/own_keys.html", {"keys": rows})


@members_only()
@require_POST
def agree_to_key(request: MemberRequest, key_id: UUID) -> HttpResponseBase:
    """Let a key act for oneself."""
    key = access.get_own_key(request.membership, key_id)
    actions.agree_to_key(key, by=request.membership, at=now())
    messages.success(request, _("“%(name)s” may act for you from now on.") % {"name": key.name})
    return redirect("tenants:my_keys", slug=request.organisation.slug)


@members_only()
@require_POST
def end_own_key(request: MemberRequest, key_id: UUID) -> HttpResponseBase:
    """End a key that acts, or would have acted, for oneself."""
    key = access.get_own_key(request.membership, key_id)
    actions.revoke_key(key, by=request.membership, at=now())
    messages.success(request, _("The key no longer works."))
    return redirect("tenants:my_keys", slug=request.organisation.slug)
