"""The yield of returns, altogether, by reason, and by marketer for those who may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from leads.models import Handover, Rejection
from leads.periods import ACCEPTED_AGAIN_WITHIN
from leads.queries.fairness import ACCEPTED, Median
from leads.recycling import Returned, Yield, yield_of, yields_by
from tenants.models import Membership
from tenants.queries import everybody, sight_of

# Without a month: this many months of sending, the running one included.
MONTHS = 12
# Came again in all, and of those that may still come.
NONE_AGAIN = (0, 0)


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
    """Return what became of the returns of each month of sending, both ends included; months without any left out.

    Counted in the database as leads.recycling.yield_of counts: a page of months reads no row of them.
    """
    rows: Any = _final(first, _later(last, 1)).order_by().values_list("handover__counted_month")
    is_expired, is_young = Q(state=Rejection.State.EXPIRED), Q(at__gt=at - ACCEPTED_AGAIN_WITHIN)
    answered = Q(answered_at__isnull=False) & ~is_expired
    tallies = rows.annotate(
        returned=Count("pk"),
        young=Count("pk", filter=is_young),
        answered=Count("pk", filter=answered),
        expired=Count("pk", filter=is_expired),
        took=Median(F("answered_at") - F("at"), filter=answered),
    )
    # Where it narrows the rows and is not counted for each, the database joins the few that come again.
    again = rows.filter(Exists(_later_accepted().filter(decided_at__lte=OuterRef("at") + ACCEPTED_AGAIN_WITHIN)))
    again = again.annotate(n=Count("pk"), young=Count("pk", filter=is_young))
    came = {month: (n, young) for month, n, young in again}
    return {month: _yield(tally, came.get(month, NONE_AGAIN)) for month, *tally in tallies}


def _yield(tally: list[Any], came: Sequence[int]) -> Yield:
    returned, young, answered, expired, took = tally
    again, young_again = came
    seconds = None if took is None else round(took.total_seconds())
    return Yield(returned, again, young - young_again, answered, expired, seconds)


def _later(day: date, months: int) -> date:
    """Return the first of the month so many months after a day's own."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _rejections(first: date, until: date) -> "QuerySet[Rejection]":
    """Return what came back and stayed back, with the first later acceptance of the same lead, in one query."""
    again = _later_accepted().order_by("decided_at").values("decided_at")[:1]
    rows = _final(first, until).select_related("handover")
    return rows.annotate(again_at=Subquery(again)).order_by("-at")


def _later_accepted() -> "QuerySet[Handover]":
    later = Handover.objects.filter(lead=OuterRef("handover__lead"), number__gt=OuterRef("handover__number"))
    return later.filter(decision__in=ACCEPTED)


def _final(first: date, until: date) -> "QuerySet[Rejection]":
    rows = Rejection.objects.filter(
        handover__decision=Handover.Decision.REJECTED,
        handover__counted_month__gte=first,
        handover__counted_month__lt=until,
    )
    # One that was undone within seconds was taken back by the one who made it, a withdrawn appeal by marketing.
    rows = rows.exclude(state=Rejection.State.WITHDRAWN, answered_by=F("by"))
    return rows.exclude(reason_class=Rejection.Class.PROCEDURAL)


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
