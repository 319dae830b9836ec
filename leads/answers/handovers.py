"""What clients are answered about handovers, what was decided of them and what followed."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from sla.answers import Clock
from smarketing.lib.openapi import Amount, FreeForm, Moment, MonthText


class Attempt(TypedDict):
    """A try to reach the person."""

    id: UUID
    channel: str
    outcome: str
    occurred_at: Moment
    recorded_at: Moment
    by: UUID | None
    automatic: bool
    source: str
    counted: bool
    not_counted_because: str | None


# ``class`` is a word of the language, so this one is written otherwise.
Rejection = TypedDict(
    "Rejection",
    {
        "id": UUID,
        "handover": UUID,
        "class": str,
        "reason": str,
        "criterion": str | None,
        "note": str,
        "evidence_url": str | None,
        "by": UUID,
        "at": Moment,
        "state": str,
        "answered_at": Moment | None,
        "answered_by": UUID | None,
    },
)


class Handover(TypedDict):
    """A lead in the hands of sales, with clocks, attempts and the rejection in force."""

    id: UUID
    lead: UUID
    number: int
    tier: str
    weight: Amount
    progress: str
    outcome: str | None
    crm_id: str | None
    outcome_reason: str | None
    amount: Amount | None
    sent_at: Moment
    counted_month: MonthText
    clocks_start_at: Moment | None
    sent_by: UUID | None
    assigned_to: UUID | None
    routed: FreeForm
    agreement_version: int
    note: str
    override_reason: str | None
    decision: str
    decided_at: Moment | None
    decided_by: UUID | None
    contacted_at: Moment | None
    closed_at: Moment | None
    credit: str | None
    rejection: Rejection | None
    clocks: list[Clock]
    attempts: list[Attempt]


class Evidence(TypedDict):
    """A file of evidence, without its bytes."""

    id: UUID
    handover: UUID
    rejection: UUID | None
    side: str
    name: str
    media_type: str
    size: int
    sha256: str
    by: UUID
    at: Moment
    withdrawn_at: Moment | None
    erased: bool


class EvidenceBack(Evidence):
    """A file that was taken back: removed, or withdrawn and still on record."""

    removed: bool


class FollowUp(TypedDict):
    """A next step; ``due_on`` alone says when it is due where it has no time."""

    id: UUID
    lead: UUID
    handover: UUID | None
    what: str
    due_on: date
    due_at: Moment | None
    assigned_to: UUID
    state: str
    made_by: UUID
    made_at: Moment
    reminded_at: Moment | None
    closed_by: UUID | None
    closed_at: Moment | None


class Work(TypedDict, total=False):
    """Long work on all leads; before the first, only ``state`` and null."""

    id: UUID
    kind: str
    state: str | None
    done: int
    total: int
    created_at: Moment
    finished_at: Moment | None
    result: FreeForm | None


class Yield(TypedDict):
    """How many returned handovers were accepted again, and how fast marketing answered."""

    returned: int
    accepted_again: int
    pending: int
    share: float | None
    answered: int
    not_answered_in_time: int
    median_answer_seconds: int | None


class ReasonYield(Yield):
    """The yield of one reason."""

    reason: str
    label: str


class MemberYield(Yield):
    """The yield of one marketer."""

    member: UUID


class Yields(Yield):
    """The yield of the months from the first until before the last."""

    first_month: MonthText
    until_month: MonthText
    within_days: int
    by_reason: list[ReasonYield]
    by_marketer: list[MemberYield]
