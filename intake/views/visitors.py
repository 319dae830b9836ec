"""What a visitor of a site sees of us: the hosted form, the thanks, the question whether an address is theirs.

No one is signed in here, and nothing is told but the name of the organisation and what the form asks.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods
from rest_framework.exceptions import Throttled

from intake import access, actions, crowd, queries
from intake.access import FoundForm, FoundOptIn
from intake.actions import Sender
from intake.forms import VisitorForm
from intake.limits import limit_form
from intake.snippet import usual_consent
from smarketing.lib.addresses import client_address
from smarketing.lib.clock import now
from smarketing.lib.problem import problem_response
from smarketing.lib.scope import global_scope, tenant_scope

View = Callable[..., HttpResponseBase]


def _manages_scopes(view: View) -> View:
    view.manages_scopes = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def _found(form_key: str) -> FoundForm:
    try:
        return access.find_form(form_key, at=now())
    except access.FormRetired as retired:
        raise Http404 from retired


@_manages_scopes
@csrf_exempt
@require_http_methods(["GET", "POST"])
def hosted_form(request: HttpRequest, form_key: str) -> HttpResponseBase:
    """Show a form as a page of ours, and take it. Without a session there is nothing that a foreign site could abuse.

    Manages its own scopes: the raw post is committed before it is judged.
    """
    found = _found(form_key)
    if request.method == "GET":
        return _hosted(request, found, _visitor_form(found))
    try:
        limit_form(request, form_key)
    except Throttled as limit:
        with global_scope():
            response = problem_response(request, 429, "throttled", "")
        response.headers["Retry-After"] = str(int(getattr(limit, "wait", None) or 1))
        return response
    form = _visitor_form(found, request.POST)
    if not form.is_valid():
        return _hosted(request, found, form, status=422)
    _take(request, found, form)
    return _thanked(found, form_key)


def _visitor_form(found: FoundForm, data: Any = None) -> VisitorForm:
    with tenant_scope(found.organisation.pk):
        fields = queries.shown_fields(found.form, at=now())
    return VisitorForm(data, fields=fields, consent=found.form.consent_text or usual_consent())


def _hosted(request: HttpRequest, found: FoundForm, form: VisitorForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "form_name": found.form.name, "organisation_name": found.organisation.name}
    with global_scope():
        response = render(request, "intake/hosted.html", context, status=status)
    thanks = urlsplit(found.form.thanks_url)
    if thanks.netloc:
        # A browser asks the policy also about where a sent form leads to.
        response._csp_update = {"form-action": [f"{thanks.scheme}://{thanks.netloc}"]}  # type: ignore[attr-defined]  # read by django-csp
    return response


def _take(request: HttpRequest, found: FoundForm, form: VisitorForm) -> None:
    at = now()
    agent = request.headers.get("User-Agent", "").encode("utf-8", "replace").decode().replace("\x00", "")
    with crowd.entered():
        with tenant_scope(found.organisation.pk):
            received = actions.receive(
                form.raw(request.GET),
                content_type="application/x-www-form-urlencoded",
                form=found.form,
                sender=Sender(ip=client_address(request), user_agent=agent),
                at=at,
            )
        actions.judge_soon(received.submission.pk, received.submission.organisation_id, at=at)


def _thanked(found: FoundForm, form_key: str) -> HttpResponse:
    response = HttpResponseRedirect(found.form.thanks_url or reverse("intake_thanks", args=[form_key]))
    response.status_code = 303
    return response


@cache
def _script() -> bytes:
    return (settings.BASE_DIR / "static" / "js" / "site.js").read_bytes()


@require_GET
def site_script(request: HttpRequest) -> HttpResponse:
    """Serve the site's script under an address that stays: pages of customers name it."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_GET
def thanks(request: HttpRequest, form_key: str) -> HttpResponse:
    """Thank a visitor; says no more than that the organisation has a form."""
    found = _found(form_key)
    context = {
        "form_name": found.form.name,
        "organisation_name": found.organisation.name,
        "text": found.form.thanks_text,
        "opt_in": found.form.opt_in,
    }
    return render(request, "intake/thanks.html", context)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask with one button, for mail programs open links by themselves; then thank."""
    found = access.find_opt_in(token)
    if request.method == "GET":
        return _confirm_page(request, found)
    with tenant_scope(found.organisation.pk):
        actions.confirm(found.opt_in, ip=client_address(request), at=now())
    response = HttpResponseRedirect(reverse("intake_confirm", args=[token]))
    response.status_code = 303
    return response


def _confirm_page(request: HttpRequest, found: FoundOptIn) -> HttpResponse:
    opt_in = found.opt_in
    is_over = opt_in.confirmed_at is None and now() >= opt_in.expires_at
    context = {"organisation_name": found.organisation.name, "opt_in": opt_in, "is_over": is_over}
    return render(request, "intake/confirm.html", context, status=410 if is_over else 200)
