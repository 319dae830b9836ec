"""What clients are answered about leads, handovers and what surrounds them: the shapes that the document names."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from sla.answers import Clock
from smarketing.lib.openapi import Amount, FreeForm, Moment, MonthText, Page


class LeadPerson(TypedDict):
    """Who it is."""

    email: str
    given_name: str
    family_name: str
    phone: str
    job_title: str


class LeadCompany(TypedDict):
    """Where they work."""

    name: str
    website: str
    employees: int | None
    industry: str
    country: str


class Fit(TypedDict):
    """How well it fits: a letter, and the points behind it."""

    grade: str | None
    points: int


class Readiness(TypedDict):
    """How ready to buy: 1 is the readiest, and the points behind it."""

    grade: int | None
    points: int


class Touches(TypedDict):
    """Where the first and the last visit came from; the first is fixed for ever."""

    first: FreeForm
    last: FreeForm


class Lead(TypedDict):
    """A lead. While ``sales_owner`` names somebody, nobody else opens a second channel to the person."""

    id: UUID
    number: str
    person: LeadPerson
    company: LeadCompany
    country: str | None
    message: str
    custom: FreeForm
    attributes: FreeForm
    stage: str
    stage_since: Moment
    origin: str
    cycle: int
    dwelling_since: Moment | None
    fit: Fit
    readiness: Readiness
    tier: str | None
    wants_sales_talk: bool
    score_reasons: list[FreeForm]
    attribution: Touches
    campaign: UUID | None
    marketer: UUID | None
    sales_owner: UUID | None
    wake_on: date | None
    merged_into: UUID | None
    erased_at: Moment | None
    created_at: Moment
    updated_at: Moment


class Event(TypedDict):
    """What happened; ``data`` holds ids, codes and numbers, never personal values."""

    id: UUID
    kind: str
    subject_kind: str
    subject: UUID
    by: UUID | None
    via: str
    at: Moment
    data: FreeForm


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


class Stage(TypedDict):
    """What an organisation says of a stage."""

    stage: str
    label: str
    dwell_days: int | None
    entry: list[FreeForm]
    takes_entry: bool


class Milestone(TypedDict):
    """One station of the way to the purchase; ``at`` is null while the person has not come there."""

    key: str
    at: Moment | None


class JourneyLine(TypedDict):
    """One visit, with how much was done in it and on which pages, or one turn of the way by its event's kind."""

    kind: str
    at: Moment
    text: str
    pages: str
    count: int


class Journey(TypedDict):
    """One page of the way, newest first; ``next`` is the address of what came before, null at the beginning."""

    milestones: list[Milestone]
    results: list[JourneyLine]
    next: str | None


class Stay(TypedDict):
    """One stay of a lead in a stage."""

    stage: str
    cycle: int
    since: Moment
    left_at: Moment | None
    by: UUID | None
    reason: str | None
    backwards: bool


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


class Insight(TypedDict):
    """What a customer taught."""

    id: UUID
    text: str
    tags: list[str]
    lead: UUID | None
    company: UUID | None
    by: UUID
    at: Moment
    edited_at: Moment | None
    withdrawn_at: Moment | None


class Tag(TypedDict):
    """A tag and how many insights have it."""

    tag: str
    count: int


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


class View(TypedDict):
    """A list under a name."""

    id: UUID
    name: str
    query: str
    shared: bool
    default: bool
    owner: str


class Duplicate(TypedDict):
    """Two leads that may be one person, and why."""

    id: UUID
    lead: UUID
    other: UUID
    because: list[str]
    found_at: Moment


class Merge(TypedDict):
    """Two leads that go on as one."""

    id: UUID
    survivor: UUID
    dropped: UUID
    merged_at: Moment
    lead: Lead


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


class RoutingTarget(TypedDict):
    """A rep, a team, or the manager's queue (without an id)."""

    kind: str
    id: str


class RoutingCondition(TypedDict):
    """One field of the lead, compared as in the agreement's criteria."""

    field: str
    operator: str
    value: str | int | bool | list[str | int] | None


class RoutingRule(TypedDict):
    """One rule."""

    key: str
    name: str
    enabled: bool
    conditions: list[RoutingCondition]
    to: RoutingTarget


class RepLimit(TypedDict):
    """What a rep can take; null is no limit."""

    max_open: int | None
    max_per_day: int | None


class RoutingPlan(TypedDict):
    """All rules in order, where other leads go, and what each rep can take."""

    default: str
    rules: list[RoutingRule]
    limits: dict[str, RepLimit]


class TriedRule(TypedDict):
    """What one rule says of a lead."""

    number: int
    key: str
    conditions: list[str]
    matches: bool


class RoutingTrial(TypedDict):
    """Where a lead would go, the rule that decides (0: none), and what each rule says."""

    to: RoutingTarget
    rule: int
    rules: list[TriedRule]


class Moved(TypedDict):
    """A handover and who has it now."""

    handover: UUID
    to: UUID


class Stayed(TypedDict):
    """A handover that stays where it is, and why."""

    handover: UUID
    code: str
    detail: str


class MovePreview(TypedDict):
    """What would move, and what would stay."""

    moves: list[UUID]
    stayed: list[Stayed]


class Moves(TypedDict):
    """What moved to whom, and what stayed."""

    moved: list[Moved]
    stayed: list[Stayed]


class RepShare(TypedDict):
    """What a rep was given this month."""

    member: UUID
    given: int
    open: int
    absent_days: int
    accepted: int
    decided: int
    contacted: int
    median_seconds_to_contact: int | None


class Fairness(Page[RepShare]):
    """What each rep was given in a month."""

    month: MonthText
