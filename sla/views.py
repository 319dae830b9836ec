"""Pages of the engine: targets, the agreement, breaches."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sla import access, actions, queries
from sla.forms import FIRST_YEAR, LAST_YEAR, TargetForm
from sla.models import AgreementVersion, Signature
from sla.queries.agreement_page import agreement_view, version_lines
from sla.words import side_label
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page, toast, wants_fragment
from tenants.access import MemberRequest, members_only
from tenants.roles import Role

PAST_PER_PAGE = 25


# Targets


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


def _propose_form(request: MemberRequest, form: TargetForm) -> HttpResponse:
    month = _month_of(form)
    context = {
        "title": _("Target of %(month)s") % {"month": format_date(month, "F Y")} if month else _("Target"),
        "text": "",
        "form": form,
        "action_url": reverse("sla:target_propose", kwargs={"slug": request.organisation.slug}),
        "submit_label": _("Propose"),
        "consequence": deadline_text(),
    }
    # The dialog's form replaces the grid, so the dialog lives in the grid's page.
    template = "sla/targets.html" if wants_fragment(request) else "sla/target_form.html"
    status = 422 if form.is_bound else 200
    return render_page(request, template, context, partial="propose_dialog", status=status)


def _initial(request: MemberRequest) -> dict[str, Any]:
    month = _as_month(request.GET.get("month", ""))
    return {"month": f"{month:%Y-%m}", "points": queries.target_for(month).points} if month else {}


def _month_of(form: TargetForm) -> date | None:
    return _as_month(str(form.data.get("month", "") if form.is_bound else form.initial.get("month", "")))


def _as_month(text: str) -> date | None:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        # Nothing to fill in; the form itself says what is wrong with the month.
        return None
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else None


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
        "deadline_text": deadline_text(),
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


# The agreement


@require_GET
@members_only()
def agreement(request: MemberRequest, number: int | None = None) -> HttpResponse:
    """Show the version in force, or the one asked for."""
    at, zone = now(), request.organisation.zone
    version = queries.agreement_in_force(at=at)
    if number is not None:
        version = access.get_version(request.membership, number)
    return render_page(request, "sla/agreement.html", _agreement(request, version, at=at, zone=zone))


@require_POST
@members_only(Role.MARKETING_MANAGER, Role.SALES_MANAGER)
def agreement_sign(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """Sign a version for the own side."""
    version = access.get_version_by_id(request.membership, version_id)
    actions.sign_version(version, by=request.membership, at=now())
    return redirect("sla:agreement_version", slug=request.organisation.slug, number=version.number)


def _agreement(request: MemberRequest, version: AgreementVersion | None, *, at: Any, zone: str) -> dict[str, Any]:
    slug = request.organisation.slug
    empty = {"title": _("No agreement yet"), "text": _("Nothing is promised until there is an agreement.")}
    if version is None:
        return {"version": None, "versions": [], "empty": empty}
    return {
        "version": agreement_view(version, at=at, zone=zone),
        "versions": [_version_link(line, slug, shown=version.number) for line in version_lines(at=at, zone=zone)],
        "may_sign": _may_sign(request, version),
        "sign_url": reverse("sla:agreement_sign", kwargs={"slug": slug, "version_id": version.pk}),
        "pdf_url": None,
        "empty": empty,
    }


def _version_link(line: Any, slug: str, *, shown: int) -> dict[str, Any]:
    url = reverse("sla:agreement_version", kwargs={"slug": slug, "number": line.number})
    return {
        "number": line.number, "state": line.state, "from": line.from_date, "url": url, "active": line.number == shown,
    }  # fmt: skip


def _may_sign(request: MemberRequest, version: AgreementVersion) -> bool:
    side = actions.side_to_sign(request.membership)
    if side is None or version.state not in {AgreementVersion.State.PROPOSED, AgreementVersion.State.SIGNED}:
        return False
    return not Signature.objects.filter(version=version, side=side).exists()


# Breaches


@require_GET
@members_only()
def breaches(request: MemberRequest) -> HttpResponse:
    """Show broken promises of both sides."""
    side = request.GET.get("side", "")
    side = side if side in {"marketing", "sales"} else ""
    partial = request.htmx.target if request.htmx and request.htmx.target in {"list", "by_owner"} else "list"
    return render_page(request, "sla/breaches.html", _breaches(request, side), partial=partial)


def _breaches(request: MemberRequest, side: str) -> dict[str, Any]:
    at, zone = now(), request.organisation.zone
    owner = request.membership if access.sees_only_own(request.membership) else None
    first = at.astimezone(ZoneInfo(zone)).date().replace(day=1)
    last = queries.last_day(first)
    past = Paginator(queries.past_breach_clocks(at=at, side=side, owner=owner), PAST_PER_PAGE)
    page: Any = past.get_page(request.GET.get("page"))
    page.object_list = queries.breach_rows(page.object_list, at=at)
    return {
        "open": queries.open_breaches(at=at, zone=zone, limit=200, side=side, owner=owner),
        "by_owner": queries.breaches_by_owner(first, last, zone=zone, at=at, owner=owner),
        "past": page,
        "page_obj": page,
        "days_since_last": queries.days_since_last_breach(at=at),
        "marketing": queries.compliance(first=first, last=last, side="marketing", zone=zone, at=at),
        "sales": queries.compliance(first=first, last=last, side="sales", zone=zone, at=at),
        "filters": [_side_filter(request, side)],
    }


def _side_filter(request: MemberRequest, side: str) -> dict[str, Any]:
    base = reverse("sla:breaches", kwargs={"slug": request.organisation.slug})
    options = [
        {"label": side_label(key), "url": f"{base}?side={key}", "active": key == side} for key in ("marketing", "sales")
    ]
    return {
        "name": "side",
        "label": _("Side"),
        "value_label": side_label(side) if side else _("Both"),
        "active": bool(side),
        "options": options,
        "clear_url": base,
    }
