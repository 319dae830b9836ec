"""How leads are handed over and handled, month by month: what the joint dashboard's six cards leave out.

Months are those in which leads were sent, but for rulings, which count on the day of the ruling.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import TruncMonth

from arbitration.models import Ruling
from arbitration.queries.similar import standing_rulings
from dashboards.formulas import Decisions, Share, lead_velocity
from dashboards.queries.cohorts import DECISIONS
from dashboards.queries.cut import months_before, months_between
from dashboards.queries.month import is_redefined
from dashboards.rollups import Asked, read_slices
from dashboards.rollups.parts import DECISION
from leads.models import Handover
from leads.queries import monthly_yields
from leads.recycling import Yield
from sla.models import Clock, Month, Subject
from sla.queries import end_of_month, start_of_month
from sla.queries.targets import signed_versions

NO_RETURNS = Yield(0, 0, 0, 0, 0, None)
NOTHING = Share(0, 0)


@dataclass(frozen=True)
class QualityMonth:
    """One month; each share with what it is made of."""

    month: date
    decisions: Decisions
    # None where nothing was sent before, or where a qualified lead was defined otherwise.
    velocity: float | None
    is_redefined: bool
    # Agreed fields that were filled at the handover, of all that are agreed.
    completeness: Share
    # Closed as unable to reach with as many attempts as agreed, of all closed so.
    attempts: Share
    returns: Yield
    # Overturned of overturned and upheld, by the day of the ruling; remanded ones apart.
    overturned: Share
    remanded: int


def quality(first: date, last: date, *, at: datetime, zone: str) -> list[QualityMonth]:
    """Return the months from ``first`` to ``last``, those without a lead included."""
    decisions = _decisions(months_before(first, 1), last, at=at, zone=zone)
    filled, gave_up = _completeness(first, last), _attempts(first, last)
    returns, rulings = monthly_yields(first, last, at=at), _rulings(first, last, zone=zone)
    versions = signed_versions()
    found = []
    for month in months_between(first, last):
        redefined = is_redefined(versions, month, zone=zone)
        before = decisions.get(months_before(month, 1), Decisions())
        mine = decisions.get(month, Decisions())
        ruled = rulings.get(month, Counter())
        found.append(
            QualityMonth(
                month,
                mine,
                lead_velocity(mine.sent, before.sent, is_redefined=redefined),
                redefined,
                filled.get(month, NOTHING),
                gave_up.get(month, NOTHING),
                returns.get(month, NO_RETURNS),
                Share(ruled["overturned"], ruled["overturned"] + ruled["upheld"]),
                ruled["remanded"],
            )
        )
    return found


ByDecision = Mapping[date, Mapping[str, int]]


def _decisions(first: date, last: date, *, at: datetime, zone: str) -> Mapping[date, Decisions]:
    found = rolled_decisions(first, last, at=at, zone=zone)
    found = direct_decisions(first, last) if found is None else found
    names = {str(value): name for name, value in DECISIONS.items()}
    return {
        month: Decisions(**{names[value]: n for value, n in counts.items() if value in names})
        for month, counts in found.items()
    }


def rolled_decisions(first: date, last: date, *, at: datetime, zone: str) -> ByDecision | None:
    """Return how handovers were decided, by month, from what was added up; None where the rows have to be read."""
    months = frozenset(months_between(first, last))
    read = read_slices([Asked("all", "", months, measures=(DECISION,))], at=at, zone=zone)
    if read is None:
        return None
    return {
        date.fromisoformat(place.month): {value: n for value, (n, _points) in figures.get(DECISION, {}).items()}
        for place, figures in read.slices[0].items()
    }


def direct_decisions(first: date, last: date) -> ByDecision:
    """Return the same from the handovers themselves."""
    rows = Handover.objects.filter(counted_month__range=(first, last), merged_into=None).order_by()
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for month, decision, n in rows.values_list("counted_month", "decision").annotate(n=Count("pk")):
        found[month][decision] = n
    return found


def _completeness(first: date, last: date) -> Mapping[date, Share]:
    """Return how many agreed fields were filled; of a closed month as it was frozen."""
    closed = Month.objects.filter(month__range=(first, last)).exclude(closed_at=None)
    frozen = {month: figures["completeness"] for month, figures in closed.values_list("month", "figures")}
    rows = Subject.objects.filter(kind=Subject.Kind.HANDOVER, counted_month__range=(first, last))
    rows = rows.exclude(counted_month__in=frozen).order_by()
    sums = rows.values_list("counted_month").annotate(present=Sum("present_fields"), required=Sum("required_fields"))
    found = {month: Share(filled["present"], filled["required"]) for month, filled in frozen.items()}
    return found | {month: Share(present or 0, required or 0) for month, present, required in sums}


def _attempts(first: date, last: date) -> Mapping[date, Share]:
    """Return who was given up after the agreed attempts; where none were agreed none was missing."""
    rows = Handover.objects.filter(
        counted_month__range=(first, last), merged_into=None, outcome=Handover.Outcome.UNABLE_TO_REACH
    )
    promise = Clock.objects.filter(subject=OuterRef("subject"), commitment="attempts")
    enough = Q(Exists(promise.filter(state=Clock.State.MET))) | ~Q(Exists(promise))
    tallies = rows.order_by().values_list("counted_month").annotate(enough=Count("pk", filter=enough), n=Count("pk"))
    return {month: Share(kept, n) for month, kept, n in tallies}


def _rulings(first: date, last: date, *, zone: str) -> Mapping[date, Counter[str]]:
    period = {"at__gte": start_of_month(first, zone=zone), "at__lt": end_of_month(last, zone=zone)}
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for rows in (standing_rulings(), Ruling.objects.filter(outcome=Ruling.Outcome.REMANDED)):
        month = TruncMonth("at", tzinfo=ZoneInfo(zone))
        tallies = rows.filter(**period).order_by().values_list(month, "outcome").annotate(n=Count("pk"))
        for moment, outcome, n in tallies:
            found[moment.date()][outcome] += n
    return found
