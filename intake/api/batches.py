"""Files of people for clients: NDJSON or CSV, up to 5,000 rows a call."""

from io import BytesIO
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.urls import reverse
from msgspec import Meta, Struct
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from intake import access, actions, answers, queries
from intake.models import Batch, BatchRow
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import get_or_404, require
from tenants.models import Membership
from tenants.rest import KeyView, answer

MOST_ROWS = 5_000
MAX_BATCH = 5 * 1024 * 1024
KINDS: dict[str, Literal["csv", "ndjson"]] = {
    "text/csv": "csv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
}
WRITE = (400, 401, 403, 404, 409, 413, 415, 422)


class BatchBody(Struct, forbid_unknown_fields=True):
    """A file as text. Without ``dry_run`` it is tried and taken in at once, each row with an error left out."""

    text: Annotated[str, Meta(min_length=1)]
    format: Literal["csv", "ndjson"] = "csv"
    name: Annotated[str, Meta(min_length=1, max_length=200)] = "API"
    mapping: dict[str, str] | None = None
    dry_run: bool = False
    hand_over: bool = False
    owner: UUID | None = None


class BatchQuery(Struct, forbid_unknown_fields=True):
    """What a file sent as text/csv or application/x-ndjson is to become."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] = "API"
    dry_run: Literal["true", "false"] = "false"
    hand_over: Literal["true", "false"] = "false"


class RunBody(Struct, forbid_unknown_fields=True):
    """How a tried file is taken in."""

    hand_over: bool = False
    owner: UUID | None = None


class CheckBody(Struct, forbid_unknown_fields=True):
    """Where columns go; what is left out is kept under its own name."""

    mapping: dict[str, str]


class RowFilter(Struct, forbid_unknown_fields=True):
    """Which rows."""

    outcome: Literal["", "error", "warning", "created", "appended", "known", "quarantined", "kept", "undone"] = ""


def batch_data(batch: Batch) -> dict[str, Any]:
    """Return a file as clients read it."""
    return {
        "id": str(batch.pk),
        "name": batch.name,
        "format": batch.format,
        "state": batch.state,
        "columns": batch.columns,
        "mapping": batch.mapping,
        "rows": batch.rows,
        "done": batch.job.done if batch.job else 0,
        "hand_over": batch.hand_over,
        "outcomes": {figure.outcome: figure.count for figure in queries.figures_of(batch)},
        "created_at": batch.created_at,
    }


def row_data(row: BatchRow) -> dict[str, Any]:
    """Return what became of a row as clients read it."""
    return {
        "row": row.number,
        "outcome": row.outcome,
        "notes": row.notes,
        "submission": str(row.submission_id) if row.submission_id else None,
        "lead": str(row.lead_id) if row.lead_id else None,
    }


class Batches(KeyView):
    """Files that were sent."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}
    max_body_bytes: ClassVar = MAX_BATCH

    @operation(
        "List files of leads",
        gives=Page[answers.Batch],
        answers={200: "Files, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *access.READERS)
        return answer(page(request, Batch.objects.select_related("job"), batch_data))

    @operation(
        "Send a file of leads",
        gives=answers.Batch,
        body=BatchBody,
        answers={202: "Kept; it is tried and taken in by and by."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *access.JUDGES)
        given = self._given(request)
        owner = owner_of(given.owner)
        batch = actions.send_batch(
            BytesIO(given.text.encode()),
            kind=given.format,
            name=given.name,
            mapping=given.mapping,
            then_run=None if given.dry_run else {"hand_over": given.hand_over, "owner": owner},
            by=self.member,
            at=self.at,
            most_rows=MOST_ROWS,
        )
        return answer(batch_data(batch), status=202, location=reverse("api:batch", args=[batch.pk]))

    def _given(self, request: Request) -> BatchBody:
        kind = KINDS.get(request._request.content_type or "")
        if kind is None:
            return self.body(BatchBody)
        told = self.query(BatchQuery)
        try:
            text = request._request.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise drf.ParseError("The body is not UTF-8.") from error
        return BatchBody(
            text=text, format=kind, name=told.name, dry_run=told.dry_run == "true", hand_over=told.hand_over == "true"
        )


class OneBatch(KeyView):
    """One file."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation("How far a file of leads is", gives=answers.Batch, answers={200: "The file."}, problems=(401, 403, 404))
    def get(self, request: Request, batch_id: UUID) -> Response:
        return answer(batch_data(access.get_batch(self.member, batch_id)))


class BatchRows(KeyView):
    """What became of a file's rows."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List the rows of a file",
        gives=Page[answers.BatchRow],
        query=RowFilter,
        answers={200: "Rows, newest first."},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, batch_id: UUID) -> Response:
        batch = access.get_batch(self.member, batch_id)
        asked = self.query(RowFilter)
        return answer(page(request, queries.rows_of(batch, outcome=asked.outcome), row_data))


class BatchCheck(KeyView):
    """Trying a file with other columns."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Try a file of leads",
        gives=answers.Batch,
        body=CheckBody,
        answers={202: "It is tried."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = access.get_batch(self.member, batch_id)
        require(self.member, *access.JUDGES)
        given = self.body(CheckBody)
        checked = actions.check_batch(batch, mapping=given.mapping, by=self.member, at=self.at)
        return answer(batch_data(checked), status=202)


class BatchRun(KeyView):
    """Taking a tried file in."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Take a file of leads in",
        gives=answers.Batch,
        body=RunBody,
        answers={202: "It is taken in."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = access.get_batch(self.member, batch_id)
        require(self.member, *access.JUDGES)
        given = self.body(RunBody)
        owner = owner_of(given.owner)
        run = actions.run_batch(batch, hand_over=given.hand_over, owner=owner, by=self.member, at=self.at)
        return answer(batch_data(run), status=202)


class BatchUndo(KeyView):
    """Taking a file back."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Take a file of leads back",
        gives=answers.Batch,
        answers={202: "It is taken back."},
        problems=(401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        self.no_body()
        batch = access.get_batch(self.member, batch_id)
        require(self.member, *access.JUDGES)
        return answer(batch_data(actions.undo_batch(batch, by=self.member, at=self.at)), status=202)


def owner_of(member_id: UUID | None) -> Membership | None:
    """Return the marketer who answers for a file's leads."""
    return get_or_404(Membership.objects.filter(is_active=True), member_id) if member_id else None
