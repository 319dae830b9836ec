"""Targets: the year's grid, proposing, countersigning."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sla import access, actions, queries, spread
from sla.forms import FIRST_YEAR, LAST_YEAR, CountersignForm, FillForm, TargetForm
from sla.words import tier_label
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page, toast, wants_fragment
from smarketing.lib.months import month_of
from tenants.access import MemberRequest, members_only
from tenants.roles import Role

# Who plans from a revenue goal down to leads.
PLANNERS = (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE, Role.AUDITOR)


@require_GET
@members_only()
def targets(request: MemberRequest, year: int) -> HttpResponse:
    """Show the year of targets."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return render_page(request, "sla/targets.html", _year(request, year), partial="grid")


@require_http_methods(["GET", "POST"])
@members_only(Role.MARKETING_MANAGER)
def target_propose(request: MemberRequest) -> HttpResponse:
    """Ask for a month's points, or propose them."""
    form = TargetForm(request.POST if request.method == "POST" else None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.propose_target(
            month=given["month"], points=given["points"], note=given["note"], by=request.membership, at=now()
        )
        return _changed(request, given["month"].year, _("Proposed; the sales manager has been asked to countersign."))
    return _propose_form(request, form)


@require_POST
@members_only(Role.SALES_MANAGER)
def target_countersign(request: MemberRequest, target_id: UUID) -> HttpResponse:
    """Let a proposal apply."""
    target = access.get_target(request.membership, target_id)
    actions.countersign_target(target, by=request.membership, at=now())
    return _changed(request, target.month.year, _("Countersigned: it applies to the whole month."))


@require_http_methods(["GET", "POST"])
@members_only(Role.MARKETING_MANAGER)
def targets_fill(request: MemberRequest, year: int) -> HttpResponse:
    """Ask how to fill a year, or propose all of its months that are not over."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    at, zone = now(), request.organisation.zone
    months = queries.months_to_fill(year, at=at, zone=zone)
    form = FillForm(request.POST if request.method == "POST" else None, initial={"method": FillForm.SAME})
    if request.method == "POST" and form.is_valid():
        points = _filled(form.cleaned_data, months, zone=zone)
        made = actions.propose_targets(points=points, note=form.cleaned_data["note"], by=request.membership, at=at)
        text = ngettext("%(n)s target proposed.", "%(n)s targets proposed.", len(made)) % {"n": len(made)}
        return _changed(request, year, text)
    return _fill_form(request, form, year, months)


def _filled(given: Mapping[str, Any], months: Mapping[date, int], *, zone: str) -> dict[date, Decimal]:
    match given["method"]:
        case FillForm.LAST_YEAR:
            return spread.as_last_year(queries.targets_a_year_before(months, zone=zone), list(months))
        case FillForm.WORKING_DAYS:
            return spread.by_working_days(given["points"], months)
    return spread.same_for_all(given["points"], list(months))


def _fill_form(request: MemberRequest, form: FillForm, year: int, months: Mapping[date, int]) -> HttpResponse:
    texts = ngettext("%(n)s month is not over yet.", "%(n)s months are not over yet.", len(months))
    context = {
        "title": _("Fill %(year)s") % {"year": year},
        "text": texts % {"n": len(months)},
        "form": form,
        "action_url": reverse("sla:targets_fill", kwargs={"slug": request.organisation.slug, "year": year}),
        "submit_label": _("Propose all"),
        "consequence": _("Open proposals of these months are replaced. Nothing applies until sales countersigns."),
    }
    return _dialog(request, context, status=422 if form.is_bound else 200)


@require_POST
@members_only(Role.SALES_MANAGER)
def targets_countersign(request: MemberRequest, year: int) -> HttpResponse:
    """Let every proposal apply that was shown; if one has changed meanwhile, none does."""
    form = CountersignForm(request.POST)
    if not form.is_valid():
        raise Http404
    shown = [access.get_target(request.membership, target_id) for target_id in form.cleaned_data["target"]]
    made = actions.countersign_targets(shown, by=request.membership, at=now())
    text = ngettext("%(n)s target countersigned.", "%(n)s targets countersigned.", len(made)) % {"n": len(made)}
    return _changed(request, year, text)


def _propose_form(request: MemberRequest, form: TargetForm) -> HttpResponse:
    month = _month_in(form)
    context = {
        "title": _("Target of %(month)s") % {"month": format_date(month, "F Y")} if month else _("Target"),
        "text": "",
        "form": form,
        "action_url": reverse("sla:target_propose", kwargs={"slug": request.organisation.slug}),
        "submit_label": _("Propose"),
        "consequence": deadline_text(),
    }
    return _dialog(request, context, status=422 if form.is_bound else 200)


def _dialog(request: MemberRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    # The dialog's form replaces the grid, so the dialog lives in the grid's page.
    template = "sla/targets.html" if wants_fragment(request) else "sla/target_form.html"
    return render_page(request, template, context, partial="propose_dialog", status=status)


def _initial(request: MemberRequest) -> dict[str, Any]:
    month = month_of(request.GET.get("month", ""))
    return {"month": f"{month:%Y-%m}", "points": queries.target_for(month).points} if month else {}


def _month_in(form: TargetForm) -> date | None:
    return month_of(str(form.data.get("month", "") if form.is_bound else form.initial.get("month", "")))


def _changed(request: MemberRequest, year: int, text: str) -> HttpResponse:
    if not wants_fragment(request):
        return redirect("sla:targets", slug=request.organisation.slug, year=year)
    return toast(render_page(request, "sla/targets.html", _year(request, year), partial="grid"), text)


def _year(request: MemberRequest, year: int) -> dict[str, Any]:
    at, zone = now(), request.organisation.zone
    months = queries.targets_of_year(year, member=request.membership, at=at, zone=zone)
    this_month = at.astimezone(ZoneInfo(zone)).date().replace(day=1)
    return {
        "year": year,
        "years": _years(request, year, this_month.year),
        "months": months,
        "total_target": sum(cell.target or 0 for cell in months),
        "total_delivered": sum(cell.delivered or 0 for cell in months),
        "agreement_volume": queries.agreement_volume(this_month),
        "course": _course(this_month, at=at, zone=zone) if year == this_month.year else None,
        "may_fill": request.membership.has(Role.MARKETING_MANAGER) and any(cell.may_propose for cell in months),
        "may_plan": request.membership.has(*PLANNERS),
        "to_countersign": [cell.proposed for cell in months if cell.proposed and cell.proposed.may_countersign],
        "deadline_text": deadline_text(),
    }


def _course(month: date, *, at: datetime, zone: str) -> dict[str, Any]:
    """Return how the present month stands, with plain counts beside the points."""
    course = queries.course_of(month, at=at, zone=zone)
    version = queries.agreement_in_force(at=at)
    weights = version.content["tiers"] if version else {}
    return {
        "month": month,
        "target": course.target.points,
        "pace": course.pace,
        "credit": course.credit,
        "tiers": [
            {"label": tier_label(tier), "weight": Decimal(terms["weight"]), "count": course.credit.by_tier.get(tier, 0)}
            for tier, terms in sorted(weights.items(), key=lambda item: Decimal(item[1]["weight"]))
        ],
        "evenness": course.pace.evenness * 100 if course.pace and course.pace.evenness is not None else None,
    }


def _years(request: MemberRequest, shown: int, present: int) -> list[dict[str, Any]]:
    slug = request.organisation.slug
    return [
        {"year": year, "url": reverse("sla:targets", kwargs={"slug": slug, "year": year}), "active": year == shown}
        for year in sorted({present - 1, present, present + 1, shown})
    ]


def deadline_text() -> str:
    """Say until when a countersignature counts."""
    return _("Countersigned before the month ends it applies to the whole month.")
