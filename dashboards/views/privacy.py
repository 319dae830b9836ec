"""What is held about a person: looked up, handed out, erased."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from dashboards.access import KEEPS_PRIVACY, SEES_PRIVACY
from dashboards.disclosing import MEDIA_TYPE, counts_of, person_file
from dashboards.forms import EraseForm
from dashboards.queries.person import everything_about, forgotten_count, newest_erasures, person_called
from dashboards.words import PARTS
from intake.actions import forget_address, posts_with
from leads.access import get_lead
from leads.actions import erase_person
from leads.models import Lead
from leads.normal import email_norm
from leads.queries import is_in_dispute
from leads.words import word
from smarketing.lib.clock import now
from smarketing.lib.downloads import attachment
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only, require


@members_only(*SEES_PRIVACY)
@require_http_methods(["GET", "POST"])
def privacy(request: MemberRequest) -> HttpResponseBase:
    """Find a person by number or address; erase what came in without becoming a lead; show who was erased."""
    may_keep = request.membership.has(*KEEPS_PRIVACY)
    if request.method == "POST":
        require(request.membership, *KEEPS_PRIVACY)
        return _forget_address(request)
    asked = request.GET.get("who", "").strip()[:320]
    found = person_called(request.membership, asked) if asked and "\x00" not in asked and may_keep else None
    if found is not None:
        return redirect("dashboards:person", slug=request.organisation.slug, lead_id=found.pk)
    return _privacy(request, asked if may_keep else "")


def _privacy(request: MemberRequest, asked: str, *, status: int = 200) -> HttpResponse:
    address = email_norm(asked) if "\x00" not in asked else ""
    context = {
        "asked": asked,
        "address": address,
        "posts": posts_with(address) if address else 0,
        "may_keep": request.membership.has(*KEEPS_PRIVACY),
        "erasures": newest_erasures(),
        "forgotten": forgotten_count(),
    }
    return render_page(request, "dashboards/privacy.html", context, status=status)


def _forget_address(request: MemberRequest) -> HttpResponseBase:
    told = request.POST.get("who", "").strip()[:320]
    address = email_norm(told) if "\x00" not in told else ""
    if not address or person_called(request.membership, address) is not None:
        return _privacy(request, told, status=422)
    count = forget_address(address, by=request.membership, at=now())
    done = ngettext("%(n)d post was erased.", "%(n)d posts were erased.", count)
    messages.success(request, done % {"n": count})
    return redirect("dashboards:privacy", slug=request.organisation.slug)


@members_only(*KEEPS_PRIVACY)
@require_http_methods(["GET", "POST"])
def person(request: MemberRequest, lead_id: UUID) -> HttpResponseBase:
    """Show what is held about a person; erase them when their number was typed."""
    lead = get_lead(request.membership, lead_id)
    if request.method == "GET":
        return _person(request, lead, EraseForm(number=str(lead)))
    form = EraseForm(request.POST, number=str(lead))
    if not form.is_valid():
        return _person(request, lead, form, status=422)
    try:
        erase_person(lead, by=request.membership, at=now())
    except DomainError as refusal:
        return _person(request, lead, form, status=409, refusal=refusal.sentence)
    messages.success(request, _("%(number)s was erased. What was counted stays.") % {"number": lead})
    return redirect("dashboards:person", slug=request.organisation.slug, lead_id=lead.pk)


def _person(
    request: MemberRequest, lead: Lead, form: EraseForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    parts = [(word(PARTS, name), count) for name, count in counts_of(everything_about(lead))]
    context = {"lead": lead, "form": form, "parts": parts, "refusal": refusal, "in_dispute": is_in_dispute(lead.pk)}
    return render_page(request, "dashboards/person.html", context, status=status)


@members_only(*KEEPS_PRIVACY)
@require_GET
def person_export(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """Hand out everything about a person, as a file to save."""
    lead = get_lead(request.membership, lead_id)
    return attachment(person_file(lead, by=request.membership, at=now()), name=f"{lead}.zip", media_type=MEDIA_TYPE)
