"""Files of people as they are asked for: kept, tried, taken in, taken back; the work itself is done in steps."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from intake.actions.batches.pieces import CHECK, RUN, UNDO
from intake.models import Batch, BatchChunk, BatchRow
from intake.rows import LEFT_OUT, guessed
from intake.tables import FileUnreadable, read_table
from intake.words import TARGETS
from smarketing.lib.errors import DomainError
from tenants.actions import start_job
from tenants.models import Membership

MOST_ROWS = 100_000
# One step of the work: under a second, whatever a row costs. Each step asks the same whether its rows are few or many.
CHUNK = 200
UNDO_FOR = timedelta(days=30)
S = Batch.State


class BatchNotReady(DomainError):
    """What was asked does not fit the state in which the file is."""

    code = "batch_not_ready"


class MappingUnknown(DomainError):
    """A column can only go where there is a field."""

    code = "mapping_unknown"
    status = 422


@transaction.atomic
def store_batch(
    stream: BinaryIO, *, kind: str, name: str, by: Membership, at: datetime, most_rows: int = MOST_ROWS
) -> Batch:
    """Keep a file in pieces, unjudged, with a guess at its columns; raises FileUnreadable and keeps nothing then."""
    table = read_table(stream, kind)
    batch = Batch.objects.create(
        name=name, format=kind, columns=table.columns, mapping=guessed(table.columns), by=by, created_at=at
    )
    count = 0
    for number, rows in enumerate(_pieces(table.rows)):
        if count + len(rows) > most_rows:
            raise FileUnreadable(_("The file has more than %(most)s rows.") % {"most": most_rows})
        BatchChunk.objects.create(batch=batch, number=number, first_row=count + 2, rows=rows)
        count += len(rows)
    if not count:
        raise FileUnreadable(_("The file has no rows."))
    Batch.objects.filter(pk=batch.pk).update(rows=count)
    record("batch.uploaded", batch, by=by, at=at, data={"rows": count})
    return Batch.objects.select_related("owner", "by", "job").get(pk=batch.pk)


def _pieces(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while piece := list(islice(rows, CHUNK)):
        yield piece


@transaction.atomic
def send_batch(
    stream: BinaryIO,
    *,
    kind: str,
    name: str,
    mapping: Mapping[str, str] | None,
    then_run: Mapping[str, Any] | None,
    by: Membership,
    at: datetime,
    most_rows: int,
) -> Batch:
    """Keep a file and try it in one go, with our guess at its columns where none is given; keeps all or nothing."""
    batch = store_batch(stream, kind=kind, name=name, by=by, at=at, most_rows=most_rows)
    return check_batch(batch, mapping=batch.mapping if mapping is None else mapping, by=by, at=at, then_run=then_run)


@transaction.atomic
def check_batch(
    batch: Batch,
    *,
    mapping: Mapping[str, str],
    by: Membership,
    at: datetime,
    next_url: str = "",
    then_run: Mapping[str, Any] | None = None,
) -> Batch:
    """Try a file with its columns meant like this: every row is read, nothing is taken in.

    With ``then_run`` (hand_over, owner) it is taken in when it has been tried.

    Raises BatchNotReady, MappingUnknown.
    """
    locked = _locked(batch, S.UPLOADED, S.CHECKED)
    unknown = [name for name in mapping if name not in locked.columns]
    unknown += [target for target in mapping.values() if target not in ("", LEFT_OUT, *TARGETS)]
    if unknown:
        raise MappingUnknown(_("There is no column or field “%(name)s”.") % {"name": unknown[0]})
    BatchRow.objects.filter(batch=locked).delete()
    whole = {column: mapping.get(column, "") for column in locked.columns}
    told = {} if then_run is None else {**then_run, "runs_by_itself": True}
    return _start(locked, CHECK, S.CHECKING, by=by, at=at, next_url=next_url, mapping=whole, **told)


@transaction.atomic
def run_batch(
    batch: Batch, *, hand_over: bool, owner: Membership | None, by: Membership, at: datetime, next_url: str = ""
) -> Batch:
    """Take a file in: every row without an error becomes a lead, or is appended to one. Raises BatchNotReady."""
    locked = _locked(batch, S.CHECKED)
    told: dict[str, Any] = {"hand_over": hand_over, "owner": owner, "run_at": at}
    return _start(locked, RUN, S.RUNNING, by=by, at=at, next_url=next_url, **told)


@transaction.atomic
def undo_batch(batch: Batch, *, by: Membership, at: datetime, next_url: str = "") -> Batch:
    """Take a file back: its new leads go, known ones get their values back, unless somebody has worked with them.

    Raises BatchNotReady, also when it is too long ago.
    """
    locked = _locked(batch, S.DONE)
    if locked.run_at is None or at - locked.run_at > UNDO_FOR:
        raise BatchNotReady(_("A file can be taken back for 30 days."))
    return _start(locked, UNDO, S.UNDOING, by=by, at=at, next_url=next_url)


def _locked(batch: Batch, *states: str) -> Batch:
    found = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if found.state not in states:
        raise BatchNotReady(_("The file is not ready for this now."))
    return found


def _start(batch: Batch, kind: str, state: str, *, by: Membership, at: datetime, next_url: str, **fields: Any) -> Batch:
    params = {"batch": str(batch.pk), "next_url": next_url}
    job = start_job(kind=kind, params=params, by=by, at=at, total=batch.rows)
    Batch.objects.filter(pk=batch.pk).update(state=state, job=job, revision=F("revision") + 1, **fields)
    record(f"batch.{state}", batch, by=by, at=at, data={"rows": batch.rows})
    return Batch.objects.select_related("owner", "by", "job").get(pk=batch.pk)
