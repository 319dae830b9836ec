"""Pages about web forms."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from intake import access, actions, queries
from intake.access import FORM_KEEPERS, READERS
from intake.forms import ChangeForm, FormForm
from intake.models import Form
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only, require
from tenants.queries import active_members
from tenants.roles import MARKETING


@members_only(*READERS)
@require_http_methods(["GET", "POST"])
def forms(request: MemberRequest) -> HttpResponseBase:
    """Show the web forms; make one, for those who keep forms."""
    if request.method == "GET":
        return _forms_page(request, _form(request) if request.membership.has(*FORM_KEEPERS) else None)
    require(request.membership, *FORM_KEEPERS)
    form = _form(request, request.POST)
    if not form.is_valid():
        return _forms_page(request, form, status=422)
    made = actions.create_form(
        name=form.cleaned_data["name"],
        origins=form.cleaned_data["origins"],
        thanks_url=form.cleaned_data["thank_you_url"],
        owner=form.cleaned_data["owner"],
        country=request.organisation.country,
        by=request.membership,
        at=now(),
    )
    return _forms_page(request, _form(request), created={"name": made.form.name, "key": made.key_text})


@members_only(*FORM_KEEPERS)
@require_http_methods(["GET", "POST"])
def form(request: MemberRequest, form_id: UUID) -> HttpResponseBase:
    """Show one form with all that can be chosen about it; change it."""
    found = access.get_form(request.membership, form_id)
    if request.method == "GET":
        return _form_page(request, found, _change_form(found))
    given = _change_form(found, request.POST)
    if not given.is_valid():
        return _form_page(request, found, given, status=422)
    actions.change_form(found, by=request.membership, at=now(), **given.changes())
    messages.success(request, _("Saved."))
    return redirect("intake:form", slug=request.organisation.slug, form_id=found.pk)


def _change_form(found: Form, data: Any = None) -> ChangeForm:
    return ChangeForm(data, form=found, marketers=active_members(roles=sorted(MARKETING)))


def _form_page(request: MemberRequest, found: Form, given: ChangeForm, *, status: int = 200) -> HttpResponse:
    row = queries.form_row(found, slug=request.organisation.slug, at=now())
    return render_page(request, "intake/form.html", {"item": row, "form": given}, status=status)


def _form(request: MemberRequest, data: Any = None) -> FormForm:
    return FormForm(data, marketers=active_members(roles=sorted(MARKETING)))


def _forms_page(
    request: MemberRequest, form: FormForm | None, *, created: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    may_retire = request.membership.has(*FORM_KEEPERS)
    rows = queries.form_rows(slug=request.organisation.slug, may_retire=may_retire, at=now())
    return render_page(request, "intake/forms.html", {"forms": rows, "form": form, "created": created}, status=status)


@members_only(*FORM_KEEPERS)
@require_POST
def retire_form(request: MemberRequest, form_id: UUID) -> HttpResponseBase:
    """Take a form down."""
    form = access.get_form(request.membership, form_id)
    actions.retire_form(form, by=request.membership, at=now())
    messages.success(request, _("The form takes no more posts."))
    return redirect("intake:forms", slug=request.organisation.slug)
