"""Insights: found, written down, corrected, withdrawn."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions, queries
from leads.forms.faults import show_faults
from leads.forms.insights import InsightForm
from leads.models import Company, Insight, Lead
from leads.pages import Empty, Filter, filter_of
from leads.views.dialogs import form_answer
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page, toast, wants_fragment
from smarketing.lib.months import month_of
from smarketing.lib.pagination import CappedPaginator
from tenants.access import MemberRequest, members_only
from tenants.queries import active_members
from tenants.roles import SIDES, Role

WRITERS = tuple(sorted(SIDES))
PER_PAGE = 30
SUGGESTED = 12
LONGEST_SEARCH = 200


@members_only()
@require_GET
def insights(request: MemberRequest) -> HttpResponse:
    """What customers taught, by word, tag, author, month and campaign."""
    at = now()
    given = _given(request)
    asked = _asked(given, zone=request.organisation.zone)
    found = queries.found_insights(request.membership, asked)
    pages: CappedPaginator[Insight] = CappedPaginator(found.rows, PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    page.object_list = queries.insight_rows(list(page.object_list), request.membership, at=at)
    context = {
        "page_obj": page,
        "total": pages.count,
        "is_cut": found.is_cut,
        "search": given.get("q", ""),
        "filters": _filters(request, given, today=at.astimezone(ZoneInfo(request.organisation.zone)).date()),
        "kept": [(name, value) for name, value in given.items() if name != "q"],
        "clear_url": request.path if given else "",
        "may_write": request.membership.has(*WRITERS),
        "empty": _empty(request, given),
    }
    return render_page(request, "leads/insights.html", context, partial="list")


def _given(request: MemberRequest) -> dict[str, str]:
    """Return the parameters that can be read; others mean nothing, as links from elsewhere may be old."""
    names = ("q", "tag", "author", "month", "campaign")
    told = {name: request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST_SEARCH] for name in names}
    readable = {"author": _id_of, "campaign": _id_of, "month": month_of}
    return {name: text for name, text in told.items() if text and readable.get(name, str)(text)}


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _asked(given: dict[str, str], *, zone: str) -> queries.InsightsAsked:
    return queries.InsightsAsked(
        text=given.get("q", ""),
        tag=given.get("tag", ""),
        author=_id_of(given.get("author", "")),
        campaign=_id_of(given.get("campaign", "")),
        month=month_of(given.get("month", "")),
        zone=zone,
    )


def _filters(request: MemberRequest, given: dict[str, str], *, today: date) -> list[Filter]:
    choices = queries.insight_choices(active_members(roles=[str(role) for role in SIDES]), today=today)
    labels = {"tag": _("Tag"), "author": _("Author"), "month": _("Month"), "campaign": _("Campaign")}
    return [filter_of(request.path, given, name, label, choices[name]) for name, label in labels.items()]


def _empty(request: MemberRequest, given: dict[str, str]) -> Empty:
    if given:
        return Empty(_("No insight fits"), "", _("Clear the filters"), request.path)
    text = _("What sales hears every day helps marketing to write. One sentence is enough.")
    if not request.membership.has(*WRITERS):
        return Empty(_("No insight yet"), text)
    return Empty(
        _("No insight yet"),
        text,
        _("Write the first one"),
        reverse("leads:insight_new", args=[request.organisation.slug]),
    )


@members_only()
@require_GET
def lead_insights(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """What a lead and its company taught."""
    return _panel(request, access.get_lead(request.membership, lead_id), at=now())


def _panel(request: MemberRequest, lead: Lead, *, at: datetime) -> HttpResponse:
    rows, total = queries.insights_on(lead, request.membership, at=at)
    context = {"lead": lead, "rows": rows, "total": total, "may_write": request.membership.has(*WRITERS)}
    return render_page(request, "leads/lead_insights.html", context, partial="insights")


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def insight_new(request: MemberRequest) -> HttpResponseBase:
    """Write an insight down: on the lead or the company that the address names, else on neither."""
    at = now()
    lead, company = _about(request)
    form = InsightForm(request.POST or None, suggested=_suggested())
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_insight(**form.told(), lead=lead, company=company, by=request.membership, at=at)
        except InvalidInput as refusal:
            _show(form, refusal)
        else:
            return _after(request, lead, _("Thank you. Everybody finds it under Insights."), at=at)
    named = lead.name if lead else company.name if company else ""
    title = _("What did you learn from %(name)s?") % {"name": named} if named else _("New insight")
    target = "#insights" if lead is not None else ""
    return form_answer(request, form, title=title, submit_label=_("Keep it"), target=target)


def _about(request: MemberRequest) -> tuple[Lead | None, Company | None]:
    lead, company = request.GET.get("lead"), request.GET.get("company")
    return (
        access.get_lead(request.membership, lead) if lead else None,
        access.get_company(request.membership, company) if company else None,
    )


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def insight_edit(request: MemberRequest, insight_id: UUID) -> HttpResponseBase:
    """Correct one's own insight while nobody can have read much of it."""
    at = now()
    insight = access.get_insight(request.membership, insight_id)
    suggested = list(dict.fromkeys([*insight.tags, *_suggested()]))
    initial = {"text": insight.text, "known": insight.tags}
    form = InsightForm(request.POST or None, suggested=suggested, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_insight(insight, **form.told(), by=request.membership, at=at)
        except InvalidInput as refusal:
            _show(form, refusal)
        else:
            return _after(request, None, _("Corrected."), at=at)
    return form_answer(request, form, title=_("Correct this insight"), submit_label=_("Save"))


@members_only(*WRITERS, Role.ADMINISTRATOR)
@require_POST
def insight_withdraw(request: MemberRequest, insight_id: UUID) -> HttpResponseBase:
    """Take an insight out of the list and the search."""
    insight = access.get_insight(request.membership, insight_id)
    actions.withdraw_insight(insight, by=request.membership, at=now())
    messages.success(request, _("Withdrawn. It is found no more."))
    return redirect("leads:insights", slug=request.organisation.slug)


def _after(request: MemberRequest, lead: Lead | None, said: str, *, at: datetime) -> HttpResponseBase:
    if lead is not None and wants_fragment(request):
        return toast(_panel(request, lead, at=at), said)
    messages.success(request, said)
    if lead is not None:
        return redirect("leads:detail", slug=request.organisation.slug, lead_id=lead.pk)
    return redirect("leads:insights", slug=request.organisation.slug)


def _suggested() -> list[str]:
    return [row.tag for row in queries.tag_counts(limit=SUGGESTED)]


def _show(form: InsightForm, refusal: InvalidInput) -> None:
    show_faults(form, refusal.errors, lambda pointer: {"/text": "text", "/tags": "more"}.get(pointer, ""))
