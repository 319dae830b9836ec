"""From precedents to the next version of the agreement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from arbitration import actions
from arbitration.access import get_precedent
from arbitration.forms.amending import AmendmentForm
from arbitration.models import Precedent
from arbitration.queries.amendments import (
    changed_rows,
    criterion_in,
    draft_or_present,
    suggested_wording,
    valid_precedents_on,
)
from leads.criteria import demand_text
from leads.queries.attributes import field_labels
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, get_job, members_only
from tenants.models import Job
from tenants.queries import job_row
from tenants.roles import HEADS

MOST_ALSO = 20


@require_http_methods(["GET", "POST"])
@members_only(*sorted(HEADS))
def amend(request: MemberRequest, precedent_id: UUID) -> HttpResponse:
    """Word a criterion anew because of precedents: try it on the last 90 days, then draft it."""
    at = now()
    ids: list[UUID | str] = [precedent_id, *request.GET.getlist("also")[:MOST_ALSO]]
    chosen = [get_precedent(request.membership, pk) for pk in ids]
    key = actions.criterion_of(chosen)
    version = draft_or_present(at=at)
    criterion = criterion_in(version.labelled_content, key) if version else None
    if criterion is None:
        raise actions.CriterionGone(_("The agreement has no such criterion any more."))
    form = AmendmentForm(
        request.POST or None,
        criterion=suggested_wording(criterion, chosen),
        offered=valid_precedents_on(key),
        chosen=chosen,
    )
    if request.method == "POST" and form.is_valid():
        answer = _act(request, form, key, at=at)
        if answer is not None:
            return answer
    context = {
        "criterion": criterion,
        "sentence": demand_text(criterion, field_labels()),
        "version": version,
        "form": form,
        "action_url": _address(request, chosen),
        **_preview(request, key),
    }
    return render_page(request, "arbitration/amend.html", context, status=422 if form.errors else 200)


def _address(request: MemberRequest, chosen: Sequence[Precedent], **more: str) -> str:
    first, *others = chosen
    url = reverse("arbitration:amend", kwargs={"slug": request.organisation.slug, "precedent_id": first.pk})
    query = urlencode([*(("also", str(row.pk)) for row in others), *more.items()])
    return f"{url}?{query}" if query else url


def _act(request: MemberRequest, form: AmendmentForm, key: str, *, at: datetime) -> HttpResponse | None:
    """Try the wording or draft it; None when it cannot stand as it is, with the fault at its field."""
    chosen, becomes = form.chosen(), form.becomes()
    # The label is the agreement's own, not what somebody reworded it to since.
    try:
        if request.POST.get("do") == "draft":
            made = actions.draft_amendment(chosen, becomes=becomes, by=request.membership, at=at)
            messages.success(request, _("Drafted in version %(n)s of the agreement.") % {"n": made.version.number})
            slug = request.organisation.slug
            url = reverse("leads:definitions", kwargs={"slug": slug, "number": made.version.number})
            return HttpResponseRedirect(url, status=303)
        job = actions.start_amendment_preview(key, becomes=becomes, by=request.membership, at=at)
    except InvalidInput as refusal:
        for error in refusal.errors:
            form.add_error(_field_of(error.pointer), error.detail)
        return None
    return HttpResponseRedirect(_address(request, chosen, job=str(job.pk)), status=303)


def _field_of(pointer: str) -> str | None:
    name = pointer.rpartition("/")[2]
    return name if name in ("operator", "value", "points", "required") else None


def _preview(request: MemberRequest, key: str) -> dict[str, Any]:
    """Return how far the preview is, and what it found."""
    if not request.GET.get("job"):
        return {}
    job = get_job(request.membership, request.GET["job"])
    if job.kind != actions.PREVIEW or job.params.get("criterion") != key:
        raise Http404
    found: dict[str, Any] = {"job": job_row(job, reader=request.membership)}
    if job.state == Job.State.DONE:
        found |= {"result": job.result, "changed": changed_rows(job.result["changed"])}
    return found
