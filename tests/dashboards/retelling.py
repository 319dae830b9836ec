"""The month's figures once more, from nothing but the raw events, in plain Python."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from events.models import Event

WEIGHTS = {"standard": Decimal(1), "hand_raiser": Decimal(3)}
ENDS_CREDIT = {"resent", "nurtured", "expired", "upheld", "withdrawn"}
STEPS = ("qualified", "opportunity", "won")
CLOSES = {"cancelled", "waived", "superseded", "merged"}


@dataclass
class Told:
    """One handover as its events tell it."""

    sent_at: datetime
    tier: str
    decision: str = "pending"
    contacted_at: datetime | None = None
    reached: dict[str, datetime] = field(default_factory=dict)
    amount: Decimal = Decimal(0)
    reason: str = ""
    credited: bool = True
    id: Any = None
    lead: Any = None
    # When it was decided the last time, as it stands.
    decided_at: datetime | None = None

    @property
    def taken(self) -> bool:
        return self.decision in {"accepted", "deemed_accepted", "overturned"}


@dataclass
class Promise:
    """One clock as its events tell it."""

    side: str
    due_at: datetime
    state: str = "running"


def handovers(zone: str, *, before: datetime | None = None) -> dict[date, list[Told]]:
    """Return the handovers by the month in which they were sent, as far as had happened before a moment."""
    told: dict[Any, Told] = {}
    for event in Event.objects.filter(subject_kind="handover").order_by("at", "recorded_at", "id"):
        if before is None or event.at < before:
            _hear(told, event)
    months: dict[date, list[Told]] = defaultdict(list)
    for handover in told.values():
        months[handover.sent_at.astimezone(ZoneInfo(zone)).date().replace(day=1)].append(handover)
    return months


def _hear(told: dict[Any, Told], event: Event) -> None:
    kind, data = event.kind, event.data
    if kind == "handover.sent":
        told[event.subject_id] = Told(event.at, data["tier"], id=event.subject_id, lead=event.thread_id)
        return
    handover = told[event.subject_id]
    if kind in {"handover.accepted", "handover.rejected", "handover.deemed_accepted"}:
        handover.decision, handover.decided_at = kind.removeprefix("handover."), event.at
        handover.reason = data.get("reason", "")
    elif kind == "handover.decision_undone":
        handover.decision, handover.reason = "pending", ""
    elif kind == "handover.attempted" and not data["automatic"]:
        handover.contacted_at = handover.contacted_at or event.at
    elif kind == "handover.progressed":
        handover.reached.setdefault("qualified", event.at)
        handover.reached[data["progress"]] = event.at
        handover.amount = Decimal(data["amount"] or handover.amount)
    elif kind == "handover.closed":
        handover.reached[data["outcome"]] = event.at
        handover.amount = Decimal(data["amount"] or handover.amount)
    elif kind == "handover.returned":
        handover.credited = handover.credited and data["answer"] not in ENDS_CREDIT
    elif kind == "handover.settled":
        handover.credited = handover.credited and data["outcome"] not in ENDS_CREDIT
        if data["outcome"] == "overturned":
            handover.decision = "overturned"


def promises(*, at: datetime) -> list[Promise]:
    """Return every clock with its last deadline and verdict."""
    told: dict[Any, Promise] = {}
    for event in Event.objects.filter(kind__startswith="clock.").order_by("recorded_at", "id"):
        kind = event.kind.removeprefix("clock.")
        promise = told.setdefault(event.subject_id, Promise(event.data["side"], event.at))
        promise.due_at = datetime.fromisoformat(event.data["due_at"])
        if kind in {"resumed", "unpaused", "reopened"} and promise.state != "breached":
            promise.state = "running"
        elif kind in CLOSES and promise.state not in {"met", "breached"}:
            promise.state = "closed"
        elif kind in {"met", "breached", "paused"} and promise.state != "breached":
            promise.state = kind
    for promise in told.values():
        if promise.state == "running" and promise.due_at < at:
            promise.state = "breached"
    return list(told.values())


def kept(month: date, side: str, *, at: datetime, zone: str) -> Counter[str]:
    """Count one side's promises due in a month by verdict."""
    local = ZoneInfo(zone)
    due = [p for p in promises(at=at) if p.side == side]
    return Counter(p.state for p in due if p.due_at.astimezone(local).date().replace(day=1) == month)


def within(handover: Told, step: str, days: int) -> bool:
    """Tell whether the handover reached a step, or a later one, in time to count."""
    later = STEPS[STEPS.index(step) :]
    moments = [handover.reached[name] for name in later if name in handover.reached]
    return any(moment <= handover.sent_at + timedelta(days=days) for moment in moments)


def rulings(zone: str) -> dict[date, Counter[str]]:
    """Count rulings by the month of the ruling and how they ended."""
    months: dict[date, Counter[str]] = defaultdict(Counter)
    for event in Event.objects.filter(kind="case.ruled"):
        months[event.at.astimezone(ZoneInfo(zone)).date().replace(day=1)][event.data["outcome"]] += 1
    return months


def accepted_again(rejected: Told, everything: list[Told], days: int) -> bool:
    """Tell whether sales took a later handover of the same lead in time to count."""
    later = [h for h in everything if h.lead == rejected.lead and h.sent_at > rejected.sent_at and h.taken]
    since = rejected.decided_at
    return any(h.decided_at and since and h.decided_at - since <= timedelta(days=days) for h in later)
