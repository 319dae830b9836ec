"""Reading files of people."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from intake.body import SubmissionBody
from intake.models import Batch, BatchChunk, BatchRow
from intake.rows import broken, read_with_notes
from intake.words import BATCHES, OUTCOMES
from tenants.models import Organisation

# So many rows show what a file is about.
SAMPLES = 5


@dataclass(frozen=True)
class Figure:
    """How many rows had one outcome."""

    outcome: str
    label: str
    count: int


@dataclass(frozen=True)
class Column:
    """One column: where it goes, and what its first rows hold."""

    number: int
    name: str
    target: str
    samples: list[str]


@dataclass(frozen=True)
class PreviewRow:
    """One row as it is understood."""

    number: int
    person: str
    email: str
    phone: str
    company: str
    notes: list[str]
    stops: bool


def batches() -> "QuerySet[Batch]":
    """Return the files, newest first."""
    return Batch.objects.select_related("by", "owner", "job").order_by("-created_at", "-id")


def state_label(batch: Batch) -> str:
    """Return how far a file is, in words."""
    return str(BATCHES[batch.state])


def figures_of(batch: Batch) -> list[Figure]:
    """Return how many rows had which outcome."""
    counts = dict(BatchRow.objects.filter(batch=batch).values_list("outcome").annotate(n=Count("id")).order_by())
    return [Figure(outcome, str(label), counts[outcome]) for outcome, label in OUTCOMES.items() if outcome in counts]


def rows_of(batch: Batch, *, outcome: str = "") -> "QuerySet[BatchRow]":
    """Return what is written down about rows, in the order of the file."""
    rows = BatchRow.objects.filter(batch=batch).select_related("lead").order_by("number")
    return rows.filter(outcome=outcome) if outcome else rows


def columns_of(batch: Batch) -> list[Column]:
    """Return the columns with what their first rows hold."""
    rows = [row["value"] for row in _first_rows(batch) if "value" in row]
    return [
        Column(number, name, batch.mapping.get(name, ""), [str(row.get(name, ""))[:60] for row in rows])
        for number, name in enumerate(batch.columns)
    ]


def preview_of(batch: Batch) -> list[PreviewRow]:
    """Return the first rows as they are understood with the columns meant as they are now."""
    home = home_country()
    return [_preview(number, row, batch, home) for number, row in enumerate(_first_rows(batch), start=2)]


def home_country() -> str:
    """Return the organisation's country, where numbers without one are dialled."""
    return Organisation.objects.values_list("country", flat=True).get()


def _first_rows(batch: Batch) -> list[dict[str, Any]]:
    chunk = BatchChunk.objects.filter(batch=batch, number=0).first()
    return chunk.rows[:SAMPLES] if chunk else []


def _preview(number: int, row: dict[str, Any], batch: Batch, home: str) -> PreviewRow:
    value = row.get("value")
    if value is None:
        body, notes = SubmissionBody(), [broken(row["broken"])]
    else:
        body, notes = read_with_notes(value, batch.mapping, home=home)
    person, company = body.person, body.company
    return PreviewRow(
        number=number,
        person=f"{person.given_name or ''} {person.family_name or ''}".strip() if person else "",
        email=(person.email or "") if person else "",
        phone=(person.phone or "") if person else "",
        company=(company.name or "") if company else "",
        notes=[in_words(note) for note in notes],
        stops=any(note["level"] == "error" for note in notes),
    )


def in_words(note: dict[str, str]) -> str:
    """Return a remark with the column that it is about."""
    return f"{note['column']}: {note['detail']}" if note["column"] else note["detail"]


@dataclass(frozen=True)
class RowNote:
    """One row of the list of outcomes."""

    number: int
    label: str
    outcome: str
    notes: list[str]
    lead_id: UUID | None
    lead_name: str


def row_note(row: BatchRow) -> RowNote:
    """Return what the page prints about a row."""
    return RowNote(
        number=row.number,
        label=str(OUTCOMES[row.outcome]),
        outcome=row.outcome,
        notes=[in_words(note) for note in row.notes],
        lead_id=row.lead_id,
        lead_name=row.lead.name if row.lead else "",
    )
