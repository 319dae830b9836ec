"""Pages about submissions, and for how long they are kept."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from intake import access, actions, queries
from intake.access import JUDGES, PERIOD_KEEPERS, PERIOD_READERS, READERS
from intake.forms import KeepingForm
from intake.models import Submission
from intake.words import STATES
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from smarketing.lib.pagination import CappedPaginator
from tenants.access import MemberRequest, members_only, require

PAGE_SIZE = 50

# The lists one can choose; the first one is all.
VIEWS = (
    "",
    Submission.State.QUARANTINED,
    Submission.State.AWAITING_OPT_IN,
    Submission.State.MATCHED,
    Submission.State.SPAM,
)


@members_only(*READERS)
@require_GET
def submissions(request: MemberRequest) -> HttpResponse:
    """Show every submission, newest first."""
    state = request.GET.get("view", "")
    state = state if state in VIEWS else ""
    counts = queries.counts_of(VIEWS)
    pages: CappedPaginator[Submission] = CappedPaginator(queries.submissions(state=state), PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    page.object_list = [queries.row_of(row) for row in page.object_list]
    context = {
        "page_obj": page,
        "views": _views(request, counts, chosen=state),
        "empty": _empty(chosen=state),
        "machines": queries.machines_until(now().astimezone(ZoneInfo(request.organisation.zone)).date()),
        "may_see_periods": request.membership.has(*PERIOD_READERS),
    }
    return render_page(request, "intake/index.html", context, partial="list")


def _views(request: MemberRequest, counts: Mapping[str, int], *, chosen: str) -> list[dict[str, Any]]:
    url = reverse("intake:submissions", kwargs={"slug": request.organisation.slug})
    return [
        {
            "key": state,
            "label": capfirst(str(STATES[state])) if state else _("All"),
            "count": counts[state],
            "url": f"{url}?view={state}" if state else url,
            "active": state == chosen,
        }
        for state in VIEWS
    ]


def _empty(*, chosen: str) -> dict[str, str] | None:
    if not chosen:
        return None
    return {"title": _("Nothing here"), "text": _("No submission is in this state."), "action_url": ""}


@members_only(*READERS)
@require_GET
def submission(request: MemberRequest, submission_id: UUID) -> HttpResponse:
    """Show one submission: what was sent, what was understood, what became of it."""
    found = access.get_submission(request.membership, submission_id)
    may_judge = request.membership.has(*JUDGES)
    detail = queries.detail_of(found, slug=request.organisation.slug, may_judge=may_judge)
    return render_page(request, "intake/submission.html", {"submission": detail}, partial="detail")


@members_only(*JUDGES)
@require_POST
def release(request: MemberRequest, submission_id: UUID) -> HttpResponseBase:
    """Make a lead of a submission in quarantine."""
    found = access.get_submission(request.membership, submission_id)
    actions.release(found, by=request.membership, at=now())
    messages.success(request, _("Released: it is a lead now."))
    return redirect("intake:submission", slug=request.organisation.slug, submission_id=submission_id)


@members_only(*JUDGES)
@require_POST
def mark_spam(request: MemberRequest, submission_id: UUID) -> HttpResponseBase:
    """Keep a submission in quarantine as spam."""
    found = access.get_submission(request.membership, submission_id)
    actions.mark_spam(found, by=request.membership, at=now())
    messages.success(request, _("Kept as spam."))
    return redirect("intake:submissions", slug=request.organisation.slug)


@members_only(*JUDGES)
@require_POST
def ask_again(request: MemberRequest, submission_id: UUID) -> HttpResponseBase:
    """Send the question whether the address is theirs once more."""
    found = access.get_submission(request.membership, submission_id)
    actions.ask_again(found, by=request.membership, at=now())
    messages.success(request, _("The mail is on its way again."))
    return redirect("intake:submission", slug=request.organisation.slug, submission_id=submission_id)


@members_only(*PERIOD_READERS)
@require_http_methods(["GET", "POST"])
def periods(request: MemberRequest) -> HttpResponseBase:
    """Show for how long things are kept; choose it, for administrators."""
    kept = actions.keeping()
    told = {"submissions_days": kept.submissions_days, "visits_days": kept.visits_days}
    if request.method == "GET":
        form = KeepingForm(initial=told) if request.membership.has(*PERIOD_KEEPERS) else None
        return render_page(request, "intake/periods.html", {"form": form, "kept": kept})
    require(request.membership, *PERIOD_KEEPERS)
    form = KeepingForm(request.POST)
    if not form.is_valid():
        return render_page(request, "intake/periods.html", {"form": form, "kept": kept}, status=422)
    actions.change_keeping(**form.cleaned_data, by=request.membership, at=now())
    messages.success(request, _("Saved."))
    return redirect("intake:periods", slug=request.organisation.slug)
