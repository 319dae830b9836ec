"""What each rep was given this month, has in hand, and how fast they were: fair or not, in figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, F, Q

from leads.models import Handover
from sla.queries import calendar_in_force, hours_for
from tenants.models import Membership
from tenants.queries import absences_between, active_members, sight_of
from tenants.roles import Role

ACCEPTED = (
    Handover.Decision.ACCEPTED,
    Handover.Decision.DEEMED_ACCEPTED,
    Handover.Decision.ACCEPTED_BY_RULING,
)
IN_HAND = ~Q(progress=Handover.Progress.CLOSED) & ~Q(decision=Handover.Decision.REJECTED)
ONE_DAY = timedelta(days=1)


class Median(Aggregate):
    """The middle of durations, in the database."""

    name = "Median"
    template = "percentile_cont(0.5) within group (order by %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class FairnessRow:
    """One rep's month; durations in seconds, shares from 0 to 100, None where there is nothing to divide."""

    member_id: UUID
    name: str
    initials: str
    given: int
    in_hand: int
    absent_days: int
    accepted: int
    decided: int
    accepted_share: float | None
    contacted: int
    median_seconds: int | None
    you: bool


def fairness_rows(viewer: Membership, *, month: date, at: datetime) -> list[FairnessRow]:
    """Return the reps whose figures the viewer may see: their own, their people's, as head of sales everybody's.

    ``month`` is its first day; it counts handovers sent in it that are the rep's now. Elapsed time, from sent to
    first contact. Absent days are working days of the sales calendar.
    """
    sight = sight_of(viewer)
    reps = [rep for rep in active_members(roles=[Role.SALES_REP]) if sight.sees(rep)]
    ids = [rep.pk for rep in reps]
    of_month = Handover.objects.filter(assigned_to__in=ids, counted_month=month).values("assigned_to").order_by()
    figures: dict[UUID, Mapping[str, Any]] = {
        row["assigned_to"]: row
        for row in of_month.annotate(
            given=Count("pk"),
            accepted=Count("pk", filter=Q(decision__in=ACCEPTED)),
            decided=Count("pk", filter=~Q(decision=Handover.Decision.PENDING)),
            contacted=Count("contacted_at"),
            median=Median(F("contacted_at") - F("sent_at"), filter=Q(contacted_at__isnull=False)),
        )
    }
    rows = Handover.objects.filter(IN_HAND, assigned_to__in=ids).values_list("assigned_to").order_by()
    in_hand = dict(rows.annotate(n=Count("pk")))
    absent = _absent_days(month)
    return [_row(rep, viewer, figures.get(rep.pk, {}), in_hand, absent) for rep in sorted(reps, key=lambda r: r.name)]


def _absent_days(month: date) -> dict[UUID, int]:
    last = (month.replace(day=28) + 4 * ONE_DAY).replace(day=1) - ONE_DAY
    working: Sequence[date] = hours_for(calendar_in_force("sales")).working_days(month, last)
    days: dict[UUID, int] = {}
    for absence in absences_between(month, last):
        missed = sum(absence.covers(day) for day in working)
        days[absence.member_id] = days.get(absence.member_id, 0) + missed
    return days


def _row(
    rep: Membership, viewer: Membership, found: Mapping[str, Any], in_hand: dict[UUID, int], absent: dict[UUID, int]
) -> FairnessRow:
    decided, accepted = found.get("decided", 0), found.get("accepted", 0)
    median: timedelta | None = found.get("median")
    return FairnessRow(
        member_id=rep.pk,
        name=rep.name,
        initials=rep.initials,
        given=found.get("given", 0),
        in_hand=in_hand.get(rep.pk, 0),
        absent_days=absent.get(rep.pk, 0),
        accepted=accepted,
        decided=decided,
        accepted_share=accepted * 100 / decided if decided else None,
        contacted=found.get("contacted", 0),
        median_seconds=int(median.total_seconds()) if median is not None else None,
        you=rep.pk == viewer.pk,
    )
