"""The agreement in words, and what happens to a version as a whole: drafted, proposed, signed, given up."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sla import access, actions, queries
from sla.forms.agreements import DeputyForm, ProposalForm
from sla.models import AgreementVersion
from sla.queries.agreement_page import agreement_view, history_lines, version_lines
from sla.queries.deputies import deputies_open_to, deputy_named_by
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import HEADS, MARKETING, SALES, Role

# As many starts are offered; later ones are for clients.
_STARTS_OFFERED = 12

HEAD_ROLES = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
# Deputies are of the heads' own sides.
SIGNING_ROLES = tuple(sorted(MARKETING | SALES))


@require_GET
@members_only()
def agreement(request: MemberRequest, number: int | None = None) -> HttpResponse:
    """Show the version in force, or the one asked for."""
    at = now()
    version = queries.agreement_in_force(at=at)
    if number is not None:
        version = access.get_version(request.membership, number)
    return render_page(request, "sla/agreement.html", agreement_context(request, version, at=at))


@require_POST
@members_only(*SIGNING_ROLES)
def agreement_sign(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """Sign a version for the own side, or in the place of the head who named one."""
    version = access.get_version_by_id(request.membership, version_id)
    actions.sign_version(version, by=request.membership, at=now())
    messages.success(request, _("Signed."))
    return to_version(request, version)


@require_POST
@members_only(*HEAD_ROLES)
def agreement_draft(request: MemberRequest) -> HttpResponse:
    """Open a draft of what is signed last, or go to the one that is open."""
    version = queries.draft_of()
    if version is None:
        last = queries.last_signed()
        if last is None:
            return redirect("sla:agreement", slug=request.organisation.slug)
        version = actions.draft_version(based_on=last, by=request.membership, at=now())
    return redirect("sla:agreement_edit", slug=request.organisation.slug, number=version.number)


@require_POST
@members_only(*HEAD_ROLES)
def agreement_propose(request: MemberRequest, number: int) -> HttpResponse:
    """Put a draft before both heads."""
    at, version = now(), access.get_version(request.membership, number)
    form = ProposalForm(request.POST, months=starts_offered(request, at=at))
    if form.is_valid():
        try:
            actions.propose_version(version, starts_on=form.cleaned_data["starts_on"], by=request.membership, at=at)
        except InvalidInput as refusal:
            for error in refusal.errors:
                form.add_error("starts_on" if error.pointer == "/starts_on" else None, error.detail)
        else:
            messages.success(request, _("Proposed. Both heads have been asked to sign."))
            return to_version(request, version)
    context = {**agreement_context(request, version, at=at), "proposal_form": form}
    return render_page(request, "sla/agreement.html", context, status=422)


@require_POST
@members_only(*HEAD_ROLES)
def agreement_reopen(request: MemberRequest, number: int) -> HttpResponse:
    """Take a proposal back to the draft."""
    version = access.get_version(request.membership, number)
    actions.reopen_version(version, by=request.membership, at=now())
    messages.success(request, _("It is a draft again; signatures under it do not count any more."))
    return to_version(request, version)


@require_POST
@members_only(*HEAD_ROLES)
def agreement_discard(request: MemberRequest, number: int) -> HttpResponse:
    """Give a draft or a proposal up."""
    version = access.get_version(request.membership, number)
    actions.discard_version(version, by=request.membership, at=now())
    messages.success(request, _("Discarded. What is in force stays in force."))
    return redirect("sla:agreement", slug=request.organisation.slug)


@require_POST
@members_only(*HEAD_ROLES)
def agreement_deputy(request: MemberRequest) -> HttpResponse:
    """Name who signs in the own place, or nobody."""
    at = now()
    form = DeputyForm(request.POST, members=deputies_open_to(request.membership))
    if not form.is_valid():
        context = {**agreement_context(request, queries.agreement_in_force(at=at), at=at), "deputy_form": form}
        return render_page(request, "sla/agreement.html", context, status=422)
    deputy = form.chosen()
    if deputy is None:
        actions.end_deputy(by=request.membership, at=at)
    else:
        actions.name_deputy(deputy, by=request.membership, at=at)
    messages.success(request, _("Saved."))
    return redirect("sla:agreement", slug=request.organisation.slug)


def to_version(request: MemberRequest, version: AgreementVersion) -> HttpResponse:
    """Go to a version's page."""
    return redirect("sla:agreement_version", slug=request.organisation.slug, number=version.number)


