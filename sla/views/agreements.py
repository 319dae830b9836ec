"""The agreement in words, its versions and signatures."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sla import access, actions, queries
from sla.models import AgreementVersion, Signature
from sla.queries.agreement_page import agreement_view, version_lines
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import Role


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
