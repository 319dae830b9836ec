"""The figures of a month: numerator, denominator and pending beside every share."""

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
    """Met of met and breached; what was excused, and what ended before it could be kept or broken, beside it."""

    excused: int
    cancelled: int


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


class _Cut(TypedDict):
    month: MonthText
    compared_month: MonthText
    tier: str | None
    team: UUID | None
    segment: str | None
    campaign: UUID | None
    owner: UUID | None


class _Marked(_Cut):
    """Of when figures are: while very much happens, a few seconds ago.

    ``last_event`` is the newest event that is certain to be counted, by the id that webhooks carry.
    """

    as_of: Moment
    last_event: UUID | None


class _About(_Marked):
    state: str
    agreement_version: int | None


class CommitmentKept(KeptPromises):
    """How sales kept one kind of promise."""

    commitment: str


class TeamKept(KeptPromises):
    """How one team of sales kept its promises; null is what belongs to no team."""

    team: UUID | None
    name: str | None


class BreachNow(TypedDict):
    """A broken promise about which somebody still has to do something; without a lead it is one of a month."""

    clock: UUID
    lead: UUID | None
    side: str
    commitment: str
    due_at: Moment
    owner_name: str | None


class BreachedNow(TypedDict):
    """What is broken at this moment, whatever month it fell in: how many, and the newest few."""

    total: int
    newest: list[BreachNow]


class CampaignOfMonth(TypedDict):
    """What a campaign cost and brought in the month; without an id what belongs to none."""

    campaign: UUID | None
    name: str | None
    cost: Amount | None
    mqls: int
    accepted_percent: float | None
    sqls: int
    pipeline: Amount
    pipeline_per_euro: float | None
    below_floor: bool


class CostOfMonth(TypedDict):
    """What was booked; null where a team, a tier, a segment or a person is asked for, for which nobody books."""

    booked: Amount | None
    pipeline_per_euro: float | None
    floor: Amount | None


class TrendMonth(TypedDict):
    """The headline figures of one month."""

    month: MonthText
    points: Amount
    sent: int
    gross_acceptance_percent: float | None
    sales_compliance_percent: float | None
    median_seconds: int | None
    qualified_percent: float | None
    pipeline: Amount
    cost: Amount | None
    pipeline_per_euro: float | None


class Kpis(_About):
    """All figures of a month, or of a part of it."""

    delivered: Delivered
    handovers: DecidedHandovers
    gross_acceptance: Share
    net_acceptance: Share
    deemed_acceptance: Share
    compliance: Compliance
    compliance_by_commitment: list[CommitmentKept]
    compliance_by_team: list[TeamKept]
    breached_now: BreachedNow
    speed_to_lead: Speed
    lead_velocity_percent: float | None
    conversion: Conversion
    pipeline: Pipeline
    rejections: list[RejectionReason]
    disputed: int
    cost: CostOfMonth
    campaigns: list[CampaignOfMonth]
    trend: list[TrendMonth]
    compared: TrendMonth


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


class RejectedRow(TypedDict):
    """How often for one reason, class, campaign or rep; "" is a campaign or a rep that there is none of.

    Without a key it is of people whose figures the key's member may not see.
    """

    key: str | None
    label: str | None
    count: int


class Rejections(_About):
    """What sales sent back of the month's handovers, what was overturned later included."""

    by: str
    rejected: Share
    disputed: int
    rows: list[RejectedRow]


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


class Pace(_Marked):
    """The month's pace; ``pace`` is null without a target or for a part of the leads."""

    delivered: Delivered
    pace: Course | None


class Bucket(TypedDict):
    """How many first contacts took less than so many seconds; null: longer."""

    under_seconds: int | None
    count: int


class SpeedToLead(_Marked):
    """The month's speed to lead, elapsed and in business time."""

    elapsed: Speed
    business: Speed
    buckets: list[Bucket]