def agreement_context(request: MemberRequest, version: AgreementVersion | None, *, at: datetime) -> dict[str, Any]:
    """Return the context of sla/agreement.html."""
    slug, zone, member = request.organisation.slug, request.organisation.zone, request.membership
    empty = {"title": _("No agreement yet"), "text": _("Nothing is promised until there is an agreement.")}
    if version is None:
        return {"version": None, "versions": [], "empty": empty}
    view, head = agreement_view(version, at=at, zone=zone), member.has(*HEADS)
    before = queries.version_before(version)
    context: dict[str, Any] = {
        "version": view,
        "versions": [_version_link(line, slug, shown=version.number) for line in _shown(version, at=at, zone=zone)],
        "history": history_lines(version, zone=zone),
        "may_sign": _may_sign(request, version),
        "sign_url": _to(slug, "agreement_sign", version_id=version.pk),
        "pdf_url": _to(slug, "agreement_pdf", number=version.number),
        "diff_url": _to(slug, "agreement_diff", number=version.number) if before else None,
        "before_number": before.number if before else None,
        "labels_url": _labels_url(request, version),
        "may_write": head,
        "may_replay": head or member.has(Role.EXECUTIVE),
        "open_number": (found := queries.draft_of()) and found.number,
        "empty": empty,
    }
    if head and version.state == AgreementVersion.State.DRAFT:
        context["proposal_form"] = ProposalForm(months=starts_offered(request, at=at))
    if head:
        deputy = deputy_named_by(member)
        context["deputy_form"] = DeputyForm(members=deputies_open_to(member), now=str(deputy.pk) if deputy else "")
    return context


def starts_offered(request: MemberRequest, *, at: datetime) -> list[date]:
    """Return the firsts of months on which a version can start next."""
    last = queries.last_signed()
    after = at.astimezone(ZoneInfo(request.organisation.zone)).date()
    if last is not None and last.starts_at is not None:
        after = max(after, last.starts_at.astimezone(ZoneInfo(request.organisation.zone)).date())
    months = [queries.next_month(after)]
    while len(months) < _STARTS_OFFERED:
        months.append(queries.next_month(months[-1]))
    return months


def _labels_url(request: MemberRequest, version: AgreementVersion) -> str | None:
    if version.state != AgreementVersion.State.SIGNED or not request.membership.has(Role.ADMINISTRATOR):
        return None
    return _to(request.organisation.slug, "agreement_labels", number=version.number)


def _shown(version: AgreementVersion, *, at: datetime, zone: str) -> list[Any]:
    """Return the versions to choose from; one that was given up is only shown to who asked for it."""
    lines = version_lines(at=at, zone=zone)
    return [line for line in lines if line.state != "discarded" or line.number == version.number]


def _version_link(line: Any, slug: str, *, shown: int) -> dict[str, Any]:
    url = _to(slug, "agreement_version", number=line.number)
    return {
        "number": line.number, "state": line.state, "from": line.from_date, "url": url, "active": line.number == shown,
    }  # fmt: skip


def _to(slug: str, name: str, **arguments: Any) -> str:
    return reverse(f"sla:{name}", kwargs={"slug": slug, **arguments})


def _may_sign(request: MemberRequest, version: AgreementVersion) -> bool:
    seat = actions.seat_to_sign(request.membership)
    if seat is None or version.state not in {AgreementVersion.State.PROPOSED, AgreementVersion.State.SIGNED}:
        return False
    signed = queries.signatures_of(version)
    return not any(row.side == seat.side or row.member_id == request.membership.pk for row in signed)
