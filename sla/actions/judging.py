"""Marketing's promises in points and shares: started with their month, judged by a task, never by passing time."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sla.actions.course import columns_of, happen, record_of, store
from sla.clocks import Judged, Retargeted, Started, Terms
from sla.models import Clock, Side, Subject
from sla.queries.histories import History, clock_history, terms_as_data


@dataclass(frozen=True)
class Owed:
    """One promise of a month: so many points, or such a share, by the end of it or of one of its weeks."""

    commitment: str
    cycle: int
    amount: Decimal
    unit: str
    started_at: datetime
    until: datetime


def start_promise(subject: Subject, owed: Owed) -> Clock:
    """Let a promise of a month run until its figures are judged."""
    terms = Terms(owed.amount, owed.unit, until=owed.until)
    clock = Clock(
        subject=subject,
        commitment=owed.commitment,
        side=Side.MARKETING,
        version_id=subject.version_id,
        cycle=owed.cycle,
        started_at=owed.started_at,
    )
    history = History(terms, (Started(owed.started_at, owed.cycle),))
    for name, value in columns_of(clock, history, at=owed.started_at).items():
        setattr(clock, name, value)
    clock.save(force_insert=True)
    record_of(clock, "started", at=owed.started_at, by=None, **terms_as_data(terms, None))
    return clock


def retarget(clock: Clock, amount: Decimal, *, at: datetime) -> None:
    """Let a locked running promise be for another figure: both heads have agreed on it meanwhile."""
    if clock.amount == amount:
        return
    old = _plain(clock.amount)
    fact = Retargeted(min(at, clock.due_at), amount)
    happen(clock, clock_history(clock), "retargeted", fact, by=None, amount=_plain(amount), old_amount=old)


def judge(clock: Clock, numerator: Decimal | int, denominator: Decimal | int = 1, *, at: datetime) -> bool:
    """Read the verdict of a locked running promise off its figures; return whether it was kept.

    It is dated at the promise's end: reports must not depend on when the task came by.
    """
    fact = Judged(clock.due_at, at, Decimal(numerator), Decimal(denominator))
    kept = fact.numerator >= clock.amount * fact.denominator
    store(
        clock,
        clock_history(clock).and_then(fact),
        "met" if kept else "breached",
        at=clock.due_at,
        by=None,
        promised=_plain(clock.amount),
        numerator=_plain(fact.numerator),
        denominator=_plain(fact.denominator),
        found_at=at.isoformat(),
    )
    if not kept:
        Clock.objects.filter(pk=clock.pk).update(detected_at=at)
        clock.detected_at = at
    return kept


def _plain(figure: Decimal) -> str:
    return f"{figure.normalize():f}"
