"""Trying a file and taking it in, one piece a step, in a way that a crash does not repeat."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from intake.actions.batches.pieces import Read, end_step, next_step, piece_of, rows_read
from intake.actions.batches.sending import run_batch
from intake.actions.judging import Judged, PostStored, judge_drafts
from intake.actions.receiving import drafted, known_rows
from intake.models import Batch, BatchRow, Submission
from intake.rows import broken, stops
from leads import normal
from leads.actions.withdrawing import values_before
from leads.models import Lead
from smarketing.lib.errors import DomainError
from smarketing.lib.inserting import insert_rows, new_row
from tenants.jobs import Step
from tenants.models import Job

# Among the values before a row: what it told of the company that nobody knew.
LEARNED = "learned"
S, O = Batch.State, BatchRow.Outcome  # noqa: E741 -- states and outcomes, named often here


def check_step(job: Job, at: datetime) -> Step:
    """Read one piece of a file and write down what is wrong with its rows."""
    batch, chunk = piece_of(job)
    if chunk is None:
        end = end_step(job, batch, S.CHECKED)
        if batch.runs_by_itself:
            run_batch(batch, hand_over=batch.hand_over, owner=batch.owner, by=batch.by, at=at)
        return end
    found = [
        BatchRow(batch=batch, number=row.number, outcome=O.ERROR if stops(row.notes) else O.WARNING, notes=row.notes)
        for row in rows_read(chunk, batch)
        if row.notes
    ]
    BatchRow.objects.bulk_create(found)
    return next_step(job, chunk)


def run_step(job: Job, at: datetime) -> Step:
    """Take in one piece of a file; each row by itself, so that one that breaks costs only itself."""
    batch, chunk = piece_of(job)
    if chunk is None:
        return end_step(job, batch, S.DONE)
    rows = [row for wave in _waves(list(rows_read(chunk, batch)), batch) for row in _take_wave(batch, wave)]
    BatchRow.objects.filter(batch=batch, number__in=[row.number for row in rows]).delete()
    insert_rows(rows)
    return next_step(job, chunk)


@dataclass(frozen=True)
class _Row:
    """One row as it was read, and by what it is known: the sender's id for it, and the person's address."""

    read: Read
    sender_id: str = ""
    address: str = ""

    @property
    def number(self) -> int:
        return self.read.number

    @property
    def notes(self) -> list[dict[str, str]]:
        return self.read.notes


def _waves(read: Sequence[Read], batch: Batch) -> Iterator[list[_Row]]:
    """Cut the rows where a person or an id comes again: what undoing needs is read before each wave."""
    wave: list[_Row] = []
    seen: set[str] = set()
    for row in (_row(one, batch) for one in read):
        marks = {row.sender_id, f"@{row.address}"} - {"", "@"}
        if marks & seen:
            yield wave
            wave, seen = [], set()
        wave.append(row)
        seen |= marks
    yield wave


def _row(read: Read, batch: Batch) -> _Row:
    body = read.body
    if body is None or stops(read.notes):
        return _Row(read)
    address = normal.email_norm(body.person.email or "") if body.person else ""
    return _Row(read, body.external_id or f"{batch.pk}:{read.number}", address)


def _take_wave(batch: Batch, wave: Sequence[_Row]) -> list[BatchRow]:
    try:
        with transaction.atomic():
            return _take(batch, wave)
    except PostStored:
        # Another file with the same row is taken in at this moment, and has committed.
        return _take_wave(batch, wave)
    except DomainError as refused:
        if len(wave) == 1:
            return [_refused(batch, wave[0], refused)]
    # One of them is refused: it is found one by one, and the others go on.
    return [row for one in wave for row in _take_wave(batch, [one])]


def _refused(batch: Batch, row: _Row, refused: DomainError) -> BatchRow:
    notes = [*row.notes, broken(refused.sentence)]
    return BatchRow(batch=batch, number=row.number, outcome=O.ERROR, notes=notes)


def _take(batch: Batch, wave: Sequence[_Row]) -> list[BatchRow]:
    """Judge these rows as posts are, and store each with what it becomes; return what became of them."""
    good = [row for row in wave if not stops(row.notes)]
    before = _values_before([row.address for row in good])
    rows = {
        row.number: new_row(BatchRow, batch=batch, number=row.number, outcome=O.ERROR, notes=row.notes) for row in wave
    }
    for row, (submission, judged) in zip(good, _judged(batch, good), strict=True):
        _tell(rows[row.number], submission, judged, before.get(row.address))
    return list(rows.values())


def _judged(batch: Batch, rows: Sequence[_Row]) -> Iterator[tuple[Submission, Judged | None]]:
    """Yield the submission of each row, and what it has become unless it was known before."""
    at = batch.run_at or batch.created_at
    known = known_rows([row.sender_id for row in rows])
    bodies = {row.sender_id: row.read.body for row in rows if row.sender_id not in known}
    drafts = {
        row.sender_id: drafted(row.read.value, content_type=batch.format, batch=batch, external_id=row.sender_id, at=at)
        for row in rows
        if row.sender_id in bodies
    }
    done = judge_drafts(list(drafts.values()), at=at, bodies=list(bodies.values()))
    judged = {one.submission.external_id: one for one in done}
    for row in rows:
        yield known.get(row.sender_id) or drafts[row.sender_id], judged.get(row.sender_id)


def _tell(row: BatchRow, submission: Submission, judged: Judged | None, before: Mapping[str, Any] | None) -> None:
    """Note what became of a row, and what undoing it needs."""
    row.submission, row.lead = submission, submission.lead
    if judged is None:
        row.outcome = O.KNOWN
    elif submission.state != Submission.State.MATCHED:
        row.outcome = O.QUARANTINED
    else:
        row.outcome = O.CREATED if submission.created_lead else O.APPENDED
        learned = {LEARNED: judged.taken.learned} if judged.taken and judged.taken.learned else {}
        row.before = (learned or None) if submission.created_lead else {**(before or {}), **learned}
        row.revision = submission.lead.revision if submission.lead else None


def _values_before(addresses: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the values of the leads that have these addresses, by address."""
    known = Lead.objects.exclude(email_norm="").filter(email_norm__in=set(addresses), merged_into=None)
    return {lead.email_norm: values_before(lead) for lead in known}
