"""Reading the board's figures of a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from arbitration.figures import CutRow, Decided, Share, Spread, acceptance, cut_by, overturn_rate, spread_of
from arbitration.models import Case, Citation, Ruling
from arbitration.queries.labels import labels_of
from arbitration.queries.similar import standing_rulings
from leads.models import Campaign, Handover, Rejection
from sla.queries import calendar_in_force, hours_for
from tenants.models import Membership
from tenants.queries import sight_of

# A page counts a year at a time; a period longer than that tells of other people and another agreement.
MOST_DAYS = 366


@dataclass(frozen=True)
class NamedRow:
    """One line of a cut, with its name in words."""

    name: str
    share: Share


@dataclass(frozen=True)
class Figures:
    """The board in one period: by the day of the rejection (appeals, acceptance) and of the ruling (all else)."""

    first: date
    last: date
    appeals: Share
    overturned: Share
    remands: int
    time_to_ruling: Spread
    adherence: Share
    gross: Share
    net: Share
    by_reason: list[NamedRow]
    by_criterion: list[NamedRow]
    by_campaign: list[NamedRow]
    by_rep: list[NamedRow]
    by_marketer: list[NamedRow]


def figures_of(first: date, last: date, *, reader: Membership, zone: str) -> Figures:
    """Return the figures of the days from ``first`` to ``last`` as this reader may see them."""
    begin, end = _edges(first, last, ZoneInfo(zone))
    rulings = standing_rulings().filter(at__gte=begin, at__lt=end)
    decided = _decided(rulings)
    gross, net = _acceptance(begin, end)
    names = _names(decided, set(rulings.order_by().values_list("case__version", flat=True).distinct()))
    people = _visible_people(decided, reader)
    return Figures(
        first=first,
        last=last,
        appeals=_appeals(begin, end),
        overturned=overturn_rate(decided),
        remands=Case.objects.filter(filed_at__gte=begin, filed_at__lt=end).exclude(remand_question="").count(),
        time_to_ruling=_time_to_ruling(rulings, ZoneInfo(zone)),
        adherence=_adherence(rulings),
        gross=gross,
        net=net,
        by_reason=_named(cut_by(decided, "reason"), names),
        by_criterion=_named(cut_by(decided, "criterion"), names),
        by_campaign=_named(cut_by(decided, "campaign"), names),
        by_rep=_named([row for row in cut_by(decided, "rep") if row.key in people], names),
        by_marketer=_named([row for row in cut_by(decided, "marketer") if row.key in people], names),
    )


def _edges(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return _midnight(first, zone), _midnight(last + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _appeals(begin: datetime, end: datetime) -> Share:
    """Return appealed ÷ rejections that could be appealed, by the day of the rejection."""
    rows = Rejection.objects.filter(at__gte=begin, at__lt=end).exclude(reason_class=Rejection.Class.PROCEDURAL)
    # What was undone within its seconds was never a rejection; a withdrawn appeal was one.
    rows = rows.exclude(state=Rejection.State.WITHDRAWN, answered_at=None)
    appealed = Case.objects.filter(rejection__in=rows.values("pk")).values("rejection").distinct().count()
    return Share(appealed, rows.count())


def _acceptance(begin: datetime, end: datetime) -> tuple[Share, Share]:
    decisions = {
        "accepted": Handover.Decision.ACCEPTED,
        "deemed": Handover.Decision.DEEMED_ACCEPTED,
        "overturned": Handover.Decision.ACCEPTED_BY_RULING,
        "rejected": Handover.Decision.REJECTED,
    }
    counts = {name: Count("pk", filter=Q(decision=decision)) for name, decision in decisions.items()}
    rows = Handover.objects.filter(sent_at__gte=begin, sent_at__lt=end, merged_into=None)
    return acceptance(**rows.aggregate(**counts))


def _decided(rulings: "QuerySet[Ruling]") -> list[Decided]:
    """Return the rulings counted by everything that they are cut by."""
    cuts = ("outcome", "reason", "criterion", "case__handover__lead__campaign", "case__rejection__by")
    rows = rulings.order_by().values_list(*cuts, "case__handover__sent_by").annotate(n=Count("pk"))
    return [_alike(row[:6], row[6]) for row in rows]


def _alike(cuts: Sequence[object], number: int) -> Decided:
    outcome, reason, criterion, campaign, rep, marketer = (str(value or "") for value in cuts)
    return Decided(outcome, reason, criterion, campaign, rep, marketer, number)


def _time_to_ruling(rulings: "QuerySet[Ruling]", zone: ZoneInfo) -> Spread:
    """Return the board's working days after the day of the appeal, up to the day of the ruling."""
    spans = rulings.order_by().values_list(TruncDate("case__filed_at", tzinfo=zone), TruncDate("at", tzinfo=zone))
    counted = list(spans.annotate(n=Count("pk")))
    if not counted:
        return spread_of([])
    hours, one_day = hours_for(calendar_in_force("board")), timedelta(days=1)
    days = [(float(len(hours.working_days(filed + one_day, ruled))), number) for filed, ruled, number in counted]
    return spread_of([length for length, number in days for _case in range(number)])


def _adherence(rulings: "QuerySet[Ruling]") -> Share:
    """Return followed ÷ (followed + departed from)."""
    taken = Citation.objects.filter(ruling__in=rulings.order_by().values("pk"))
    counted = taken.aggregate(all=Count("pk"), followed=Count("pk", filter=Q(stance=Ruling.Stance.FOLLOWS)))
    return Share(counted["followed"], counted["all"])


def _names(decided: list[Decided], versions: set[UUID]) -> Mapping[str, str]:
    """Return what reasons, criteria, campaigns and people are called, by key or id."""
    labels = labels_of(versions)
    found = {key: label for (_version, key), label in labels.criteria.items()}
    found |= {key: label for (_version, key), label in labels.reasons.items()}
    campaigns = {case.campaign for case in decided if case.campaign}
    found |= {str(pk): name for pk, name in Campaign.objects.filter(pk__in=campaigns).values_list("pk", "name")}
    people = {member for case in decided for member in (case.rep, case.marketer) if member}
    found |= {str(pk): name for pk, name in Membership.objects.filter(pk__in=people).values_list("pk", "name")}
    return found


def _named(rows: list[CutRow], names: Mapping[str, str]) -> list[NamedRow]:
    return [NamedRow(names.get(row.key, _("not known any more")), row.share) for row in rows]


def _visible_people(decided: list[Decided], reader: Membership) -> set[str]:
    """Return those of the people behind these rulings whose figures the reader may see."""
    people = {member for case in decided for member in (case.rep, case.marketer) if member}
    sight = sight_of(reader)
    return {str(member.pk) for member in Membership.objects.filter(pk__in=people) if sight.sees(member)}
