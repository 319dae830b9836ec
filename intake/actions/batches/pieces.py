"""The pieces of a file, one for each step of the work on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from intake.body import SubmissionBody
from intake.models import Batch, BatchChunk
from intake.queries.batches import home_country
from intake.rows import broken, read_with_notes
from tenants.jobs import Step
from tenants.models import Job

CHECK, RUN, UNDO = "intake.check_batch", "intake.run_batch", "intake.undo_batch"


@dataclass(frozen=True)
class Read:
    """One row of a file: its number, what stands there, remarks about it, the submission that it is."""

    number: int
    value: Any
    notes: list[dict[str, str]]
    body: SubmissionBody | None


def piece_of(job: Job) -> tuple[Batch, BatchChunk | None]:
    """Return the file and its next piece; undoing goes backwards, for later rows stand upon earlier ones."""
    batch = Batch.objects.select_related("owner", "by").get(pk=job.params["batch"])
    chunks = BatchChunk.objects.filter(batch=batch)
    if job.kind == UNDO:
        before = job.cursor.get("chunk")
        rest = chunks if before is None else chunks.filter(number__lt=before)
        return batch, rest.order_by("-number").first()
    return batch, chunks.filter(number__gt=job.cursor.get("chunk", -1)).order_by("number").first()


def rows_read(chunk: BatchChunk, batch: Batch) -> Iterator[Read]:
    """Read the rows of a piece with what a person should know about each."""
    home = home_country()
    for number, row in enumerate(chunk.rows, start=chunk.first_row):
        value = row.get("value")
        if value is None:
            yield Read(number, None, [broken(row["broken"])], None)
            continue
        body, notes = read_with_notes(value, batch.mapping, home=home)
        yield Read(number, value, notes, body)


def next_step(job: Job, chunk: BatchChunk) -> Step:
    """Return how far the work is after this piece."""
    done = job.done + len(chunk.rows)
    return Step({"chunk": chunk.number}, done, max(job.total, done), finished=False)


def end_step(job: Job, batch: Batch, state: str) -> Step:
    """Leave the file in this state: all of its pieces are done."""
    Batch.objects.filter(pk=batch.pk).update(state=state, revision=F("revision") + 1)
    return Step(job.cursor, job.done, job.total, finished=True, result={"batch": str(batch.pk)})
