"""What a meeting has to speak about: drawn from the figures as they stand, as numbers and ids without names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F

from arbitration.models import Case
from arbitration.rules import OPEN_STAGES
from dashboards.meetings import FIRST_LOOK_BACK, month_looked_at
from dashboards.models import Review, ReviewAction, ReviewItem
from dashboards.queries.cut import Cut
from dashboards.queries.month import MonthFigures, month_figures
from sla.models import AgreementVersion, Clock, Side, Target
from sla.queries import agreement_in_force, draft_of, next_month, open_breach_clocks

Topic = ReviewItem.Topic
# So many of each are named; the page behind has the rest.
NAMED = 10
ACTIONS_NAMED = 50
# A term that ends within this time is spoken about.
SOON = timedelta(days=60)


@dataclass(frozen=True)
class Drawn:
    """One item of an agenda before it is frozen."""

    topic: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Agenda:
    """What there is to speak about at a moment, and what it looks at."""

    since: datetime
    month: date
    items: list[Drawn]


def draw_agenda(review: Review, *, at: datetime, zone: str) -> Agenda:
    """Return the agenda of a meeting as of ``at``; what there is nothing to say about is left out."""
    since, month = looks_back_to(review), month_looked_at(at, zone=zone)
    figures = month_figures(Cut(month), at=at, zone=zone)
    drawn = [
        Drawn(Topic.ACTIONS, _actions(at=at, zone=zone)),
        Drawn(Topic.PACE, _pace(figures)),
        Drawn(Topic.PROMISES, _promises(figures, since=since, at=at)),
        Drawn(Topic.CASES, _cases()),
        Drawn(Topic.REJECTIONS, _rejections(figures)),
        Drawn(Topic.TERMS, {"terms": list(_terms(at=at, zone=zone))}),
    ]
    return Agenda(since, month, [item for item in drawn if any(item.facts.values())])


def looks_back_to(review: Review) -> datetime:
    """Return since when a meeting looks back: the one before it, or thirty days for the first."""
    earlier = Review.objects.filter(opened_at__isnull=False, starts_at__lt=review.starts_at).exclude(pk=review.pk)
    last = earlier.order_by("-starts_at").values_list("opened_at", flat=True).first()
    return last or review.starts_at - FIRST_LOOK_BACK


def _actions(*, at: datetime, zone: str) -> dict[str, Any]:
    today = at.astimezone(ZoneInfo(zone)).date()
    rows = ReviewAction.objects.filter(state=ReviewAction.State.OPEN).order_by("due_on", "pk")
    found = list(rows.values_list("pk", "due_on")[:ACTIONS_NAMED])
    return {"actions": [str(pk) for pk, _due in found], "late": sum(due < today for _pk, due in found)}


def _pace(figures: MonthFigures) -> dict[str, Any]:
    delivery, pace = figures.delivery, figures.delivery.pace
    facts: dict[str, Any] = {
        "month": f"{figures.cut.month:%Y-%m}",
        "delivered": str(delivery.points_of(figures.cut.month)),
        "target": _text(delivery.target.points),
    }
    if pace is not None:
        facts |= {
            "planned": _text(pace.planned_to_date),
            "index": _text(pace.index),
            "forecast": _text(pace.forecast.points if pace.forecast else None),
            "per_day": _text(pace.required_per_day),
            "at_risk": pace.at_risk,
        }
    return facts


def _text(value: Any) -> str | None:
    return None if value is None else str(round(value, 2))


def _promises(figures: MonthFigures, *, since: datetime, at: datetime) -> dict[str, Any]:
    broken = Clock.objects.filter(breached_at__gte=since, breached_at__lte=at)
    counted = broken.values_list("side", "commitment").annotate(n=Count("pk")).order_by("-n", "commitment")
    still_open = open_breach_clocks(at=at)
    newest = still_open.order_by("-due_at", "-pk").values_list("pk", flat=True)[:NAMED]
    kept = {str(side): figures.promises.of(figures.cut.month, side) for side in Side}
    return {
        "kept": {side: {"met": k.met, "breached": k.breached, "running": k.running} for side, k in kept.items()},
        "broken": [{"side": side, "commitment": commitment, "n": n} for side, commitment, n in counted],
        "open": still_open.count(),
        "clocks": [str(pk) for pk in newest],
    }


def _cases() -> dict[str, Any]:
    rows = Case.objects.filter(stage__in=OPEN_STAGES)
    oldest = rows.order_by("filed_at", "pk").values_list("pk", flat=True)[:NAMED]
    return {"open": rows.count(), "cases": [str(pk) for pk in oldest]}


def _rejections(figures: MonthFigures) -> dict[str, Any]:
    found = figures.rejections
    reasons = [{"reason": r.key, "label": r.label, "n": r.count} for r in found.reasons[:NAMED]]
    if not found.total:
        return {}
    month = f"{figures.cut.month:%Y-%m}"
    return {"month": month, "total": found.total, "disputed": found.disputed, "reasons": reasons}


def _terms(*, at: datetime, zone: str) -> Iterator[dict[str, Any]]:
    """Yield what of the agreement ends, waits or is missing soon."""
    today = at.astimezone(ZoneInfo(zone)).date()
    version = agreement_in_force(at=at)
    if version is None:
        yield {"term": "no_agreement"}
        return
    yield from _terms_of(version, today=today, zone=zone)
    draft = draft_of()
    if draft is not None:
        yield {"term": draft.state, "number": draft.number}
    yield from _target_terms(next_month(today.replace(day=1)))


def _terms_of(version: AgreementVersion, *, today: date, zone: str) -> Iterator[dict[str, Any]]:
    ends = version.ends_at.astimezone(ZoneInfo(zone)).date() if version.ends_at else None
    for term, day in (("review", version.review_on), ("ends", ends)):
        if day is not None and day <= today + SOON:
            yield {"term": term, "number": version.number, "day": day.isoformat()}


def _target_terms(month: date) -> Iterator[dict[str, Any]]:
    states = set(Target.objects.filter(month=month).order_by().values_list(F("state"), flat=True))
    if Target.State.COUNTERSIGNED in states:
        return
    term = "target_waits" if Target.State.PROPOSED in states else "no_target"
    yield {"term": term, "month": f"{month:%Y-%m}"}
