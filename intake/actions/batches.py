"""Files of people: kept, tried, taken in and taken back, in steps that a crash does not repeat."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from intake.actions.judging import Judged, judge_many
from intake.actions.receiving import Received, receive_rows
from intake.body import captured_from
from intake.models import Batch, BatchChunk, BatchRow, Submission
from intake.queries.batches import home_country
from intake.rows import LEFT_OUT, broken, guessed, notes_about, read_row, stops
from intake.tables import FileUnreadable, read_table
from intake.words import TARGETS
from leads import normal
from leads.actions.withdrawing import Taken, remove_lead, restore_lead, unlearn, values_before
from leads.models import Lead
from smarketing.lib.errors import DomainError
from smarketing.lib.inserting import insert_rows
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership

CHECK, RUN, UNDO = "intake.check_batch", "intake.run_batch", "intake.undo_batch"
MOST_ROWS = 100_000
# One step of the work: some seconds, whatever a row costs.
CHUNK = 100
UNDO_FOR = timedelta(days=30)
# Among the values before a row: what it told of the company that nobody knew.
LEARNED = "learned"
Read = tuple[int, Any, list[dict[str, str]]]
S, O = Batch.State, BatchRow.Outcome  # noqa: E741 -- states and outcomes, named often here


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


def check_step(job: Job, at: datetime) -> Step:
    """Read one piece of a file and write down what is wrong with its rows."""
    batch, chunk = _piece(job)
    if chunk is None:
        end = _end(job, batch, S.CHECKED)
        if batch.runs_by_itself:
            run_batch(batch, hand_over=batch.hand_over, owner=batch.owner, by=batch.by, at=at)
        return end
    found = [
        BatchRow(batch=batch, number=number, outcome=O.ERROR if stops(notes) else O.WARNING, notes=notes)
        for number, _value, notes in _read(chunk, batch)
        if notes
    ]
    BatchRow.objects.bulk_create(found)
    return _next(job, chunk)


def run_step(job: Job, at: datetime) -> Step:
    """Take in one piece of a file; each row by itself, so that one that breaks costs only itself."""
    batch, chunk = _piece(job)
    if chunk is None:
        return _end(job, batch, S.DONE)
    rows = [row for wave in _waves(list(_read(chunk, batch)), batch) for row in _take_wave(batch, wave)]
    BatchRow.objects.filter(batch=batch, number__in=[row.number for row in rows]).delete()
    insert_rows(rows)
    return _next(job, chunk)


@dataclass(frozen=True)
class _Row:
    """One row as it was read."""

    number: int
    value: Any
    notes: list[dict[str, str]]
    sender_id: str = ""
    address: str = ""


def _waves(read: Sequence[Read], batch: Batch) -> Iterator[list[_Row]]:
    """Cut the rows where a person or an id comes again: what undoing needs is read before each wave."""
    wave: list[_Row] = []
    seen: set[str] = set()
    for number, value, notes in read:
        row = _row(number, value, notes, batch)
        marks = {row.sender_id, f"@{row.address}"} - {"", "@"}
        if marks & seen:
            yield wave
            wave, seen = [], set()
        wave.append(row)
        seen |= marks
    yield wave


def _row(number: int, value: Any, notes: list[dict[str, str]], batch: Batch) -> _Row:
    if stops(notes):
        return _Row(number, value, notes)
    body = read_row(value, batch.mapping)
    address = normal.email_norm(body.person.email or "") if body.person else ""
    return _Row(number, value, notes, body.external_id or f"{batch.pk}:{number}", address)


def _take_wave(batch: Batch, wave: Sequence[_Row]) -> list[BatchRow]:
    try:
        with transaction.atomic():
            return _take(batch, wave)
    except DomainError as refused:
        if len(wave) == 1:
            return [_refused(batch, wave[0], refused)]
    # One of them is refused: it is found one by one, and the others go on.
    return [row for one in wave for row in _take_wave(batch, [one])]


def _refused(batch: Batch, row: _Row, refused: DomainError) -> BatchRow:
    notes = [*row.notes, broken(refused.sentence)]
    return BatchRow(batch=batch, number=row.number, outcome=O.ERROR, notes=notes)


def _take(batch: Batch, wave: Sequence[_Row]) -> list[BatchRow]:
    """Store and judge these rows as posts are; return what became of each."""
    at = batch.run_at or batch.created_at
    good = [row for row in wave if not stops(row.notes)]
    before = _values_before([row.address for row in good])
    stored = receive_rows([(row.sender_id, row.value) for row in good], batch=batch, at=at)
    fresh = [one.submission.pk for one in stored if not one.known]
    judged = {one.submission.pk: one for one in judge_many(fresh, at=at)}
    rows = {row.number: BatchRow(batch=batch, number=row.number, outcome=O.ERROR, notes=row.notes) for row in wave}
    for row, received in zip(good, stored, strict=True):
        _tell(rows[row.number], received, judged.get(received.submission.pk), before.get(row.address))
    return list(rows.values())


def _tell(row: BatchRow, received: Received, judged: Judged | None, before: Mapping[str, Any] | None) -> None:
    """Note what became of a row, and what undoing it needs."""
    submission = judged.submission if judged else received.submission
    row.submission, row.lead = submission, submission.lead
    if received.known:
        row.outcome = O.KNOWN
    elif submission.state != Submission.State.MATCHED:
        row.outcome = O.QUARANTINED
    else:
        row.outcome = O.CREATED if submission.created_lead else O.APPENDED
        learned = {LEARNED: judged.taken.learned} if judged and judged.taken and judged.taken.learned else {}
        row.before = (learned or None) if submission.created_lead else {**(before or {}), **learned}
        row.revision = submission.lead.revision if submission.lead else None


def _values_before(addresses: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the values of the leads that have these addresses, by address."""
    known = Lead.objects.exclude(email_norm="").filter(email_norm__in=set(addresses), merged_into=None)
    return {lead.email_norm: values_before(lead) for lead in known}


