"""Cohorts: what became of the handovers sent in a month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from dashboards.formulas import Decisions
from dashboards.queries.cut import Cut
from leads.models import Handover
from leads.queries.cohorts import REACHED


@dataclass(frozen=True)
class Cohort:
    """The handovers of one month by decision, and how far they came within the time to convert."""

    decisions: Decisions = field(default_factory=Decisions)
    contacted: int = 0
    qualified: int = 0
    opportunities: int = 0
    won: int = 0
    pipeline: Decimal = Decimal(0)


def cohorts(cut: Cut) -> dict[date, Cohort]:
    """Return the cohorts of the month and of those that it is shown with, in one query."""
    rows = _handovers(cut).filter(counted_month__in=cut.months)
    tallies = rows.values("counted_month").annotate(**_counts()).order_by("counted_month")
    return {row["counted_month"]: _cohort(row) for row in tallies}


def campaign_cohorts(cut: Cut) -> dict[str, Cohort]:
    """Return the month's cohort by campaign; "" are leads of none."""
    rows = _handovers(cut).filter(counted_month=cut.month).order_by()
    tallies = rows.values("lead__campaign").annotate(**_counts())
    return {str(row["lead__campaign"] or ""): _cohort(row) for row in tallies}


def segments(cut: Cut) -> list[str]:
    """Return the segments that the handovers of these months are from."""
    rows = Handover.objects.filter(counted_month__in=cut.months, merged_into=None).exclude(lead__country="")
    return sorted(rows.order_by().values_list("lead__country", flat=True).distinct())


def _handovers(cut: Cut) -> "QuerySet[Handover]":
    # What ended in a merger is decided, and converts, in the handover that goes on.
    return Handover.objects.filter(cut.on_handovers(), merged_into=None)


def _counts() -> dict[str, Any]:
    decisions = {name: Count("pk", filter=Q(decision=value)) for name, value in DECISIONS.items()}
    return decisions | {
        "contacted": Count("pk", filter=REACHED["contacted"]),
        "qualified": Count("pk", filter=REACHED["qualified"]),
        "opportunities": Count("pk", filter=REACHED["opportunity"]),
        "won": Count("pk", filter=REACHED["won"]),
        "pipeline": Sum("amount", filter=REACHED["opportunity"]),
    }


DECISIONS = {
    "accepted": Handover.Decision.ACCEPTED,
    "deemed": Handover.Decision.DEEMED_ACCEPTED,
    "rejected": Handover.Decision.REJECTED,
    "overturned": Handover.Decision.ACCEPTED_BY_RULING,
    "pending": Handover.Decision.PENDING,
}


def _cohort(row: Mapping[str, Any]) -> Cohort:
    return Cohort(
        decisions=Decisions(**{name: row[name] for name in DECISIONS}),
        contacted=row["contacted"],
        qualified=row["qualified"],
        opportunities=row["opportunities"],
        won=row["won"],
        pipeline=row["pipeline"] or Decimal(0),
    )
