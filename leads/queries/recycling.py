"""The yield of returns, altogether, by reason, and by marketer for those who may see it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from leads.models import Handover, Rejection
from leads.queries.fairness import ACCEPTED
from leads.recycling import Returned, Yield, yield_of, yields_by
from tenants.models import Membership
from tenants.queries import everybody, sight_of

# Without a month: this many months of sending, the running one included.
MONTHS = 12


@dataclass(frozen=True)
class YieldRow:
    """The yield of one reason or one marketer."""

    key: str
    label: str
    figures: Yield


@dataclass(frozen=True)
class Yields:
    """The yield of a cohort of handovers by their month of sending, [first, until)."""

    first: date
    until: date
    whole: Yield
    by_reason: list[YieldRow]
    by_marketer: list[YieldRow]


def recycle_yields(viewer: Membership, *, month: date | None, today: date, at: datetime) -> Yields:
    """Return the yield of a month's handovers, or of the last twelve months'."""
    first, until = (month, _later(month, 1)) if month else (_later(today, 1 - MONTHS), _later(today, 1))
    returns = [_returned(row) for row in _rejections(first, until)]
    labels = {row.reason: row.label for row in returns}
    reasons = yields_by(returns, lambda row: row.reason, at=at)
    return Yields(
        first=first,
        until=until,
        whole=yield_of(returns, at=at),
        by_reason=[YieldRow(key, labels[key], figures) for key, figures in reasons.items()],
        by_marketer=_by_marketer(returns, viewer, at=at),
    )


def monthly_yields(first: date, last: date, *, at: datetime) -> Mapping[date, Yield]:
    """Return what became of the returns of each month of sending, both ends included; months without any left out."""
    returns: dict[date, list[Returned]] = defaultdict(list)
    for row in _rejections(first, _later(last, 1)).defer("handover__snapshot"):
        returns[row.handover.counted_month].append(_returned(row))
    return {month: yield_of(rows, at=at) for month, rows in returns.items()}


def _later(day: date, months: int) -> date:
    """Return the first of the month so many months after a day's own."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _rejections(first: date, until: date) -> "QuerySet[Rejection]":
    """Return what came back and stayed back, with the first later acceptance of the same lead, in one query."""
    later = Handover.objects.filter(lead=OuterRef("handover__lead"), number__gt=OuterRef("handover__number"))
    again = later.filter(decision__in=ACCEPTED).order_by("decided_at").values("decided_at")[:1]
    rows = Rejection.objects.filter(
        handover__decision=Handover.Decision.REJECTED,
        handover__counted_month__gte=first,
        handover__counted_month__lt=until,
    )
    # One that was undone within seconds was taken back by the one who made it, a withdrawn appeal by marketing.
    rows = rows.exclude(state=Rejection.State.WITHDRAWN, answered_by=F("by"))
    rows = rows.exclude(reason_class=Rejection.Class.PROCEDURAL)
    return rows.select_related("handover").annotate(again_at=Subquery(again)).order_by("-at")


def _returned(rejection: Rejection) -> Returned:
    handover = rejection.handover
    return Returned(
        reason=rejection.reason,
        label=rejection.reason_label,
        marketer=str(handover.sent_by_id) if handover.sent_by_id else "",
        rejected_at=rejection.at,
        answered_at=rejection.answered_at,
        expired=rejection.state == Rejection.State.EXPIRED,
        again_at=rejection.again_at,  # type: ignore[attr-defined]  # annotated
    )


def _by_marketer(returns: list[Returned], viewer: Membership, *, at: datetime) -> list[YieldRow]:
    figures = yields_by([row for row in returns if row.marketer], lambda row: row.marketer, at=at)
    members: Mapping[UUID, Membership] = {member.pk: member for member in everybody()}
    sight = sight_of(viewer)
    named = [(members.get(UUID(key)), key, found) for key, found in figures.items()]
    return [
        YieldRow(key, member.name, found) for member, key, found in named if member is not None and sight.sees(member)
    ]
