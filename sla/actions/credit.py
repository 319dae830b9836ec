"""Marketing's credit: at most one per lead and qualification cycle, given at sending, as lines of a ledger.

# Note [Where a line is written]
A line changes the delivery of its month. It is written into the month that it is about while
that one is open, else into the month that is open when it happens, so that a closed month
stays what it was. The lines of a handover always add up to its weight while its credit counts
or is suspended, and to nothing otherwise, whatever months they lie in.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sla.models import CreditEntry, Month, Subject
from sla.queries.months import last_day, month_is_closed, next_month, zone_of_organisation
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id

_Kind = CreditEntry.Kind
_COUNTED, _SUSPENDED = Subject.Credit.COUNTED, Subject.Credit.SUSPENDED
_REVERSED, _ADJUSTED = Subject.Credit.REVERSED, Subject.Credit.ADJUSTED


@transaction.atomic(savepoint=False)
def give_credit(subject: Subject, *, key: str, at: datetime, zone: str) -> bool:
    """Count a handover for marketing; False when this lead's qualification cycle has been counted already."""
    if not _claim(subject, key, seen=(Subject.Credit.NOT_COUNTED,)):
        return False
    month, day = _place(subject.counted_month, subject.counted_on, subject.counted_on)
    _write(subject, _Kind.GIVEN, month, day, subject.weight, at=at)
    return True


def lines_of(subjects: Sequence[Subject], *, at: datetime) -> list[CreditEntry]:
    """Return the lines of credits that are given together, not yet stored."""
    # Sent together they count on one day.
    places = {day: _place(month, day, day) for month, day in {(one.counted_month, one.counted_on) for one in subjects}}
    return [
        CreditEntry(subject=one, kind=_Kind.GIVEN, month=month, day=day, points=one.weight, at=at)
        for one in subjects
        for month, day in (places[one.counted_on],)
    ]


def suspend_credit(subject: Subject, *, at: datetime) -> bool:
    """Mark a credit as not yet final: it still counts as delivered and is shown apart."""
    return _move(subject, seen=(_COUNTED,), to=_SUSPENDED)


@transaction.atomic
def restore_credit(subject: Subject, *, at: datetime) -> bool:
    """Count again what was suspended or, where nobody else has the credit meanwhile, reversed."""
    if _move(subject, seen=(_SUSPENDED,), to=_COUNTED):
        return True
    last = CreditEntry.objects.filter(subject=subject).order_by("-at", "-pk").first()
    if (
        last is None
        or subject.credit_key is None
        or not _claim(subject, subject.credit_key, seen=(_REVERSED, _ADJUSTED))
    ):
        return False
    month, day = _place(last.month, last.day, at.astimezone(ZoneInfo(zone_of_organisation())).date())
    _write(subject, _Kind.RESTORED, month, day, subject.weight, at=at)
    return True


@transaction.atomic
def reverse_credit(subject: Subject, *, at: datetime, zone: str) -> bool:
    """Take a credit back: in its own month while that is open, else as a dated adjustment in the present one."""
    today = at.astimezone(ZoneInfo(zone)).date()
    own = subject.counted_month
    month, day = _place(own, min(today, last_day(own)), today)
    kind, state = (_Kind.REVERSED, _REVERSED) if month == own else (_Kind.ADJUSTED, _ADJUSTED)
    if not _move(subject, seen=(_COUNTED, _SUSPENDED), to=state):
        return False
    _write(subject, kind, month, day, -subject.weight, at=at)
    return True


def rekey_credit(subject: Subject, *, key: str | None) -> None:
    """Let a credit stand for another lead's cycle: the same person goes on under that name."""
    Subject.objects.filter(pk=subject.pk).update(credit_key=key)
    subject.credit_key = key


def _place(month: date, day: date, today: date) -> tuple[date, date]:
    """Return the month and day of a line: its own while that is open, else the one open today."""
    if _is_open(month, today=today):
        return month, day
    present, day = today.replace(day=1), today
    while not _is_open(present, today=today):
        # Told after the fact, for a time when everything is closed: the next month takes it.
        present = day = next_month(present)
    return present, day


# Asked with every handover.
HELD_OPEN = Prepared(
    "month_held_open",
    ["bigint", "date"],
    "select state from sla_month where organisation_id = $1 and month = $2 for share",
)


def _is_open(month: date, *, today: date) -> bool:
    """Tell whether a month takes a line, and keep it from closing until this transaction has ended."""
    states = [state for (state,) in ask(HELD_OPEN, current_organisation_id(), month)]
    # A frozen month stays closed, whatever its calendar says now; one that is due to close takes nothing more.
    return states in ([], [Month.State.OPEN]) and not month_is_closed(month, today=today)


def _claim(subject: Subject, key: str, *, seen: tuple[str, ...]) -> bool:
    try:
        # The unique key of the database decides between two at once.
        with transaction.atomic():
            changed = Subject.objects.filter(pk=subject.pk, credit__in=seen).update(credit=_COUNTED, credit_key=key)
    except IntegrityError:
        return False
    if changed:
        subject.credit, subject.credit_key = _COUNTED, key
    return bool(changed)


def _move(subject: Subject, *, seen: tuple[str, ...], to: str) -> bool:
    changed = Subject.objects.filter(pk=subject.pk, credit__in=seen).update(credit=to)
    if changed:
        subject.credit = to
    return bool(changed)


def _write(subject: Subject, kind: str, month: date, day: date, points: Decimal, *, at: datetime) -> None:
    CreditEntry.objects.create(subject=subject, kind=kind, month=month, day=day, points=points, at=at)
