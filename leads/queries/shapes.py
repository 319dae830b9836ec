"""What the pages print of leads: finished rows, no relation left to walk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from leads.queries.evidence import EvidenceRow
from sla.queries.clocks import ClockView


@dataclass(frozen=True)
class ScoreView:
    """Two grades and the tier; "" and None for not scored."""

    fit: str
    readiness: int | None
    tier: str
    weight: Any = None


@dataclass(frozen=True)
class Criterion:
    """One agreed criterion with its proof."""

    label: str
    state: str
    proof: str
    required: bool
    points: int | None


@dataclass(frozen=True)
class PathStep:
    """One step of the way; state is done, now, todo or failed."""

    label: str
    note: str
    state: str


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened."""

    icon: str
    text: str
    actor: str
    at: datetime
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class AttemptView:
    """A try to reach the person."""

    channel: str
    outcome: str
    at: datetime
    by: str
    counted: bool
    not_counted_because: str
    note: str
    backdated: bool


@dataclass(frozen=True)
class ClaimView:
    """What a rejection in force claims and how far it has come."""

    state: str
    reason_class: str
    reason_label: str


@dataclass(frozen=True)
class ConsentView:
    """What was allowed or refused last, per purpose."""

    purpose: str
    granted: bool
    at: datetime
    basis: str


@dataclass(frozen=True)
class ContactCard:
    """How to reach the person, and whether one may."""

    phone: str
    phone_local_time: str
    office_hours: bool | None
    email: str
    company_line: str
    website: str
    consent: list[ConsentView]
    campaign: str
    source_line: str
    owner_name: str


@dataclass(frozen=True)
class Undo:
    """A decision that can be taken back for some more seconds."""

    url: str
    text: str
    seconds_left: int


@dataclass(frozen=True)
class HandoverRow:
    """One handover in the lead's history."""

    handover_id: UUID
    number: int
    sent_at: datetime
    tier: str
    decision: str
    decision_tone: str
    owner_name: str
    credit: str


@dataclass(frozen=True)
class Reference:
    """Another lead, by name."""

    lead_id: UUID
    name: str


@dataclass(frozen=True)
class LeadDetail:
    """One lead with everything a member works with; ``handover_id`` is None before the first handover."""

    handover_id: UUID | None
    lead_id: UUID
    number: str
    name: str
    initials: str
    job_title: str
    company: str
    place: str
    score: ScoreView
    score_reasons: list[str]
    decision: str
    clocks: list[ClockView]
    past_cycles: list[ClockView]
    path: list[PathStep]
    evidence: list[Criterion]
    evidence_version: int
    required_met: int
    required_total: int
    contact: ContactCard
    attempts: list[AttemptView]
    attempts_needed: str
    timeline: list[TimelineEntry]
    message: str
    marketer_note: str
    may: frozenset[str]
    # Where it stands, and since when it stands still longer than the organisation wants.
    stage: str = ""
    dwelling_since: datetime | None = None
    # What is planned next, and whether this member plans.
    steps: list[Any] = field(default_factory=list)
    may_plan: bool = False
    undo: Undo | None = None
    # Over the agreed capacity of its day: when the clocks start; who waits for nobody yet is told why.
    clocks_start_at: datetime | None = None
    waits_because: str = ""
    # On the page of the whole lead.
    created_at: datetime | None = None
    first_touch: str = ""
    last_touch: str = ""
    touches: list[TimelineEntry] = field(default_factory=list)
    handovers: list[HandoverRow] = field(default_factory=list)
    merged_into: Reference | None = None
    erased_at: datetime | None = None
    owned_by_sales: bool = False
    gate_missing: list[str] = field(default_factory=list)
    needs_override: bool = False


@dataclass(frozen=True)
class QueueRow:
    """One handover in the inbox."""

    handover_id: UUID
    lead_id: UUID
    name: str
    job_title: str
    company: str
    score: ScoreView
    clock: ClockView | None
    unassigned: bool
    tag: str
    # Somebody planned a next step, and its time has passed.
    step_overdue: bool = False
    # Where a click leads, and whether it is what the page shows; the view knows.
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class OnTime:
    """A person's own compliance in the running month."""

    share: float
    met: int
    decided: int
    pending: int
    label: str


@dataclass(frozen=True)
class LeadRow:
    """One lead in the list."""

    lead_id: UUID
    number: str
    name: str
    company: str
    email: str
    country: str
    stage: str
    stage_tone: str
    score: ScoreView
    owner_name: str
    owner_initials: str
    marketer_name: str
    marketer_initials: str
    source: str
    campaign: str
    created_at: datetime
    last_at: datetime
    wake_on: date | None
    clock: ClockView | None
    # It stands still in its stage longer than the organisation wants.
    dwells: bool = False


@dataclass(frozen=True)
class ReturnRow:
    """A rejected lead that waits for marketing, or waited."""

    handover_id: UUID
    lead_id: UUID
    number: str
    name: str
    company: str
    score: ScoreView
    reason: str
    reason_class: str
    criterion: str
    note: str
    rejected_by: str
    rejected_at: datetime
    clock: ClockView | None
    may: frozenset[str]
    answer: str = ""
    answered_at: datetime | None = None
    evidence: Sequence[EvidenceRow] = ()
    evidence_url: str = ""
