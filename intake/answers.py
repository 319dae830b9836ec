"""What clients are answered at the door: the shapes that the document names."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Moment


class Remark(TypedDict):
    """Why something waits, or what could not be read."""

    code: str
    detail: str


class Submission(TypedDict):
    """What became of a post."""

    id: UUID
    state: str
    received_at: Moment
    judged_at: Moment | None
    external_id: str | None
    lead: UUID | None
    created: bool
    reasons: list[Remark]
    warnings: list[Remark]


class Receipt(TypedDict):
    """The submission's id: the same answer for new, known and spam."""

    id: UUID


class Taken(TypedDict):
    """Always the same."""

    status: str


class MachineDay(TypedDict):
    """How much machines that say so looked at on one day of the organisation."""

    day: date
    visits: int


class Noted(TypedDict):
    """Whether it was noted; a repetition within half a minute is not."""

    new: bool


class FormField(TypedDict):
    """A field that a form shows."""

    name: str
    required: bool


class Form(TypedDict):
    """A web form with its public key."""

    id: UUID
    name: str
    key: str
    origins: list[str]
    post_url: str
    page_url: str
    thanks_url: str
    thanks_text: str
    country: str
    owner: UUID | None
    mapping: dict[str, str]
    fields: list[FormField]
    consent_text: str
    consent_version: int
    opt_in: bool
    created_at: Moment
    retired_at: Moment | None


class Adapter(TypedDict):
    """A form of another provider."""

    id: UUID
    name: str
    provider: str
    # Whether the provider signs its calls; else the secret in the address is the proof.
    signed: bool
    thanks_url: str
    country: str
    owner: UUID | None
    mapping: dict[str, str]
    opt_in: bool
    last_received_at: Moment | None
    created_at: Moment
    retired_at: Moment | None


class WholeAdapter(Adapter):
    """A form of another provider, with the address to give the provider and the secret to sign with."""

    url: str
    secret: str | None


class Keeping(TypedDict):
    """For how many days things are kept."""

    submissions_days: int
    visits_days: int


class Batch(TypedDict):
    """A file of people: how its columns are meant, how far it is, what became of its rows."""

    id: UUID
    name: str
    format: str
    state: str
    columns: list[str]
    mapping: dict[str, str]
    rows: int
    done: int
    hand_over: bool
    outcomes: dict[str, int]
    created_at: Moment


class RowNote(TypedDict):
    """What is wrong with a row, and in which column."""

    column: str
    level: str
    code: str
    detail: str


class BatchRow(TypedDict):
    """What became of a row."""

    row: int
    outcome: str
    notes: list[RowNote]
    submission: UUID | None
    lead: UUID | None
