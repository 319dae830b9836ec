"""The plan, the replay of a month, and how current the figures are."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from dashboards.answers.figures import Share
from smarketing.lib.openapi import Amount, Moment, MonthText


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


class JudgedFigure(TypedDict):
    """How a promise in points or shares came out."""

    outcome: str
    promised: Amount | None
    delivered: Amount | None


class ReplayedFigure(TypedDict):
    """One of marketing's promises of the month (``week`` where it is one of a week), then and now."""

    commitment: str
    week: int | None
    unit: str
    then: JudgedFigure
    now: JudgedFigure


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
    figures: list[ReplayedFigure]
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
