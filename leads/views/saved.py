"""Saving, renaming, sharing and removing views of the list."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, queries
from leads.actions.saving_views import ViewNameTaken, change_view, delete_view, open_with, save_view
from leads.forms import ViewForm
from leads.views.lists import asking_of, list_path
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page, wants_fragment
from tenants.access import MemberRequest, members_only


@members_only()
@require_GET
def saved_views(request: MemberRequest) -> HttpResponse:
    """Every view that the member can open, with what can be done to it."""
    rows = queries.saved_views_of(request.membership)
    return render_page(request, "leads/saved_views.html", {"rows": rows, "list_url": list_path(request)})


@members_only()
@require_http_methods(["GET", "POST"])
def view_save(request: MemberRequest) -> HttpResponse:
    """Keep what the list shows under a name; the list's own parameters are this page's."""
    at = now()
    query = asking_of(request, request.GET, at=at).query
    form = ViewForm(request.POST or None)
    action_url = f"{reverse('leads:view_save', args=[request.organisation.slug])}?{query}"
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            save_view(query=query, by=request.membership, at=at, **told)
        except DomainError as error:
            form.add_error("name", error.sentence)
        else:
            messages.success(request, _("Saved the view %(name)s.") % {"name": told["name"]})
            return redirect(f"{list_path(request)}?{query}")
    return _form(request, form, action_url, _("Save this view"), _("Save"))


@members_only()
@require_http_methods(["GET", "POST"])
def view_change(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Rename or share a view."""
    view = access.get_view(request.membership, view_id)
    form = ViewForm(request.POST or None, initial={"name": view.name, "is_shared": view.is_shared})
    action_url = reverse("leads:view_change", args=[request.organisation.slug, view.pk])
    if request.method == "POST" and form.is_valid():
        try:
            change_view(view, by=request.membership, at=now(), **form.cleaned_data)
        except ViewNameTaken as error:
            form.add_error("name", error.sentence)
        else:
            return redirect("leads:views", slug=request.organisation.slug)
    return _form(request, form, action_url, _("Change the view"), _("Change"))


def _form(request: MemberRequest, form: ViewForm, action_url: str, title: str, label: str) -> HttpResponse:
    context: dict[str, Any] = {"title": title, "form": form, "action_url": action_url, "submit_label": label}
    template = "_dialog_form.html" if wants_fragment(request) else "leads/return_form.html"
    return render_page(request, template, context, status=422 if form.errors else 200)


@members_only()
@require_POST
def view_delete(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Remove a view."""
    view = access.get_view(request.membership, view_id)
    delete_view(view, by=request.membership, at=now())
    messages.success(request, _("Removed the view %(name)s.") % {"name": view.name})
    return redirect("leads:views", slug=request.organisation.slug)


@members_only()
@require_POST
def view_default(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Open the list with this view from now on, or no more."""
    view = access.get_view(request.membership, view_id)
    chosen = None if queries.default_view_id(request.membership) == view.pk else view
    open_with(chosen, by=request.membership, at=now())
    return redirect("leads:views", slug=request.organisation.slug)
