"""The months beside a month: what the small lines are drawn of, and the one that is compared with."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboards import formulas
from dashboards.queries import MonthFigures
from sla.models import Side


@dataclass(frozen=True)
class TrendMonth:
    """The headline figures of one month; ``cost`` is None where the part that is asked for has none of its own."""

    month: date
    points: Decimal
    sent: int
    accepted: float | None
    kept: float | None
    median_seconds: int | None
    qualified: float | None
    pipeline: Decimal
    cost: Decimal | None

    @property
    def pipeline_per_euro(self) -> float | None:
        """Opportunity amount for each unit of booked cost."""
        return formulas.per_cost(self.pipeline, self.cost)


def trend_of(figures: MonthFigures) -> list[TrendMonth]:
    """Return the months of the small lines, the oldest first."""
    return [trend_month(figures, month) for month in figures.cut.shown]


def trend_month(figures: MonthFigures, month: date) -> TrendMonth:
    """Return the headline figures of one of the months that were read."""
    cohort, kept = figures.cohort_of(month), figures.promises.of(month, Side.SALES)
    return TrendMonth(
        month=month,
        points=figures.delivery.points_of(month),
        sent=cohort.decisions.sent,
        accepted=formulas.gross_acceptance(cohort.decisions).percent,
        kept=formulas.compliance(kept.met, kept.breached, kept.running).percent,
        median_seconds=figures.medians.get(month),
        qualified=formulas.Share(cohort.qualified, cohort.decisions.sent).percent,
        pipeline=cohort.pipeline,
        cost=figures.costs.total(month),
    )