def undo_step(job: Job, at: datetime) -> Step:
    """Take back the leads of one piece of a file, the last row first."""
    batch, chunk = _piece(job)
    if chunk is None:
        return _end(job, batch, S.UNDONE)
    numbers = range(chunk.first_row, chunk.first_row + len(chunk.rows))
    rows = BatchRow.objects.filter(batch=batch, number__in=numbers, outcome__in=(O.CREATED, O.APPENDED, O.QUARANTINED))
    for row in rows.select_related("submission").order_by("-number"):
        _take_back(row, batch, by=job.by, at=at)
    return _next(job, chunk)


def _take_back(row: BatchRow, batch: Batch, *, by: Membership | None, at: datetime) -> None:
    gone = row.outcome == O.QUARANTINED
    if row.outcome == O.APPENDED:
        gone = _restore(row, batch, by=by, at=at)
    if gone or row.outcome == O.CREATED:
        _let_go(row)
    if row.outcome == O.CREATED and row.lead_id:
        gone = _remove(row, by=by, at=at)
        if gone and row.before:
            unlearn(row.before[LEARNED])
    BatchRow.objects.filter(pk=row.pk).update(outcome=O.UNDONE if gone else O.KEPT)


def _restore(row: BatchRow, batch: Batch, *, by: Membership | None, at: datetime) -> bool:
    """Give a known lead its values back; False when somebody has changed it since."""
    before = {name: value for name, value in (row.before or {}).items() if name != LEARNED}
    if not before or row.lead_id is None or row.submission is None or batch.run_at is None:
        return False
    told = captured_from(read_row(row.submission.raw, batch.mapping))
    taken = Taken(batch.run_at, row.submission.pk, told.behaviours, (row.before or {}).get(LEARNED))
    return restore_lead(row.lead_id, before, taken=taken, revision=row.revision or 0, by=by, at=at)


def _let_go(row: BatchRow) -> None:
    """Blank the row's submission, so that the same file can come again."""
    Submission.objects.filter(pk__in=[row.submission_id]).update(
        state=Submission.State.ERASED, raw={}, lead=None, external_id=None, warnings=[]
    )
    BatchRow.objects.filter(pk=row.pk).update(lead=None)


def _remove(row: BatchRow, *, by: Membership | None, at: datetime) -> bool:
    if row.lead_id and remove_lead(row.lead_id, revision=row.revision or 0, by=by, at=at):
        return True
    # Somebody works with it: everything is as it was.
    submission = row.submission
    if submission is not None:
        Submission.objects.filter(pk=submission.pk).update(
            state=submission.state, raw=submission.raw, lead=row.lead_id, external_id=submission.external_id,
            warnings=submission.warnings,
        )  # fmt: skip
    BatchRow.objects.filter(pk=row.pk).update(lead=row.lead_id)
    return False


def _piece(job: Job) -> tuple[Batch, BatchChunk | None]:
    """Return the file and its next piece; undoing goes backwards, for later rows stand upon earlier ones."""
    batch = Batch.objects.select_related("owner", "by").get(pk=job.params["batch"])
    chunks = BatchChunk.objects.filter(batch=batch)
    if job.kind == UNDO:
        before = job.cursor.get("chunk")
        rest = chunks if before is None else chunks.filter(number__lt=before)
        return batch, rest.order_by("-number").first()
    return batch, chunks.filter(number__gt=job.cursor.get("chunk", -1)).order_by("number").first()


def _read(chunk: BatchChunk, batch: Batch) -> Iterator[tuple[int, Any, list[dict[str, str]]]]:
    home = home_country()
    for number, row in enumerate(chunk.rows, start=chunk.first_row):
        value = row.get("value")
        notes = [broken(row["broken"])] if value is None else notes_about(value, batch.mapping, home=home)
        yield number, value, notes


def _next(job: Job, chunk: BatchChunk) -> Step:
    done = job.done + len(chunk.rows)
    return Step({"chunk": chunk.number}, done, max(job.total, done), finished=False)


def _end(job: Job, batch: Batch, state: str) -> Step:
    Batch.objects.filter(pk=batch.pk).update(state=state, revision=F("revision") + 1)
    return Step(job.cursor, job.done, job.total, finished=True, result={"batch": str(batch.pk)})
