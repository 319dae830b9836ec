"""The catalogue of reasons: what was agreed, and what administrators may arrange."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads import actions
from leads.forms.reasons import ReasonActForm
from leads.queries.reasons import reason_rows
from leads.reasons import DISQUALIFICATION, LOST, REJECTION
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import Role

READERS = (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR)


@members_only(*READERS)
@require_GET
def reasons(request: MemberRequest) -> HttpResponse:
    """Every reason of the agreement in force, with its words, terms and use."""
    return _page(request, status=200)


@members_only(Role.ADMINISTRATOR)
@require_POST
def reason_act(request: MemberRequest) -> HttpResponse:
    """Move a reason up or down, retire it, or take it back."""
    form = ReasonActForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, refusal=_("Choose a reason and what to do with it."))
    told = form.cleaned_data
    try:
        said = _act(_version(), told["kind"], told["key"], told["act"], request)
    except InvalidInput as error:
        raise Http404 from error
    messages.success(request, said)
    return redirect("leads:reasons", slug=request.organisation.slug)


def _act(version: AgreementVersion, kind: str, key: str, act: str, request: MemberRequest) -> str:
    done: dict[str, Any] = {"by": request.membership, "at": now()}
    if act == "retire":
        actions.retire_reason(version, kind=kind, key=key, **done)
        return _("Retired. Old rejections and reports keep it.")
    if act == "restore":
        actions.restore_reason(version, kind=kind, key=key, **done)
        return _("In use again.")
    rows = reason_rows(version)[kind]
    actions.order_reasons(version, kind=kind, keys=_moved([row.key for row in rows], key, act), **done)
    return _("Moved.")


def _moved(keys: list[str], key: str, act: str) -> list[str]:
    if key not in keys:
        return [key]
    place = keys.index(key)
    other = max(place - 1, 0) if act == "up" else min(place + 1, len(keys) - 1)
    keys[place], keys[other] = keys[other], keys[place]
    return keys


def _version() -> AgreementVersion:
    version = agreement_in_force(at=now())
    if version is None:
        raise Http404
    return version


def _page(request: MemberRequest, *, status: int, refusal: str = "") -> HttpResponse:
    version = _version()
    rows = reason_rows(version)
    context = {
        "number": version.number,
        "lists": [(title, text, rows[kind], kind) for kind, title, text in _lists()],
        "may_change": request.membership.has(Role.ADMINISTRATOR),
        "may_draft": request.membership.has(Role.MARKETING_MANAGER, Role.SALES_MANAGER),
        "refusal": refusal,
    }
    return render_page(request, "leads/reasons.html", context, status=status)


def _lists() -> list[tuple[str, str, str]]:
    return [
        (REJECTION, _("Sending a handover back"), _("Before acceptance: a claim about the handover.")),
        (DISQUALIFICATION, _("Disqualifying a lead"), _("After acceptance and contact.")),
        (LOST, _("Losing an opportunity"), _("When an offer was not taken.")),
    ]
