"""Taking a file back, one piece a step, the last row first."""

from datetime import datetime

from intake.actions.batches.pieces import end_step, next_step, piece_of
from intake.actions.batches.taking import LEARNED
from intake.body import captured_from
from intake.models import Batch, BatchRow, Submission
from intake.rows import read_row
from leads.actions.withdrawing import Taken, remove_lead, restore_lead, unlearn
from tenants.jobs import Step
from tenants.models import Job, Membership

O = BatchRow.Outcome  # noqa: E741 -- named often here


def undo_step(job: Job, at: datetime) -> Step:
    """Take back the leads of one piece of a file, the last row first."""
    batch, chunk = piece_of(job)
    if chunk is None:
        return end_step(job, batch, Batch.State.UNDONE)
    numbers = range(chunk.first_row, chunk.first_row + len(chunk.rows))
    rows = BatchRow.objects.filter(batch=batch, number__in=numbers, outcome__in=(O.CREATED, O.APPENDED, O.QUARANTINED))
    for row in rows.select_related("submission").order_by("-number"):
        _take_back(row, batch, by=job.by, at=at)
    return next_step(job, chunk)


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
