"""What a month came to: the figures that are frozen when it closes, and what was corrected afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, Sum

from sla.models import Clock, CreditEntry, Month, Subject
from sla.outcomes import Outcomes
from sla.queries.credit import credited
from sla.queries.targets import TargetView

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Completeness:
    """The agreed fields that were filled at handover, of those that had to be, over a month."""

    present: int
    required: int


@dataclass(frozen=True)
class Correction:
    """A line of the ledger that corrects a closed month: it counts in the month that was open then."""

    at: datetime
    month: date
    points: Decimal
    kind: str
    subject_id: UUID


def delivered_until(month: date, *, last_day: date, before: datetime) -> Decimal:
    """Return a month's points by a day, as the ledger said at a moment."""
    lines = CreditEntry.objects.filter(month=month, day__lte=last_day, at__lt=before)
    total: Decimal | None = lines.aggregate(total=Sum("points"))["total"]
    return total or _NOTHING


def delivered_points(month: date) -> Decimal:
    """Return a month's points, all lines of it."""
    total: Decimal | None = CreditEntry.objects.filter(month=month).aggregate(total=Sum("points"))["total"]
    return total or _NOTHING


def completeness_of(month: date) -> Completeness:
    """Return how complete the month's handovers were."""
    rows = Subject.objects.filter(kind=Subject.Kind.HANDOVER, counted_month=month)
    sums = rows.aggregate(present=Sum("present_fields"), required=Sum("required_fields"))
    return Completeness(sums["present"] or 0, sums["required"] or 0)


def figures_of(
    row: Month, clocks: Iterable[Clock], outcomes: Outcomes, *, target: TargetView, planned_days: int, zone: str
) -> dict[str, Any]:
    """Return everything about a month as plain data without floats, so that it has one hash."""
    filled = completeness_of(row.month)
    return {
        "month": f"{row.month:%Y-%m}",
        "zone": zone,
        "agreement_version": row.subject.version.number,
        "target": {"points": plain_amount(target.points), "source": target.source},
        "planned_days": planned_days,
        "delivered_points": plain_amount(delivered_points(row.month)),
        "ledger": _ledger(row.month),
        "by_tier": _by_tier(row.month),
        "acceptance": outcomes.as_data(),
        "completeness": {"present": filled.present, "required": filled.required},
        "verdicts": [_verdict(clock) for clock in sorted(clocks, key=lambda clock: (clock.commitment, clock.cycle))],
    }


@dataclass(frozen=True)
class FrozenTier:
    """What a closed month holds of one tier: handovers that were credited when it closed, and their points."""

    tier: str
    count: int
    points: Decimal
    suspended_points: Decimal


def frozen_tiers(month: date) -> list[FrozenTier] | None:
    """Return the credited handovers of a closed month by tier, as they were frozen; None while it is not closed."""
    row = Month.objects.filter(month=month, state=Month.State.CLOSED).only("figures").first()
    if row is None:
        return None
    return [
        FrozenTier(tier, sums["count"], Decimal(sums["points"]), Decimal(sums["suspended_points"]))
        for tier, sums in row.figures["by_tier"].items()
    ]


def corrections_of(months: Iterable[date]) -> dict[date, list[Correction]]:
    """Return what was corrected after the handovers' months had closed, by the month of the handover."""
    rows = CreditEntry.objects.filter(subject__counted_month__in=list(months)).exclude(
        month=F("subject__counted_month")
    )
    found: dict[date, list[Correction]] = {}
    for line in rows.select_related("subject").order_by("at", "pk"):
        correction = Correction(line.at, line.month, line.points, line.kind, line.subject_id)
        found.setdefault(line.subject.counted_month, []).append(correction)
    return found


def _ledger(month: date) -> dict[str, dict[str, Any]]:
    rows = CreditEntry.objects.filter(month=month).values("kind").annotate(lines=Count("pk"), total=Sum("points"))
    return {row["kind"]: {"lines": row["lines"], "points": plain_amount(row["total"])} for row in rows.order_by("kind")}


def _by_tier(month: date) -> dict[str, dict[str, Any]]:
    suspended = Q(credit=Subject.Credit.SUSPENDED)
    rows = credited().filter(counted_month=month).values("tier")
    sums = rows.annotate(
        n=Count("pk"),
        total=Sum("weight"),
        suspended=Count("pk", filter=suspended),
        suspended_points=Sum("weight", filter=suspended),
    )
    return {row["tier"]: _tier(row) for row in sums.order_by("tier")}


def _tier(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "count": row["n"],
        "points": plain_amount(row["total"]),
        "suspended": row["suspended"],
        "suspended_points": plain_amount(row["suspended_points"] or _NOTHING),
    }


def _verdict(clock: Clock) -> dict[str, Any]:
    return {
        "commitment": clock.commitment,
        "cycle": clock.cycle,
        "unit": clock.unit,
        "state": clock.state,
        "promised": plain_amount(clock.amount),
        "delivered": plain_amount(clock.delivered),
        "due_at": clock.due_at.isoformat(),
    }


def plain_amount(value: Decimal | None) -> str | None:
    """Return an amount as frozen figures write it: without floats and trailing zeros."""
    return None if value is None else f"{value.normalize():f}"
