"""Reading the facts of subjects: in two queries, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Expression, F, OuterRef, Subquery
from django.db.models.functions import JSONObject, TruncDate

from dashboards.rollups.hours import SalesHours, sales_hours
from dashboards.rollups.parts import (
    Brought,
    By,
    CreditFacts,
    Facts,
    HandoverFacts,
    Line,
    Promise,
    Rejected,
    brought_by,
)
from leads.models import Handover, Rejection
from leads.queries.cohorts import REACHED, STOOD
from sla.models import Clock, CreditEntry, Subject

# Steps of the funnel as the cohorts' queries define them; "untouched" is counted apart.
STEPS = ("contacted", "qualified", "opportunity", "won")
COUNTED_CREDIT = (Subject.Credit.COUNTED, Subject.Credit.SUSPENDED)

Row = Mapping[str, Any]


def brought_of(subject_ids: Sequence[UUID], *, zone: str) -> dict[UUID, Brought]:
    """Return what these subjects bring to the figures now."""
    hours = sales_hours()
    found = {row["subject"]: brought_by(_of_handover(row, hours)) for row in _handovers(subject_ids, zone=zone)}
    rest = [subject_id for subject_id in subject_ids if subject_id not in found]
    for subject_id, facts in (_others(rest, zone=zone) if rest else {}).items():
        found[subject_id] = brought_by(facts)
    return found


def _handovers(subject_ids: Sequence[UUID], *, zone: str) -> Iterable[Row]:
    rows: Iterable[Row] = (
        Handover.objects.filter(subject__in=subject_ids)
        .annotate(**{step: REACHED[step] for step in STEPS})
        .annotate(
            promises=ArraySubquery(_clocks(zone).filter(subject=OuterRef("subject")).values(told=_clock_told())),
            lines=ArraySubquery(_lines().values(told=JSONObject(month="month", day="day", points="points"))),
            rejected=Subquery(_rejections().values(told=JSONObject(**{name: name for name in _REASON}))[:1]),
            owner=F("assigned_to"), team=F("subject__team"), counted_on=F("subject__counted_on"),
            subject_tier=F("subject__tier"), subject_weight=F("subject__weight"), credit=F("subject__credit"),
            subject_decided_at=F("subject__decided_at"), subject_month=F("subject__counted_month"),
            campaign=F("lead__campaign"), source=F("lead__source"), segment=F("lead__country"),
            version_number=F("version__number"),
        )
        .values(
            "subject", "counted_month", "counted_on", "owner", "team", "tier", "weight", "decision", "amount",
            "sent_at", "contacted_at", "qualified_at", "opportunity_at", "outcome", "merged_into", "campaign",
            "source", "segment", "promises", "lines", "rejected",
            "version_number", "judged", "last_utm",
            "subject_tier", "subject_weight", "subject_decided_at", "subject_month", "credit", *STEPS,
        )
    )  # fmt: skip
    return rows


def _clocks(zone: str) -> Any:
    return Clock.objects.annotate(day=TruncDate("due_at", tzinfo=ZoneInfo(zone))).order_by()


def _clock_told() -> Expression:
    return JSONObject(day="day", owner="owner", side="side", commitment="commitment", state="state")


def _lines() -> Any:
    return CreditEntry.objects.filter(subject=OuterRef("subject")).order_by()


_REASON = ("reason", "reason_label", "reason_class", "state")


def _rejections() -> Any:
    # The last one of a handover is the one that stood; earlier ones were undone.
    rows = Rejection.objects.filter(handover=OuterRef("pk")).exclude(reason_class=Rejection.Class.PROCEDURAL)
    return rows.order_by("-at", "-pk")


def _of_handover(row: Row, hours: SalesHours) -> Facts:
    owner = _text(row["owner"])
    return Facts(
        by=By(
            _text(row["campaign"]),
            _text(row["team"]),
            row["source"],
            row["subject_tier"],
            row["segment"],
            row["last_utm"],
        ),
        # What ended in a merger goes on as the other handover; its promises and credit tell their own story.
        handover=None if row["merged_into"] else _handover_facts(row, hours),
        credit=_credit_facts(row) if row["credit"] in COUNTED_CREDIT else None,
        promises=tuple(map(_promise, row["promises"])),
        lines=tuple(Line(line["month"], line["day"], owner, Decimal(str(line["points"]))) for line in row["lines"]),
    )


def _handover_facts(row: Row, hours: SalesHours) -> HandoverFacts:
    sent_at, contacted_at = row["sent_at"], row["contacted_at"]
    return HandoverFacts(
        month=row["counted_month"],
        day=row["counted_on"],
        owner=_text(row["owner"]),
        weight=row["weight"],
        decision=row["decision"],
        reached=tuple(step for step in STEPS if row[step]),
        ever=_ever(row),
        amount=row["amount"] or Decimal(0),
        sent_at=sent_at,
        contacted_at=contacted_at,
        business=hours.between(sent_at, contacted_at) if contacted_at else 0,
        owes_contact=row["decision"] != Handover.Decision.REJECTED,
        rejected=_rejected(row["rejected"]) if row["decision"] in STOOD else None,
        version=row["version_number"],
        judged=tuple(row["judged"]),
    )


def _ever(row: Row) -> tuple[str, ...]:
    noted = {
        "qualified": row["qualified_at"] is not None,
        "opportunity": row["opportunity_at"] is not None,
        "won": row["outcome"] == Handover.Outcome.WON,
    }
    return tuple(step for step, is_noted in noted.items() if is_noted)


def _rejected(told: Row | None) -> Rejected | None:
    if told is None:
        return None
    is_disputed = told["state"] == Rejection.State.APPEALED
    return Rejected(told["reason"], told["reason_label"], told["reason_class"], is_disputed)


def _credit_facts(row: Row) -> CreditFacts:
    return CreditFacts(
        month=row["subject_month"],
        day=row["counted_on"],
        owner=_text(row["owner"]),
        tier=row["subject_tier"],
        weight=row["subject_weight"],
        is_suspended=row["credit"] == Subject.Credit.SUSPENDED,
        is_decided=row["subject_decided_at"] is not None,
    )


def _promise(told: Row) -> Promise:
    return Promise(told["day"], told["owner"] or "", told["side"], told["commitment"], told["state"])


def _others(subject_ids: Sequence[UUID], *, zone: str) -> dict[UUID, Facts]:
    """Return the facts of months and cases: of them only the promises count."""
    rows = _clocks(zone).filter(subject__in=subject_ids)
    found: dict[UUID, Facts] = {}
    told = rows.annotate(tier=F("subject__tier"), team=F("subject__team"))
    for row in told.values("subject", "day", "owner", "side", "commitment", "state", "tier", "team"):
        before = found.get(row["subject"], Facts(By(team=_text(row["team"]), tier=row["tier"])))
        promise = _promise({**row, "day": row["day"].isoformat(), "owner": _text(row["owner"])})
        found[row["subject"]] = Facts(before.by, promises=(*before.promises, promise))
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value)
