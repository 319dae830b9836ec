"""Reading what left by mail, and what did not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from notifications.models import Mail
from notifications.naming import filled, names_for, threads_in
from notifications.words import MAIL_STATES
from tenants.models import Membership


@dataclass(frozen=True)
class MailRow:
    """One mail in a log."""

    id: UUID
    to: str
    subject: str
    state: str
    state_label: str
    tone: str
    created_at: datetime
    sent_at: datetime | None
    next_at: datetime | None
    attempts: int
    error: str


def mails(*, state: str = "", member: Membership | None = None) -> "QuerySet[Mail]":
    """Return the organisation's mails, those of one state or to one member."""
    rows = Mail.objects.filter(state=state) if state else Mail.objects.all()
    return rows.filter(member=member) if member is not None else rows


def mail_rows(found: Iterable[Mail], *, reader: Membership) -> list[MailRow]:
    """Return mails for a list, with the names that the reader may see; their text stays where it is."""
    rows = list(found)
    names = names_for(reader, threads_in(*(row.subject for row in rows)))
    return [_row(row, filled(row.subject, names)) for row in rows]


def _row(mail: Mail, subject: str) -> MailRow:
    label, tone = MAIL_STATES[mail.state]
    return MailRow(
        id=mail.pk,
        to=mail.to,
        subject=subject,
        state=mail.state,
        state_label=str(label),
        tone=tone,
        created_at=mail.created_at,
        sent_at=mail.sent_at,
        next_at=mail.available_at if mail.state == Mail.State.WAITING else None,
        attempts=mail.attempts,
        error=mail.error,
    )


def newest_mails_to(member: Membership, *, limit: int = 20) -> list[MailRow]:
    """Return what was last mailed to a member."""
    return mail_rows(mails(member=member).order_by("-created_at", "-id")[:limit], reader=member)
