"""The handovers of a month and how far they came: what the dashboards count and the leads list shows."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from leads.models import Campaign, Handover, Rejection, UtmName
from leads.periods import CONVERSION_FOR

TAKEN = Q(
    decision__in=[
        Handover.Decision.ACCEPTED,
        Handover.Decision.DEEMED_ACCEPTED,
        Handover.Decision.ACCEPTED_BY_RULING,
    ]
)


def _in_time(moment: str) -> Q:
    return Q(**{f"{moment}__lte": F("sent_at") + CONVERSION_FOR})


_WON = Q(outcome=Handover.Outcome.WON) & _in_time("closed_at")
# Who bought has come all the way, also where nobody noted the steps between.
_OPPORTUNITY = _in_time("opportunity_at") | _WON

REACHED: dict[str, Q] = {
    "contacted": TAKEN & Q(contacted_at__isnull=False),
    "untouched": ~Q(decision=Handover.Decision.REJECTED) & Q(contacted_at=None),
    "qualified": _in_time("qualified_at") | _OPPORTUNITY,
    "opportunity": _OPPORTUNITY,
    "won": _WON,
}

DECIDED: dict[str, Q] = {
    "pending": Q(decision=Handover.Decision.PENDING),
    "accepted": TAKEN,
    "rejected": Q(decision=Handover.Decision.REJECTED),
}


# A rejection stood, also where the board took it back later.
STOOD = (Handover.Decision.REJECTED, Handover.Decision.ACCEPTED_BY_RULING)

# What an agreement's month counts of each decision.
_COUNTED = {
    "accepted": Handover.Decision.ACCEPTED,
    "deemed": Handover.Decision.DEEMED_ACCEPTED,
    "overturned": Handover.Decision.ACCEPTED_BY_RULING,
    "rejected": Handover.Decision.REJECTED,
    "pending": Handover.Decision.PENDING,
}


def decisions_in(month: date) -> dict[str, int]:
    """Return how many of a month's handovers were decided how, so far."""
    counts = {name: Count("pk", filter=Q(decision=decision)) for name, decision in _COUNTED.items()}
    # What ended in a merger is decided in the handover that goes on.
    return Handover.objects.filter(counted_month=month, merged_into=None).aggregate(**counts)


@dataclass(frozen=True)
class Reported:
    """What reports narrow a cohort by beside the dashboard's own filters; "" and None are all.

    ``last`` is the last of several months. ``closed`` dates the cohort by the purchase instead of by the sending:
    those won in that half-open period. ``criterion`` was judged ``judged`` under the agreement ``version``.
    """

    last: date | None = None
    closed: tuple[datetime, datetime] | None = None
    origin: str = ""
    version: int | None = None
    criterion: str = ""
    judged: str = ""
    # A campaign, by the name of the last visit before the handover.
    last_touch: UUID | None = None

    def filter(self) -> Q:
        """Return what it means for handovers, but for the period."""
        found = Q()
        if self.origin:
            found &= Q(lead__origin=self.origin)
        if self.version is not None:
            found &= Q(version__number=self.version)
        if self.criterion and self.judged:
            found &= Q(judged__contains=[f"{self.criterion}:{self.judged}"])
        if self.last_touch is not None:
            found &= Q(last_utm__in=names_meaning(self.last_touch))
        return found


def names_meaning(campaign_id: UUID) -> list[str]:
    """Return the folded names of visits that mean a campaign."""
    own = Campaign.objects.filter(pk=campaign_id).values_list("utm_norm", flat=True)
    mapped = UtmName.objects.filter(campaign=campaign_id).values_list("norm", flat=True)
    return list(own.union(mapped))


@dataclass(frozen=True)
class CohortCut:
    """Which handovers of a month (its first day) are meant; "" and None are all."""

    month: date
    tier: str = ""
    owner: UUID | None = None
    decision: str = ""
    reached: str = ""
    reason: str = ""
    reported: Reported = field(default_factory=Reported)

    def period(self) -> Q:
        """Return which handovers are of the period, reports' own filters included."""
        closed, last = self.reported.closed, self.reported.last
        if closed is not None:
            dated = Q(outcome=Handover.Outcome.WON, closed_at__gte=closed[0], closed_at__lt=closed[1])
        else:
            dated = Q(counted_month__range=(self.month, last)) if last else Q(counted_month=self.month)
        return dated & self.reported.filter()


def cohort_handovers(cut: CohortCut) -> "QuerySet[Handover]":
    """Return the handovers of the month that the cut means."""
    rows = Handover.objects.filter(cut.period(), merged_into=None)
    if cut.tier:
        rows = rows.filter(tier=cut.tier)
    if cut.owner:
        rows = rows.filter(assigned_to=cut.owner)
    if cut.decision:
        rows = rows.filter(DECIDED[cut.decision])
    if cut.reached:
        rows = rows.filter(REACHED[cut.reached])
    if cut.reason:
        claims = Rejection.objects.filter(reason=cut.reason, handover__decision__in=STOOD)
        rows = rows.filter(pk__in=claims.values("handover"))
    return rows
