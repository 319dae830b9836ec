"""Marketing's credit: at most one per lead and qualification cycle, given at sending, as lines of a ledger."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sla.models import CreditEntry, Subject
from sla.queries.months import last_day, month_is_closed

_COUNTED, _SUSPENDED = Subject.Credit.COUNTED, Subject.Credit.SUSPENDED


@transaction.atomic
def give_credit(subject: Subject, *, key: str, at: datetime, zone: str) -> bool:
    """Count a handover for marketing; False when this lead's qualification cycle has been counted already."""
    if not _claim(subject, key, seen=(Subject.Credit.NOT_COUNTED,)):
        return False
    _write(subject, CreditEntry.Kind.GIVEN, subject.counted_month, subject.counted_on, subject.weight, at=at)
    return True


def suspend_credit(subject: Subject, *, at: datetime) -> bool:
    """Mark a credit as not yet final: it still counts as delivered and is shown apart."""
    return _move(subject, seen=(_COUNTED,), to=_SUSPENDED)


@transaction.atomic
def restore_credit(subject: Subject, *, at: datetime) -> bool:
    """Count again what was suspended or, where nobody else has the credit meanwhile, reversed."""
    if _move(subject, seen=(_SUSPENDED,), to=_COUNTED):
        return True
    reversed_states = (Subject.Credit.REVERSED, Subject.Credit.ADJUSTED)
    last = CreditEntry.objects.filter(subject=subject).order_by("-at", "-pk").first()
    if last is None or subject.credit_key is None or not _claim(subject, subject.credit_key, seen=reversed_states):
        return False
    _write(subject, CreditEntry.Kind.RESTORED, last.month, last.day, subject.weight, at=at)
    return True


@transaction.atomic
def reverse_credit(subject: Subject, *, at: datetime, zone: str) -> bool:
    """Take a credit back: in its own month while that is open, else as a dated adjustment in the present one."""
    today = at.astimezone(ZoneInfo(zone)).date()
    month = subject.counted_month
    if month_is_closed(month, today=today):
        if not _move(subject, seen=(_COUNTED, _SUSPENDED), to=Subject.Credit.ADJUSTED):
            return False
        _write(subject, CreditEntry.Kind.ADJUSTED, today.replace(day=1), today, -subject.weight, at=at)
        return True
    if not _move(subject, seen=(_COUNTED, _SUSPENDED), to=Subject.Credit.REVERSED):
        return False
    _write(subject, CreditEntry.Kind.REVERSED, month, min(today, last_day(month)), -subject.weight, at=at)
    return True


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
