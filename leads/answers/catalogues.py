"""What clients are answered about attributes, reasons and campaigns."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Amount, FreeForm, Moment, Page


class Attribute(TypedDict):
    """An attribute of the organisation's own."""

    id: UUID
    key: str
    label: str
    kind: str
    options: list[FreeForm]
    open_to_forms: bool
    sources: list[str]
    created_at: Moment
    retired_at: Moment | None


class UnknownField(TypedDict):
    """A field of forms that no attribute reads, and how many leads have it."""

    name: str
    leads: int


class Attributes(Page[Attribute]):
    """The catalogue."""

    unknown_fields: list[UnknownField]


_ReasonTerms = TypedDict("_ReasonTerms", {"class": str, "needs_criterion": bool, "needs_evidence": bool}, total=False)


class Reason(_ReasonTerms):
    """A reason of the agreement; those for rejecting have a class and what they need."""

    key: str
    label: str
    retired_at: Moment | None


class Reasons(TypedDict):
    """The reasons of the agreement in force, by list."""

    agreement_version: int
    rejection: list[Reason]
    disqualification: list[Reason]
    lost: list[Reason]


class Campaign(TypedDict):
    """A campaign with what it cost and brought."""

    id: UUID
    name: str
    utm: str
    channel: str
    owner: UUID | None
    first_day: date | None
    last_day: date | None
    budget: Amount | None
    cost: Amount | None
    leads: int
    handovers: int
    qualified: int
    pipeline: Amount | None
    won: Amount | None


class Cost(TypedDict):
    """Money booked on a campaign."""

    id: UUID
    booked_on: date
    amount: Amount
    note: str
    by: UUID
    at: Moment
    withdrawn_at: Moment | None
