"""Mails on their way: claimed one by one, sent outside any transaction, marked when the server has taken them."""

import logging
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connections
from django.db.models import F

from notifications.models import Mail
from smarketing.lib.scope import tenant_scope

log = logging.getLogger(__name__)

# A worker that dies with a mail in its hands gives it back after this long.
LEASE = timedelta(minutes=2)
RETRY_AFTER = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200))
MAX_ATTEMPTS = 8

WAITING = """
select organisation_id, id from notifications_mail
where state = 'waiting' and available_at <= %(at)s order by available_at limit %(limit)s
"""


@dataclass(frozen=True)
class Waiting:
    """One mail of one organisation that may go now."""

    organisation_id: int
    mail_id: UUID


def send_waiting(*, at: datetime, limit: int = 100) -> int:
    """Send up to ``limit`` waiting mails of all organisations; return how many were tried."""
    tried = 0
    for waiting in list(_waiting(at=at, limit=limit)):
        mail = _claim(waiting, at=at)
        if mail is not None:
            _send(waiting, mail, at=at)
            tried += 1
    return tried


def _waiting(*, at: datetime, limit: int) -> Iterator[Waiting]:
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(WAITING, {"at": at, "limit": limit})
        yield from (Waiting(*row) for row in cursor.fetchall())


def _claim(waiting: Waiting, *, at: datetime) -> Mail | None:
    """Take the mail for this worker, or None when another one has it. Without a server it is kept as a log."""
    with tenant_scope(waiting.organisation_id):
        mine = Mail.objects.filter(pk=waiting.mail_id, state=Mail.State.WAITING, available_at__lte=at)
        if not settings.EMAIL_URL:
            mine.update(state=Mail.State.KEPT)
            return None
        if not mine.update(available_at=at + LEASE, attempts=F("attempts") + 1):
            return None
        return Mail.objects.get(pk=waiting.mail_id)


def _send(waiting: Waiting, mail: Mail, *, at: datetime) -> None:
    try:
        _message(mail).send()
    except smtplib.SMTPRecipientsRefused as error:
        _note(waiting, state=_state_after(error, mail), error=str(error), available_at=at + _pause(mail))
    except ValueError as error:
        # No mail can be made of this address; it would fail the same way for ever.
        _note(waiting, state=Mail.State.DEAD, error=str(error))
    except (OSError, smtplib.SMTPException) as error:
        log.warning("Mail %s did not leave: %s", mail.pk, error)
        dead = mail.attempts >= MAX_ATTEMPTS
        state = Mail.State.DEAD if dead else Mail.State.WAITING
        _note(waiting, state=state, error=str(error), available_at=at + _pause(mail))
    else:
        _note(waiting, state=Mail.State.SENT, sent_at=at, error="")


def _message(mail: Mail) -> EmailMessage:
    # The same id on a second attempt: a mailbox that got the first one folds them.
    headers = {"Message-ID": f"<{mail.pk}@smarketing>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)


def _state_after(error: smtplib.SMTPRecipientsRefused, mail: Mail) -> str:
    """A lasting refusal (5xx) is final: the mailbox does not exist. A passing one is tried again."""
    codes = [code for code, _text in error.recipients.values()]
    lasting = all(code >= 500 for code in codes)
    return Mail.State.DEAD if lasting or mail.attempts >= MAX_ATTEMPTS else Mail.State.WAITING


def _pause(mail: Mail) -> timedelta:
    return RETRY_AFTER[min(mail.attempts - 1, len(RETRY_AFTER) - 1)]


def _note(waiting: Waiting, **fields: object) -> None:
    with tenant_scope(waiting.organisation_id):
        Mail.objects.filter(pk=waiting.mail_id, state=Mail.State.WAITING).update(**fields)
