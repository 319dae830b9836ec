"""Pages about submissions and forms, and the page a visitor sees after sending one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from intake import access, actions, queries
from intake.access import FORM_KEEPERS, JUDGES, READERS
from intake.forms import FormForm
from intake.models import Submission
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only, require
from tenants.queries import active_members
from tenants.roles import MARKETING

PAGE_SIZE = 50

# The lists one can choose; the first one is all.
VIEWS = ("", Submission.State.QUARANTINED, Submission.State.MATCHED, Submission.State.SPAM)


@members_only(*READERS)
@require_GET
def submissions(request: MemberRequest) -> HttpResponse:
    """Show every submission, newest first."""
    state = request.GET.get("view", "")
    state = state if state in VIEWS else ""
    counts = queries.counts_by_state()
    pages = Paginator(queries.submissions(state=state), PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    page.object_list = [queries.row_of(row) for row in page.object_list]  # type: ignore[misc]
    context = {
        "page_obj": page,
        "views": _views(request, counts, chosen=state),
        "total": sum(counts.values()),
        "quarantined": counts.get(Submission.State.QUARANTINED, 0),
        "empty": _empty(chosen=state),
    }
    return render_page(request, "intake/index.html", context, partial="list")


def _views(request: MemberRequest, counts: dict[str, int], *, chosen: str) -> list[dict[str, Any]]:
    url = reverse("intake:submissions", kwargs={"slug": request.organisation.slug})
    return [
        {
            "key": state,
            "label": queries.STATES[state] if state else _("all"),
            "count": counts.get(state, 0) if state else sum(counts.values()),
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


@members_only(*READERS)
@require_http_methods(["GET", "POST"])
def forms(request: MemberRequest) -> HttpResponseBase:
    """Show the web forms; make one, for those who keep forms."""
    if request.method == "GET":
        return _forms_page(request, _form(request) if request.membership.has(*FORM_KEEPERS) else None)
    require(request.membership, *FORM_KEEPERS)
    form = _form(request, request.POST)
    if not form.is_valid():
        return _forms_page(request, form, status=422)
    made = actions.create_form(
        name=form.cleaned_data["name"],
        origins=form.cleaned_data["origins"],
        thanks_url=form.cleaned_data["thank_you_url"],
        owner=form.cleaned_data["owner"],
        country=request.organisation.country,
        by=request.membership,
        at=now(),
    )
    return _forms_page(request, _form(request), created={"name": made.form.name, "key": made.key_text})


def _form(request: MemberRequest, data: Any = None) -> FormForm:
    return FormForm(data, marketers=active_members(roles=sorted(MARKETING)))


def _forms_page(
    request: MemberRequest, form: FormForm | None, *, created: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    may_retire = request.membership.has(*FORM_KEEPERS)
    rows = queries.form_rows(slug=request.organisation.slug, may_retire=may_retire, at=now())
    return render_page(request, "intake/forms.html", {"forms": rows, "form": form, "created": created}, status=status)


@members_only(*FORM_KEEPERS)
@require_POST
def retire_form(request: MemberRequest, form_id: UUID) -> HttpResponseBase:
    """Take a form down."""
    form = access.get_form(request.membership, form_id)
    actions.retire_form(form, by=request.membership, at=now())
    messages.success(request, _("The form takes no more posts."))
    return redirect("intake:forms", slug=request.organisation.slug)


@require_GET
def thanks(request: HttpRequest, form_key: str) -> HttpResponse:
    """Thank a visitor; says no more than that the organisation has a form."""
    try:
        found = access.find_form(form_key, at=now())
    except access.FormRetired as retired:
        raise Http404 from retired
    context = {"form_name": found.form.name, "organisation_name": found.organisation.name}
    return render(request, "intake/thanks.html", context)
