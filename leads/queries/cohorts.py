"""The handovers of a month and how far they came: what the dashboards count and the leads list shows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from leads.models import Campaign, Handover, Rejection, UtmName
from leads.periods import BAND_ENDS, CONVERSION_FOR
from sla.models import Clock, Side, Subject
from sla.queries import due_between, going_on, last_day, past_due

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
    "touched": Q(contacted_at__isnull=False),
    "untouched": ~Q(decision=Handover.Decision.REJECTED) & Q(contacted_at=None),
    "qualified": _in_time("qualified_at") | _OPPORTUNITY,
    "opportunity": _OPPORTUNITY,
    "won": _WON,
    "gave_up": Q(outcome=Handover.Outcome.UNABLE_TO_REACH),
    # Noted at any time: what a campaign is told by over its whole life.
    "ever_qualified": Q(qualified_at__isnull=False),
    "ever_opportunity": Q(opportunity_at__isnull=False),
    "ever_won": Q(outcome=Handover.Outcome.WON),
}

# A rejection stood, also where the board took it back later.
STOOD = (Handover.Decision.REJECTED, Handover.Decision.ACCEPTED_BY_RULING)

DECIDED: dict[str, Q] = {
    "pending": Q(decision=Handover.Decision.PENDING),
    "accepted": TAKEN,
    "by_sales": Q(decision__in=[Handover.Decision.ACCEPTED, Handover.Decision.DEEMED_ACCEPTED]),
    "deemed": Q(decision=Handover.Decision.DEEMED_ACCEPTED),
    "rejected": Q(decision=Handover.Decision.REJECTED),
    "sent_back": Q(decision__in=STOOD),
}

# What counts towards marketing's target: also what was rejected, while that is not final.
COUNTED = (Subject.Credit.COUNTED, Subject.Credit.SUSPENDED)

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


PROMISES: dict[str, Callable[[datetime], Q]] = {
    "met": lambda _at: Q(state=Clock.State.MET),
    "breached": lambda at: Q(state=Clock.State.BREACHED) | past_due(at=at),
    "running": lambda at: going_on(at=at),
    "excused": lambda _at: Q(state=Clock.State.EXCUSED),
    "cancelled": lambda _at: Q(state=Clock.State.CANCELLED),
}


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
    """Which handovers of a month (its first day) are meant; "" and None are all.

    With ``promise`` the month is that in which promises of ``side`` were due, else that in which was sent.
    """

    month: date
    tier: str = ""
    owner: UUID | None = None
    decision: str = ""
    reached: str = ""
    reason: str = ""
    reported: Reported = field(default_factory=Reported)
    label: str = ""
    reason_class: str = ""
    disputed: str = ""
    team: UUID | None = None
    campaign: UUID | None = None
    country: str = ""
    # Whom nobody has.
    unassigned: bool = False
    # "yes": only what counts towards marketing's target.
    counted: str = ""
    # Which stretch of the time until first contact, as its number.
    band: str = ""
    promise: str = ""
    side: str = ""
    commitment: str = ""
    at: datetime | None = None
    zone: str = "UTC"

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
    if cut.promise:
        return of_part(Handover.objects.filter(subject__in=promised(cut).values("subject")), replace(cut, owner=None))
    rows = of_part(Handover.objects.filter(cut.period()), cut)
    if cut.counted:
        # A merger may have moved the credit to what it ended: the credit tells its own story.
        return rows.filter(subject__credit__in=COUNTED)
    rows = rows.filter(merged_into=None)
    if cut.decision:
        rows = rows.filter(DECIDED[cut.decision])
    if cut.reached:
        rows = rows.filter(REACHED[cut.reached])
    if cut.band:
        rows = rows.filter(_within(int(cut.band)))
    if cut.reason or cut.reason_class or cut.disputed:
        rows = rows.filter(Exists(_standing(cut)), decision__in=STOOD)
    return rows


def of_part(rows: "QuerySet[Handover]", cut: CohortCut) -> "QuerySet[Handover]":
    """Return those of the handovers that are of the part of the work that the cut means."""
    wanted = {
        "tier": cut.tier,
        "assigned_to": cut.owner,
        "subject__team": cut.team,
        "lead__campaign": cut.campaign,
        "lead__country": cut.country,
    }
    found = rows.filter(**{name: value for name, value in wanted.items() if value})
    return found.filter(assigned_to=None) if cut.unassigned else found


def promised(cut: CohortCut) -> "QuerySet[Clock]":
    """Return the month's promises that came out as asked, of whatever part of the leads."""
    due = due_between(cut.month, last_day(cut.month), zone=cut.zone).filter(side=cut.side or Side.SALES)
    wanted = {"owner": cut.owner, "commitment": cut.commitment}
    rows = due.filter(**{name: value for name, value in wanted.items() if value})
    return rows.filter(PROMISES[cut.promise](cut.at or datetime.max.replace(tzinfo=UTC)))


def _within(band: int) -> Q:
    """Return the handovers that were contacted within one stretch of time."""
    # Whole seconds, as they are counted.
    found = Q(contacted_at__isnull=False)
    if band:
        found &= Q(contacted_at__gte=F("sent_at") + timedelta(seconds=BAND_ENDS[band - 1]))
    if band < len(BAND_ENDS):
        found &= Q(contacted_at__lt=F("sent_at") + timedelta(seconds=BAND_ENDS[band]))
    return found


def _standing(cut: CohortCut) -> "QuerySet[Rejection]":
    """Return the rejection that stands of each handover (the last one) where it is as asked."""
    claims = Rejection.objects.filter(handover=OuterRef("handover")).exclude(reason_class=Rejection.Class.PROCEDURAL)
    last = Subquery(claims.order_by("-at", "-pk").values("pk")[:1])
    wanted = {"reason": cut.reason, "reason_label": cut.label, "reason_class": cut.reason_class}
    wanted |= {"state": Rejection.State.APPEALED} if cut.disputed else {}
    chosen = {name: value for name, value in wanted.items() if value}
    return Rejection.objects.filter(handover=OuterRef("pk"), pk=last, **chosen)
