"""What commitments are about: opening a subject and noting facts on it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from sla.models import AgreementVersion, Subject
from smarketing.lib.tenancy import new_ids
from tenants.models import Membership

_FACTS = {
    "decided": "decided_at",
    "attempt": "first_attempt_at",
    "reached": "reached_at",
    "closed": "closed_at",
}


def open_subject(**given: Any) -> Subject:
    """Open what clocks will be about; see new_subject."""
    subject = new_subject(id=new_ids(1)[0], **given)
    subject.save(force_insert=True)
    return subject


def new_subject(
    *,
    id: UUID,
    kind: str,
    thread_id: UUID | None,
    version: AgreementVersion,
    tier: str = "",
    weight: Decimal | int = 1,
    owner: Membership | None = None,
    sender: Membership | None = None,
    opened_at: datetime,
    zone: str,
    present_fields: int = 0,
    required_fields: int = 0,
) -> Subject:
    """Return a subject that is not yet stored. It counts in the month that ``zone`` has at this moment, for ever."""
    day = opened_at.astimezone(ZoneInfo(zone)).date()
    return Subject(
        id=id,
        kind=kind,
        thread_id=thread_id,
        version=version,
        tier=tier,
        weight=weight,
        owner=owner,
        team_id=owner.team_id if owner else None,
        sender=sender,
        counted_month=day.replace(day=1),
        counted_on=day,
        opened_at=opened_at,
        present_fields=present_fields,
        required_fields=required_fields,
    )


def record_fact(subject: Subject, *, kind: str, at: datetime, proved: bool = False) -> bool:
    """Note "decided", "attempt", "reached" or "closed", the first time only; also when no clock listens.

    What is ``proved`` may also show that it happened earlier than was known.
    """
    column = _FACTS[kind]
    unknown = Q(**{column: None}) | Q(**{f"{column}__gt": at}) if proved else Q(**{column: None})
    changed = Subject.objects.filter(unknown, pk=subject.pk).update(**{column: at})
    if changed:
        setattr(subject, column, at)
    return bool(changed)


def withdraw_fact(subject: Subject, *, kind: str) -> None:
    """Forget a fact that was undone within the undo window."""
    column = _FACTS[kind]
    Subject.objects.filter(pk=subject.pk).update(**{column: None})
    setattr(subject, column, None)
