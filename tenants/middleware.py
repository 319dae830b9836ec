"""From the URL or the key to the organisation: opens the tenant scope around the rest of the request."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from events.actions import via
from smarketing.lib.clock import now
from smarketing.lib.middleware import bearer_of, unavailable, view_of, whole_response
from smarketing.lib.problem import problem_response
from smarketing.lib.scope import global_scope, tenant_scope
from tenants import access
from tenants.keys import authenticate, organisation_of_key
from tenants.models import Organisation

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Whatever the routes take for a slug: none of their pages may run without a membership.
_PAGE = re.compile(r"^/o/([^/]+)/")


class TenantMiddleware:
    """Sets request.organisation and request.membership (pages) or request.key and request.membership (API)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page = _PAGE.match(request.path_info)
        if page:
            return self._page(request, page.group(1))
        if request.path_info.startswith("/api/"):
            try:
                return self._api(request)
            except (OperationalError, InterfaceError) as error:
                return unavailable(request, error)
        return self.get_response(request)

    def _page(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_the_door(request)
        memberships = access.memberships_of(request.user)
        found = next((pair for pair in memberships if pair[0].slug == slug), None)
        if found is None:
            # The same answer for a foreign and an unknown organisation.
            return problem_response(request, 404, "not_found", "")
        organisation, membership = found
        request.organisation = organisation  # type: ignore[attr-defined]  # ours, read by views
        request.membership = membership  # type: ignore[attr-defined]  # ours, read by views
        # All of them: the shell lets people switch.
        request.all_memberships = memberships  # type: ignore[attr-defined]  # ours, read by views
        with ExitStack() as stack:
            stack.enter_context(tenant_scope(organisation.pk))
            stack.enter_context(timezone.override(ZoneInfo(request.user.zone or organisation.zone)))
            if request.user.language:
                stack.enter_context(translation.override(request.user.language))
            _enter_via(stack, "web")
            return self.get_response(request)

    def _api(self, request: HttpRequest) -> HttpResponseBase:
        raw = bearer_of(request)
        if raw and not getattr(view_of(request), "manages_scopes", False):
            organisation_id = organisation_of_key(raw)
            response = self._called(request, raw, organisation_id) if organisation_id is not None else None
            return self._of_nobody(request) if response is None else response
        return self.get_response(request)

    def _of_nobody(self, request: HttpRequest) -> HttpResponseBase:
        with global_scope():
            return whole_response(request, self.get_response)

    def _called(self, request: HttpRequest, raw: str, organisation_id: int) -> HttpResponseBase | None:
        with ExitStack() as stack:
            stack.enter_context(tenant_scope(organisation_id))
            identity = authenticate(raw, at=now())
            if identity is not None:
                request.key = identity.key  # type: ignore[attr-defined]  # ours, read by views
                request.membership = identity.membership  # type: ignore[attr-defined]  # ours, read by views
                # Looked up by those who need more than its id.
                request.organisation = SimpleLazyObject(  # type: ignore[attr-defined]  # ours, read by views
                    partial(Organisation.objects.get, pk=organisation_id)
                )
                _enter_via(stack, f"key:{identity.key.public_id}")
                return whole_response(request, self.get_response)
        return None


def _to_the_door(request: HttpRequest) -> HttpResponseBase:
    """Send somebody to sign in, and afterwards to the page they were on: not to a part of it, nor to an act."""
    asked = bool(request.headers.get("HX-Request"))
    if request.method == "GET" and not asked:
        return redirect_to_login(request.get_full_path())
    back = _page_in(request.headers.get("HX-Current-URL" if asked else "Referer", ""))
    door = redirect_to_login(back or resolve_url("home"))
    if asked:
        return HttpResponse(status=204, headers={"HX-Redirect": door.url})
    return door


def _page_in(url: str) -> str:
    """Return the path and query of one of our pages, "" for anything else that a browser may have sent."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket or port that is none
        return ""
    return parts._replace(scheme="", netloc="", fragment="").geturl() if _PAGE.match(parts.path) else ""


def _enter_via(stack: ExitStack, value: str) -> None:
    token = via.set(value)
    stack.callback(via.reset, token)
