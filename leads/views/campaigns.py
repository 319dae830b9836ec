"""Campaigns: the list, one of them, its costs, its feedback, and names that nobody knows."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions, queries
from leads.forms import CampaignForm, CostForm, FeedbackForm, MapForm
from leads.forms.faults import last_part, show_faults
from leads.models import Campaign
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only

KEEPERS = access.KEEPS_CAMPAIGNS


@members_only()
@require_GET
def campaigns(request: MemberRequest) -> HttpResponse:
    """Every campaign with what it cost and brought."""
    may_keep = request.membership.has(*KEEPERS)
    context = {
        "rows": queries.campaign_rows(at=now()),
        "today": _today(request),
        "names": queries.unknown_names() if may_keep else [],
        "may_keep": may_keep,
        "may_map": request.membership.has(*access.MAPS_NAMES),
        "currency": request.organisation.currency,
    }
    return render_page(request, "leads/campaigns.html", context, partial="table")


@members_only()
@require_GET
def campaign(request: MemberRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign: what it brought, its cost lines, what sales says."""
    return _page(request, access.get_campaign(request.membership, campaign_id))


@members_only(*KEEPERS)
@require_http_methods(["GET", "POST"])
def campaign_new(request: MemberRequest) -> HttpResponseBase:
    """Make a campaign."""
    form = CampaignForm(request.POST or None, owners=queries.owners(), initial={"owner": request.membership.pk})
    refusal = ""
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in actions.CAMPAIGN_FIELDS if name != "name"}
        try:
            made = actions.create_campaign(
                name=form.cleaned_data["name"], utm=form.cleaned_data["utm"], by=request.membership, at=now(), **given
            )
        except InvalidInput as invalid:
            show_faults(form, invalid.errors, last_part)
        except DomainError as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The campaign stands. Visits with its name find it from now on."))
            return redirect("leads:campaign", slug=request.organisation.slug, campaign_id=made.pk)
    return _form(request, form, title=_("New campaign"), action="leads:campaign_new", refusal=refusal)


@members_only(*KEEPERS)
@require_http_methods(["GET", "POST"])
def campaign_edit(request: MemberRequest, campaign_id: UUID) -> HttpResponseBase:
    """Change what a campaign is."""
    found = access.get_campaign(request.membership, campaign_id)
    initial = {name: getattr(found, name) for name in actions.CAMPAIGN_FIELDS} | {"revision": found.revision}
    form = CampaignForm(request.POST or None, owners=queries.owners(), known=True, initial=initial)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in actions.CAMPAIGN_FIELDS}
        seen = form.cleaned_data["revision"] or found.revision
        try:
            actions.change_campaign(found, changes=changes, revision=seen, by=request.membership, at=now())
        except DomainError as refused:
            refusal = str(refused)
        else:
            return redirect("leads:campaign", slug=request.organisation.slug, campaign_id=found.pk)
    return _form(request, form, title=found.name, action="leads:campaign_edit", refusal=refusal, campaign_id=found.pk)


@members_only(*KEEPERS)
@require_POST
def campaign_cost(request: MemberRequest, campaign_id: UUID) -> HttpResponseBase:
    """Book a cost."""
    found = access.get_campaign(request.membership, campaign_id)
    form = CostForm(request.POST)
    if not form.is_valid():
        return _page(request, found, cost_form=form, status=422)
    actions.book_cost(found, **form.cleaned_data, by=request.membership, at=now())
    return _after(request, found)


@members_only(*KEEPERS)
@require_POST
def cost_withdraw(request: MemberRequest, cost_id: UUID) -> HttpResponseBase:
    """Take a wrong cost line back."""
    cost = access.get_cost(request.membership, cost_id)
    actions.withdraw_cost(cost, by=request.membership, at=now())
    return _after(request, access.get_campaign(request.membership, cost.campaign_id))


@members_only(*access.SALES)
@require_http_methods(["GET", "POST"])
def campaign_feedback(request: MemberRequest, campaign_id: UUID) -> HttpResponseBase:
    """Let sales say whether a campaign's leads are real buyers."""
    found = access.get_campaign(request.membership, campaign_id)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.give_feedback(found, **form.cleaned_data, by=request.membership, at=now())
        messages.success(request, _("Thank you. The campaign's owner is told."))
        return _after(request, found)
    return _page(request, found, feedback_form=form, status=422 if form.is_bound else 200)


@members_only(*access.MAPS_NAMES)
@require_http_methods(["GET", "POST"])
def name_map(request: MemberRequest, name_id: UUID) -> HttpResponseBase:
    """Say which campaign a name of visits means."""
    name = access.get_utm_name(request.membership, name_id)
    form = MapForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        to: Campaign | None = form.cleaned_data["campaign"]
        leads = actions.map_name(name, to=to, by=request.membership, at=now())
        messages.success(request, _("Done: %(leads)d leads found their campaign.") % {"leads": leads})
        return redirect("leads:campaigns", slug=request.organisation.slug)
    title = _("Which campaign is “%(name)s”?") % {"name": name.example}
    return _form(request, form, title=title, action="leads:name_map", name_id=name.pk)


def _form(
    request: MemberRequest, form: Any, *, title: str, action: str, refusal: str = "", **path: Any
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "refusal": refusal,
        "action_url": reverse(action, kwargs={"slug": request.organisation.slug, **path}),
        "submit_label": _("Save"),
    }
    status = 409 if refusal else 422 if form.is_bound else 200
    return render_page(request, "leads/campaign_form.html", context, status=status)


def _after(request: MemberRequest, found: Campaign) -> HttpResponseBase:
    if request.htmx:
        return _page(request, found)
    return redirect("leads:campaign", slug=request.organisation.slug, campaign_id=found.pk)


def _page(
    request: MemberRequest,
    found: Campaign,
    *,
    cost_form: CostForm | None = None,
    feedback_form: FeedbackForm | None = None,
    status: int = 200,
) -> HttpResponse:
    may_keep = request.membership.has(*KEEPERS)
    context = {
        "campaign": found,
        "row": queries.campaign_rows([found], at=now())[0],
        "today": _today(request),
        "names": queries.names_of(found),
        "costs": queries.costs_of(found),
        "feedback": queries.feedback_on(found),
        "may_keep": may_keep,
        "cost_form": (cost_form or CostForm(initial={"booked_on": _today(request)})) if may_keep else None,
        "feedback_form": (feedback_form or FeedbackForm()) if request.membership.has(*access.SALES) else None,
        "currency": request.organisation.currency,
    }
    return render_page(request, "leads/campaign.html", context, partial="body", status=status)


def _today(request: MemberRequest) -> date:
    return now().astimezone(ZoneInfo(request.organisation.zone)).date()
