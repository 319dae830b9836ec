"""What clients are answered of criteria, campaign return and revenue; money as text."""

from typing import TypedDict
from uuid import UUID

from dashboards.answers.figures import Share
from smarketing.lib.openapi import Amount, Moment, MonthText


class DifferenceRange(TypedDict):
    """Where a difference lies with 95 % confidence, in percentage points."""

    low: float
    high: float


class Effect(TypedDict):
    """A share of the leads with a criterion beside that of those without, and what may be said of it."""

    having: Share
    lacking: Share
    difference_points: float | None
    interval_points: DifferenceRange | None
    lift: float | None
    verdict: str


class Criterion(TypedDict):
    """One criterion and what became of leads that met it and of those that did not."""

    key: str
    kind: str
    label: str
    required: bool
    met: int
    not_met: int
    unknown: int
    acceptance: Effect
    purchase: Effect
    useless: bool


class CriteriaReport(TypedDict):
    """The criteria of an agreement version over the handovers that some months sent under it."""

    since: MonthText
    until: MonthText
    agreement_version: int
    least_cases: int
    within_days: int
    as_of: Moment
    criteria: list[Criterion]


class CampaignFigures(TypedDict):
    """Booked cost and what came of it; figures by cost are null where nothing was booked."""

    cost: Amount
    mqls: int
    sqls: int
    customers: int
    pipeline: Amount
    won: Amount
    cost_per_mql: Amount | None
    cost_per_sql: Amount | None
    cost_per_customer: Amount | None
    roi_percent: Amount | None
    pipeline_per_euro: Amount | None
    below_floor: bool


class CampaignLine(CampaignFigures):
    """One campaign; without an id what belongs to none."""

    campaign: UUID | None
    name: str


class CampaignReturns(TypedDict):
    """What campaigns cost in some months and what the handovers of those months came to."""

    since: MonthText
    until: MonthText
    touch: str
    floor: Amount | None
    mature: bool
    as_of: Moment
    campaigns: list[CampaignLine]
    total: CampaignFigures


class Earned(TypedDict):
    """Purchases of one origin, or of both, against what was agreed."""

    customers: int
    amount: Amount
    target: Amount | None


class Took(TypedDict):
    """Median seconds to the purchase."""

    from_first_touch_seconds: int | None
    from_handover_seconds: int | None


class RevenueMonth(TypedDict):
    """What one month earned, by who had found the lead."""

    month: MonthText
    marketing: Earned
    sales: Earned
    total: Earned
    time_to_customer: Took


class Revenue(TypedDict):
    """What some months earned, the oldest first."""

    since: MonthText
    until: MonthText
    as_of: Moment
    months: list[RevenueMonth]
    time_to_customer: Took


class _Handled(TypedDict):
    sent: int
    net_acceptance: Share
    deemed_acceptance: Share
    completeness: Share
    attempt_compliance: Share
    recycle_yield: Share
    overturned: Share
    remanded: int


class QualityOfMonth(_Handled):
    """One month's handovers; rulings by the day of the ruling. No velocity where the definition changed."""

    month: MonthText
    lead_velocity_percent: float | None
    is_redefined: bool
    gross_acceptance: Share
    returns_answered: int
    return_answer_seconds: int | None


class QualityInAll(_Handled):
    """A period as a whole."""


class Quality(TypedDict):
    """How leads were handed over and handled, month by month."""

    since: MonthText
    until: MonthText
    as_of: Moment
    months: list[QualityOfMonth]
    total: QualityInAll
