"""Reading the board's figures of a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from arbitration.figures import CutRow, Decided, Share, Spread, acceptance, cut_by, overturn_rate, spread_of
from arbitration.models import Case, Citation
from arbitration.queries.labels import labels_of
from arbitration.queries.similar import standing_rulings
from leads.models import Campaign, Handover, Rejection
from sla.queries import calendar_in_force, hours_for
from tenants.models import Membership
from tenants.roles import MARKETING, SALES, Role

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
    rows = list(
        rulings.values_list(
            "outcome", "reason", "criterion", "case__handover__lead__campaign", "case__rejection__by",
            "case__handover__sent_by", "case__filed_at", "at", "case__version",
        )
    )  # fmt: skip
    decided = [Decided(*(str(value or "") for value in row[:6])) for row in rows]
    gross, net = _acceptance(begin, end)
    names = _names(decided, {row[8] for row in rows})
    own = _visible_people(reader)
    return Figures(
        first=first,
        last=last,
        appeals=_appeals(begin, end),
        overturned=overturn_rate(decided),
        remands=Case.objects.filter(filed_at__gte=begin, filed_at__lt=end).exclude(remand_question="").count(),
        time_to_ruling=_time_to_ruling([(row[6], row[7]) for row in rows], ZoneInfo(zone)),
        adherence=_adherence(list(rulings.values_list("pk", flat=True))),
        gross=gross,
        net=net,
        by_reason=_named(cut_by(decided, "reason"), names),
        by_criterion=_named(cut_by(decided, "criterion"), names),
        by_campaign=_named(cut_by(decided, "campaign"), names),
        by_rep=_named([row for row in cut_by(decided, "rep") if own is None or row.key in own], names),
        by_marketer=_named([row for row in cut_by(decided, "marketer") if own is None or row.key in own], names),
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


def _time_to_ruling(spans: list[tuple[datetime, datetime]], zone: ZoneInfo) -> Spread:
    """Return the board's working days after the day of the appeal, up to the day of the ruling."""
    if not spans:
        return spread_of([])
    hours = hours_for(calendar_in_force("board"))
    days = [
        float(len(hours.working_days(filed.astimezone(zone).date() + timedelta(days=1), ruled.astimezone(zone).date())))
        for filed, ruled in spans
    ]
    return spread_of(days)


def _adherence(rulings: list[UUID]) -> Share:
    """Return followed ÷ (followed + departed from)."""
    stances = Citation.objects.filter(ruling__in=rulings).values_list("stance", flat=True)
    taken = list(stances)
    return Share(taken.count("follows"), len(taken))


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


def _visible_people(reader: Membership) -> set[str] | None:
    """Return about whom the reader may see figures: themselves and their people; None for nobody's limit."""
    if reader.has(Role.AUDITOR):
        return None
    own = set(Membership.objects.filter(manager=reader).values_list("pk", flat=True)) | {reader.pk}
    heads = ((Role.MARKETING_MANAGER, MARKETING), (Role.SALES_MANAGER, SALES))
    for head, roles in heads:
        if reader.has(head):
            side = Membership.objects.filter(roles__overlap=[str(role) for role in roles], manager=None)
            own |= set(side.values_list("pk", flat=True))
    return {str(member) for member in own}
