"""What clients are answered in figures: numerator, denominator and pending beside every share; money as text."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Amount, Moment, MonthText


class Share(TypedDict):
    """A share with what it is made of; no percentage of nothing."""

    percent: float | None
    numerator: int
    denominator: int
    pending: int


class KeptPromises(Share):
    """Met of met and breached; excused ones beside it."""

    excused: int


class Compliance(TypedDict):
    """How each side kept what it promised."""

    sales: KeptPromises
    marketing: KeptPromises
    board: KeptPromises


class TierPoints(TypedDict):
    """How many of one tier, and what each weighs."""

    tier: str
    weight: Amount
    count: int


class Delivered(TypedDict):
    """Marketing's points of the month against its target."""

    points: Amount
    target: Amount | None
    target_source: str
    attainment_percent: float | None
    pending_points: Amount
    suspended_points: Amount
    by_tier: list[TierPoints]


class DecidedHandovers(TypedDict):
    """What became of the handovers of the month; overturned ones were rejected first."""

    accepted: int
    deemed: int
    rejected: int
    overturned: int
    pending: int
    sent: int


class Percentile(TypedDict):
    """Seconds; null and what it is over where the percentile lies among those never contacted."""

    seconds: int | None
    over_seconds: int | None


class Speed(TypedDict):
    """How fast leads were contacted."""

    contacts: int
    untouched: int
    median: Percentile
    p90: Percentile
    within_hour: Share


class Conversion(TypedDict):
    """How many of the month's handovers came how far within so many days."""

    mature: bool
    within_days: int
    qualified: Share
    opportunity: Share
    won: Share


class Pipeline(TypedDict):
    """What the opportunities are worth together."""

    amount: Amount
    opportunities: int


class RejectionReason(TypedDict):
    """How often a reason was given."""

    key: str
    label: str
    reason_class: str
    count: int


class _About(TypedDict):
    month: MonthText
    tier: str | None
    state: str
    as_of: Moment
    agreement_version: int | None


class Kpis(_About):
    """All figures of a month."""

    delivered: Delivered
    handovers: DecidedHandovers
    gross_acceptance: Share
    net_acceptance: Share
    deemed_acceptance: Share
    compliance: Compliance
    speed_to_lead: Speed
    lead_velocity_percent: float | None
    conversion: Conversion
    pipeline: Pipeline
    rejections: list[RejectionReason]
    disputed: int


class FunnelStep(TypedDict):
    """How many came so far."""

    step: str
    count: int
    percent_of_sent: float | None


class Funnel(_About):
    """How many of the month's handovers came how far."""

    mature: bool
    within_days: int
    pending: int
    steps: list[FunnelStep]


class Forecast(TypedDict):
    """Where the month will end, with a range."""

    points: Amount | None
    low: Amount | None
    high: Amount | None


class PaceDay(TypedDict):
    """Planned and delivered up to the end of a day."""

    day: date
    planned: Amount | None
    delivered: Amount | None


class Course(TypedDict):
    """Progress against the target by working day."""

    planned_to_date: Amount | None
    index: Amount | None
    working_days_elapsed: int
    working_days_open: int
    required_per_day: Amount | None
    forecast: Forecast | None
    at_risk: bool
    evenness: Amount | None
    days: list[PaceDay]


class Pace(TypedDict):
    """The month's pace; ``pace`` is null without a target or for a part of the leads."""

    month: MonthText
    delivered: Delivered
    pace: Course | None


class Bucket(TypedDict):
    """How many first contacts took less than so many seconds; null: longer."""

    under_seconds: int | None
    count: int


class SpeedToLead(TypedDict):
    """The month's speed to lead, elapsed and in business time."""

    month: MonthText
    tier: str | None
    as_of: Moment
    elapsed: Speed
    business: Speed
    buckets: list[Bucket]


class DealSize(TypedDict):
    """What a deal is worth on average, and where that comes from."""

    amount: Amount
    source: str


class Interval(TypedDict):
    """Between which percentages the true rate lies."""

    low: float
    high: float


class PlanRate(TypedDict):
    """A rate of the plan, where it comes from, and the organisation's own."""

    rate: Amount
    source: str
    own: Share
    interval_percent: Interval | None


class PlanRates(TypedDict):
    """The three rates of the reverse funnel."""

    prospect_to_customer: PlanRate
    mql_to_prospect: PlanRate
    lead_to_mql: PlanRate


class PlanStep(TypedDict):
    """One step, planned and actual; money as text, counts as numbers."""

    step: str
    planned: Amount | int
    actual: Amount | int


class Plan(TypedDict):
    """A plan with the source of every figure, plan and actual side by side."""

    month: MonthText
    revenue_goal: Amount
    average_deal: DealSize
    rates: PlanRates
    points_per_mql: Amount
    customers: int
    prospects: int
    mqls: int
    leads: int
    points: int
    steps: list[PlanStep]


class AddedUp(TypedDict):
    """How far figures are added up, and what the last nightly check found."""

    state: str
    folded_at: Moment | None
    lag_seconds: int
    checked_on: date | None
    checked_at: Moment | None
    differences: int
    error: str
    next_at: Moment | None


class ReplayedPoints(TypedDict):
    """The month's points then, and as the version would have counted them."""

    then: Amount
    now: Amount
    promised: int


class ReplayedPromise(TypedDict):
    """What became of a promise, and what would have: how many in each state."""

    commitment: str
    tier: str | None
    then: dict[str, int]
    now: dict[str, int]


class ReplayedDifference(TypedDict):
    """One handover of which the version would have judged otherwise."""

    lead: UUID | None
    commitment: str
    then: str
    now: str
    due_then: Moment | None
    due_now: Moment | None


class ReplayResult(TypedDict):
    """What a version would have made of a month's handovers."""

    handovers: int
    points: ReplayedPoints
    commitments: list[ReplayedPromise]
    left_out: list[str]
    differing: int
    differences: list[ReplayedDifference]


class Replay(TypedDict):
    """How far a replay is, and what it found."""

    id: UUID
    state: str
    month: MonthText
    done: int
    total: int
    result: ReplayResult | None


class Erased(TypedDict):
    """Who was erased: a number, no name."""

    lead: UUID
    number: str
    erased_at: Moment


class Meeting(TypedDict):
    """A review meeting of both sides; ``month`` and ``since`` are known once it is open."""

    id: UUID
    starts_at: Moment
    minutes_for: int
    place: str
    rhythm: str
    state: str
    month: MonthText | None
    since: Moment | None
    opened_at: Moment | None
    closed_at: Moment | None
    follows: UUID | None


class AgendaLine(TypedDict):
    """One thing that an item names."""

    text: str
    value: str | None
    note: str | None


class AgendaItem(TypedDict):
    """An item of an agenda; without an id while the agenda is not frozen."""

    id: UUID | None
    topic: str
    title: str
    summary: str
    lines: list[AgendaLine]
    open_actions: list[UUID]
    minutes: str
    decision: str
    written_at: Moment | None
    revision: int | None


class MeetingAction(TypedDict):
    """What somebody took on in a meeting, and until when."""

    id: UUID
    review: UUID
    item: UUID | None
    text: str
    owner: UUID
    due_on: date
    state: str
    carried: int
    closed_at: Moment | None
    revision: int


class WholeMeeting(Meeting):
    """A meeting with its agenda and what is to be done."""

    agenda: list[AgendaItem]
    actions: list[MeetingAction]
