"""Pages about forms of other providers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from intake import access, actions, queries
from intake.access import FORM_KEEPERS, READERS
from intake.forms import ChangeAdapterForm, NewAdapterForm
from intake.models import Form
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only, require
from tenants.queries import active_members
from tenants.roles import MARKETING


@members_only(*READERS)
@require_http_methods(["GET", "POST"])
def adapters(request: MemberRequest) -> HttpResponseBase:
    """Show the forms of other providers; set one up, for those who keep forms."""
    if request.method == "GET":
        return _list_page(request, _new(request) if request.membership.has(*FORM_KEEPERS) else None)
    require(request.membership, *FORM_KEEPERS)
    form = _new(request, request.POST)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    made = actions.create_adapter(
        **form.settings(), country=request.organisation.country, by=request.membership, at=now()
    )
    messages.success(request, _("Give the provider the address below."))
    return redirect("intake:adapter", slug=request.organisation.slug, form_id=made.pk)


@members_only(*FORM_KEEPERS)
@require_http_methods(["GET", "POST"])
def adapter(request: MemberRequest, form_id: UUID) -> HttpResponseBase:
    """Show one form of another provider with what to paste there; change it."""
    found = access.get_adapter(request.membership, form_id)
    if request.method == "GET":
        return _page(request, found, _change(found))
    given = _change(found, request.POST)
    if not given.is_valid():
        return _page(request, found, given, status=422)
    actions.change_adapter(found, by=request.membership, at=now(), **given.changes())
    messages.success(request, _("Saved."))
    return redirect("intake:adapter", slug=request.organisation.slug, form_id=found.pk)


@members_only(*FORM_KEEPERS)
@require_POST
def try_adapter(request: MemberRequest, form_id: UUID) -> HttpResponseBase:
    """Take in a sample, marked as a test, and show what was understood."""
    found = access.get_adapter(request.membership, form_id)
    submission = actions.try_adapter(found, by=request.membership, at=now())
    return redirect("intake:submission", slug=request.organisation.slug, submission_id=submission.pk)


@members_only(*FORM_KEEPERS)
@require_POST
def retire_adapter(request: MemberRequest, form_id: UUID) -> HttpResponseBase:
    """Take a provider's form down."""
    found = access.get_adapter(request.membership, form_id)
    actions.retire_form(found, by=request.membership, at=now())
    messages.success(request, _("Its address takes no more posts."))
    return redirect("intake:adapters", slug=request.organisation.slug)


def _new(request: MemberRequest, data: Any = None) -> NewAdapterForm:
    return NewAdapterForm(data, marketers=active_members(roles=sorted(MARKETING)))


def _change(found: Form, data: Any = None) -> ChangeAdapterForm:
    return ChangeAdapterForm(data, form=found, marketers=active_members(roles=sorted(MARKETING)))


def _list_page(request: MemberRequest, form: NewAdapterForm | None, *, status: int = 200) -> HttpResponse:
    keeps = request.membership.has(*FORM_KEEPERS)
    rows = queries.adapter_rows(slug=request.organisation.slug, for_keepers=keeps, at=now())
    return render_page(request, "intake/adapters.html", {"adapters": rows, "form": form}, status=status)


def _page(request: MemberRequest, found: Form, form: ChangeAdapterForm, *, status: int = 200) -> HttpResponse:
    item = queries.adapter_view(found, slug=request.organisation.slug, at=now())
    context = {"item": item, "form": form, "secret": actions.secret_of(found)}
    return render_page(request, "intake/adapter.html", context, status=status)
