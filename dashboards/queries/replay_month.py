"""What a month owed as figures, and what it would have owed under another version: volume, weeks, shares.

The ledger, the decisions and the filled fields stay as they are; weights, shares and the points of the agreement are
exchanged. A target that both heads countersigned is not the agreement's and stands under any version.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Sum

from dashboards.replay import NONE, OPEN, OTHER, UNCLEAR
from sla.clocks import BREACHED, MET, POINTS, SHARE
from sla.content import with_defaults
from sla.models import AgreementVersion, CreditEntry, Month
from sla.outcomes import outcomes_of
from sla.pace import Week, weeks_of
from sla.queries import agreement_in_force
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.courses import planned_days_of
from sla.queries.month_figures import completeness_of
from sla.queries.months import day_begins, end_of_month, last_day
from sla.queries.targets import target_as_of

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Judged:
    """A figure against what was promised: points, or shares from 0 to 1; None where there is none."""

    kind: str
    promised: Decimal | None = None
    delivered: Decimal | None = None


@dataclass(frozen=True)
class MonthLine:
    """One promise in figures under the version of the time and under the other; ``week`` is ISO's, 0 for the month."""

    commitment: str
    week: int
    unit: str
    then: Judged
    now: Judged


def month_lines(version: AgreementVersion, month: date, *, at: datetime, zone: str) -> list[MonthLine]:
    """Return what the month's figures amount to under a version, beside what they amounted to."""
    kept = Month.objects.filter(month=month).select_related("subject__version").first()
    until = end_of_month(month, zone=zone)
    old = kept.subject.version if kept else agreement_in_force(at=min(at, until))
    before = dict(_figures(old, month, at=at, zone=zone)) if old else {}
    after = dict(_figures(version, month, at=at, zone=zone))
    if old and ("completeness", 0) in after and _required(old) != _required(version):
        # Nobody knows which of the fields that only the other version asks for would have been filled.
        after["completeness", 0] = Judged(UNCLEAR, after["completeness", 0].promised)
    blank = Judged(NONE)
    keys = sorted({*before, *after}, key=lambda key: (_ORDER.index(key[0]), key[1]))
    return [MonthLine(*key, _UNITS[key[0]], before.get(key, blank), after.get(key, blank)) for key in keys]


_UNITS = {"volume": POINTS, "pace": POINTS, "acceptance_rate": SHARE, "completeness": SHARE}
_ORDER = tuple(_UNITS)


def _figures(
    version: AgreementVersion, month: date, *, at: datetime, zone: str
) -> Iterator[tuple[tuple[str, int], Judged]]:
    terms = {term["key"]: term for term in with_defaults(version.content)["commitments"]}
    until = end_of_month(month, zone=zone)
    points = _asked_for(version, month, until=min(at, until))
    if "volume" in terms and points:
        yield ("volume", 0), _judged(points, _delivered(version, month), over=at >= until)
    if "pace" in terms and points:
        for week, ends_at in _weeks(month, zone=zone):
            promised = week.planned(points, Decimal(terms["pace"]["share"]))
            delivered = _delivered(version, month, last_day=week.ends_on, before=ends_at)
            yield ("pace", week.number), _judged(promised, delivered, over=at >= ends_at)
    shares = {"acceptance_rate": _accepted, "completeness": _filled}
    for key in shares.keys() & terms.keys():
        yield (key, 0), _judged(Decimal(terms[key]["share"]), shares[key](month), over=at >= until)


def _judged(promised: Decimal, delivered: Decimal | None, *, over: bool) -> Judged:
    if delivered is None:
        return Judged(OTHER, promised)
    kind = OPEN if not over else MET if delivered >= promised else BREACHED
    return Judged(kind, promised, delivered)


def _asked_for(version: AgreementVersion, month: date, *, until: datetime) -> Decimal | None:
    target = target_as_of(month, moment=until)
    if target.source in ("countersigned", "carried"):
        return target.points
    return Decimal(version.content["volume"]["points_per_month"])


def _weeks(month: date, *, zone: str) -> Iterator[tuple[Week, datetime]]:
    days = planned_days_of(month, hours=hours_for(calendar_in_force("marketing")), zone=zone)
    for week in weeks_of(days, last_day(month)):
        yield week, day_begins(week.ends_on + timedelta(days=1), zone=zone)


def _delivered(
    version: AgreementVersion, month: date, *, last_day: date | None = None, before: datetime | None = None
) -> Decimal:
    """Return the month's points by a version's weights, to a hundredth; a tier that it does not know keeps its own."""
    lines = CreditEntry.objects.filter(month=month)
    if last_day and before:
        lines = lines.filter(day__lte=last_day, at__lt=before)
    weights: Mapping[str, Any] = version.content["tiers"]
    total = Decimal(0)
    for tier, weight, points in lines.values_list("subject__tier", "subject__weight").annotate(points=Sum("points")):
        known = tier in weights and weight
        total += points * Decimal(weights[tier]["weight"]) / weight if known else points
    return total.quantize(_HUNDREDTH, ROUND_HALF_UP)


def _accepted(month: date) -> Decimal | None:
    found = outcomes_of(month)
    return Decimal(found.taken) / found.decided if found.decided else None


def _filled(month: date) -> Decimal | None:
    found = completeness_of(month)
    return Decimal(found.present) / found.required if found.required else None


def _required(version: AgreementVersion) -> list[str]:
    return sorted(with_defaults(version.content)["definitions"]["required_fields"])
