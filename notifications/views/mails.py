"""The log of mails, for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from notifications import access, actions, queries
from notifications.words import MAIL_STATES
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.htmx import render_page
from smarketing.lib.pagination import CappedPaginator
from tenants.access import MemberRequest, members_only
from tenants.roles import Role

PER_PAGE = 50


@members_only(Role.ADMINISTRATOR, Role.AUDITOR)
@require_GET
def mails(request: MemberRequest) -> HttpResponse:
    """Show what left by mail, and what did not."""
    return _page(request)


def _page(request: MemberRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in MAIL_STATES else ""
    rows = queries.mails(state=state).order_by("-created_at", "-id")
    found = CappedPaginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": found,
        "rows": queries.mail_rows(found.object_list, reader=request.membership),
        "views": _views(request, state),
        "may_change": request.membership.has(Role.ADMINISTRATOR),
        "refusal": refusal,
    }
    return render_page(request, "notifications/mails.html", context, partial="list", status=status)


def _views(request: MemberRequest, state: str) -> list[dict[str, object]]:
    base = reverse("notifications:mails", kwargs={"slug": request.organisation.slug})
    wanted = [("", _("All")), *((key, str(label)) for key, (label, _tone) in MAIL_STATES.items())]
    return [
        {
            "key": key,
            "label": label[:1].upper() + label[1:],
            "count": None,
            "url": f"{base}?state={key}" if key else base,
            "active": key == state,
        }
        for key, label in wanted
    ]


@members_only(Role.ADMINISTRATOR)
@require_POST
def mail_retry(request: MemberRequest, mail_id: UUID) -> HttpResponseBase:
    """Send a mail once more that was given up."""
    mail = access.get_mail(request.membership, mail_id)
    try:
        actions.retry_mail(mail, by=request.membership, at=now())
    except DomainError as refusal:
        return _page(request, refusal=refusal.sentence, status=refusal.status)
    messages.success(request, _("The mail is sent once more."))
    return redirect("notifications:mails", slug=request.organisation.slug)
