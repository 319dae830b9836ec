"""Pages about files of people: upload, columns, trial, taking in, taking back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from intake import access, actions, queries
from intake.access import JUDGES, READERS
from intake.forms import FileForm, MappingForm, RunForm
from intake.models import Batch
from intake.tables import FileUnreadable
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from smarketing.lib.spreadsheets import csv_stream
from tenants.access import MemberRequest, members_only, require
from tenants.queries import active_members, job_row
from tenants.roles import MARKETING

PAGE_SIZE = 50
# A file of 100,000 rows; everything else that is posted is far smaller.
MAX_FILE = 30 * 1024 * 1024


@members_only(*READERS)
@require_http_methods(["GET", "POST"])
def batches(request: MemberRequest) -> HttpResponseBase:
    """Show the files; take one, for those who judge what comes in."""
    if request.method == "GET":
        return _list(request, FileForm() if request.membership.has(*JUDGES) else None)
    require(request.membership, *JUDGES)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        batch = actions.store_batch(form.stream, kind=form.kind, name=form.name, by=request.membership, at=now())
    except FileUnreadable as refused:
        form.add_error("file", refused.sentence)
        return _list(request, form, status=422)
    return redirect(_url(request, "batch", batch))


# The middleware lets files come here that are larger than other posts.
batches.max_upload_bytes = MAX_FILE  # type: ignore[attr-defined]  # a mark on a function


def _list(request: MemberRequest, form: FileForm | None, *, status: int = 200) -> HttpResponse:
    page = Paginator(queries.batches(), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"batch": row, "state_label": queries.state_label(row)} for row in page.object_list]
    context = {"page_obj": page, "rows": rows, "form": form}
    return render_page(request, "intake/batches.html", context, status=status)


@members_only(*READERS)
@require_GET
def batch(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Show one file: its columns and a preview, or what became of its rows."""
    found = access.get_batch(request.membership, batch_id)
    return _page(request, found)


def _page(
    request: MemberRequest, found: Batch, *, mapping: MappingForm | None = None, run: RunForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    may, state = request.membership.has(*JUDGES), found.state
    outcome = request.GET.get("outcome", "")
    figures = queries.figures_of(found)
    outcome = outcome if outcome in {figure.outcome for figure in figures} else ""
    page = Paginator(queries.rows_of(found, outcome=outcome), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = [queries.row_note(row) for row in page.object_list]  # type: ignore[misc]  # rows in their place
    open_to_change = may and state in (Batch.State.UPLOADED, Batch.State.CHECKED)
    context = {
        "batch": found,
        "state_label": queries.state_label(found),
        "figures": figures,
        "page_obj": page,
        "outcome": outcome,
        "job": job_row(found.job, reader=request.membership) if found.job else None,
        "mapping": mapping or (_mapping_form(found) if open_to_change else None),
        "preview": queries.preview_of(found) if open_to_change else [],
        "run": run or (_run_form() if may and state == Batch.State.CHECKED else None),
        "may_undo": may and state == Batch.State.DONE,
    }
    return render_page(request, "intake/batch.html", context, partial="detail", status=status)


def _mapping_form(found: Batch, data: Any = None) -> MappingForm:
    return MappingForm(data, columns=queries.columns_of(found))


def _run_form(data: Any = None) -> RunForm:
    return RunForm(data, marketers=active_members(roles=sorted(MARKETING)))


@members_only(*JUDGES)
@require_POST
def batch_check(request: MemberRequest, batch_id: UUID) -> HttpResponseBase:
    """Try a file with its columns meant as chosen."""
    found = access.get_batch(request.membership, batch_id)
    form = _mapping_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, mapping=form, status=422)
    actions.check_batch(found, mapping=form.mapping(), next_url=_url(request, "batch", found), **_author(request))
    return redirect(_url(request, "batch", found))


@members_only(*JUDGES)
@require_POST
def batch_run(request: MemberRequest, batch_id: UUID) -> HttpResponseBase:
    """Take a file in."""
    found = access.get_batch(request.membership, batch_id)
    form = _run_form(request.POST)
    if not form.is_valid():
        return _page(request, found, run=form, status=422)
    told = form.cleaned_data
    next_url = _url(request, "batch", found)
    actions.run_batch(found, hand_over=told["hand_over"], owner=told["owner"], next_url=next_url, **_author(request))
    return redirect(next_url)


@members_only(*JUDGES)
@require_POST
def batch_undo(request: MemberRequest, batch_id: UUID) -> HttpResponseBase:
    """Take a file back."""
    found = access.get_batch(request.membership, batch_id)
    actions.undo_batch(found, next_url=_url(request, "batch", found), **_author(request))
    messages.success(request, _("The file is being taken back."))
    return redirect(_url(request, "batch", found))


@members_only(*READERS)
@require_GET
def batch_errors(request: MemberRequest, batch_id: UUID) -> StreamingHttpResponse:
    """Give the remarks about rows as a file."""
    found = access.get_batch(request.membership, batch_id)
    rows = queries.rows_of(found).exclude(notes=[])[:100_000]
    lines = ((row.number, note["column"], note["detail"]) for row in rows for note in row.notes)
    table = list(csv_stream([_("Row"), _("Column"), _("Remark")], lines))
    response = StreamingHttpResponse(table, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="remarks.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _author(request: MemberRequest) -> dict[str, Any]:
    return {"by": request.membership, "at": now()}


def _url(request: HttpRequest, name: str, found: Batch) -> str:
    slug = request.organisation.slug  # type: ignore[attr-defined]  # set by the middleware
    return reverse(f"intake:{name}", kwargs={"slug": slug, "batch_id": found.pk})
