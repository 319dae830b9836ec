"""What came back to marketing, and its three answers (the third, the appeal, is arbitration's)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from leads import access, actions, queries
from leads.forms import MOST_BYTES, NurtureForm, ResendForm
from leads.models import Rejection
from leads.pages import Empty
from leads.periods import ACCEPTED_AGAIN_WITHIN
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page, toast, wants_fragment
from smarketing.lib.months import month_of
from smarketing.lib.uploads import takes_uploads
from tenants.access import MemberRequest, members_only
from tenants.roles import MARKETING

TEMPLATE = "leads/returns.html"


@members_only(*sorted(access.SEES_RETURNS))
@require_GET
def returns(request: MemberRequest) -> HttpResponse:
    """Rejected leads that wait for marketing, the least time first."""
    return render_page(request, TEMPLATE, _rows(request, at=now()), partial="list")


@members_only(*sorted(access.SEES_RETURNS))
@require_GET
def returns_yield(request: MemberRequest) -> HttpResponse:
    """How fast returns are answered and how many are accepted again; the returns page fetches it as a part."""
    at = now()
    today = at.astimezone(ZoneInfo(request.organisation.zone)).date()
    month = month_of(request.GET.get("month", ""))
    found = queries.recycle_yields(request.membership, month=month, today=today, at=at)
    last_month = (found.until - timedelta(days=1)).replace(day=1)
    context = {"yields": found, "month": month, "last_month": last_month, "days": ACCEPTED_AGAIN_WITHIN.days}
    return render_page(request, "leads/returns_yield.html", context, partial="yield")


def _rows(request: MemberRequest, *, at: datetime) -> dict[str, Any]:
    return {
        "rows": queries.returns_for(request.membership, at=at, zone=request.organisation.zone),
        "answered": queries.answered_returns(request.membership),
        "empty": Empty(_("Nothing came back"), _("Rejected leads appear here with the reason and the time to answer.")),
    }


@members_only(*sorted(MARKETING))
@require_http_methods(["GET", "POST"])
@takes_uploads(MOST_BYTES)
def resend(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Correct a lead and hand it over again."""
    rejection = access.get_return(request.membership, handover_id)
    lead = access.get_lead(request.membership, rejection.handover.lead_id)
    form = ResendForm(lead, request.POST or None, request.FILES or None)

    def act(at: datetime) -> str:
        told = form.cleaned_data
        actions.resend_lead(
            rejection,
            changes=form.changes(),
            note=told["note"],
            uploads=told["evidence_files"],
            by=request.membership,
            at=at,
        )
        return _("Sent %(name)s again.") % {"name": lead.name}

    words = (_("Correct and send again"), _("Send again"), _("Sales decides again; the clocks start anew."))
    return _answer(request, rejection, "resend", form, act=act, words=words)


@members_only(*sorted(MARKETING))
@require_http_methods(["GET", "POST"])
@takes_uploads(MOST_BYTES)
def nurture(request: MemberRequest, handover_id: UUID) -> HttpResponse:
    """Keep a lead warm until a day to come."""
    rejection = access.get_return(request.membership, handover_id)
    form = NurtureForm(request.POST or None, request.FILES or None)

    def act(at: datetime) -> str:
        told = form.cleaned_data
        answer = {"wake_on": told["wake_on"], "note": told["note"], "uploads": told["evidence_files"]}
        actions.nurture_lead(rejection, by=request.membership, at=at, **answer)
        return _("The lead is nurtured.")

    words = (_("Nurture"), _("Nurture"), _("The rejection becomes final and its credit is taken back."))
    return _answer(request, rejection, "nurture", form, act=act, words=words)


def _answer(
    request: MemberRequest,
    rejection: Rejection,
    name: str,
    form: Form,
    *,
    act: Callable[[datetime], str],
    words: tuple[str, str, str],
) -> HttpResponse:
    """Show the form of an answer in the dialog or as a page; do ``act`` with what is valid."""
    at = now()
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            return _done(request, act(at), at=at)
        except DomainError as error:
            if not wants_fragment(request):
                raise
            refusal = error.sentence
        except InvalidInput as refused:
            for fault in refused.errors:
                field = {"file": "evidence_files"}.get(fault.pointer.strip("/"), fault.pointer.strip("/"))
                form.add_error(field if field in form.fields else None, fault.detail)
    context = {
        "title": words[0],
        "form": form,
        "action_url": reverse(f"leads:return_{name}", args=[request.organisation.slug, rejection.handover_id]),
        "submit_label": words[1],
        "consequence": words[2],
        "refusal": refusal,
    }
    # A refusal goes back into the dialog as a wrong form does, so that nothing typed is lost.
    status = 422 if refusal or form.errors else 200
    template = TEMPLATE if wants_fragment(request) else "leads/return_form.html"
    return render_page(request, template, context, partial=f"{name}_dialog", status=status)


def _done(request: MemberRequest, said: str, *, at: datetime) -> HttpResponse:
    if not wants_fragment(request):
        messages.success(request, said)
        return redirect("leads:returns", slug=request.organisation.slug)
    return toast(render_page(request, TEMPLATE, _rows(request, at=at), partial="list"), said)
