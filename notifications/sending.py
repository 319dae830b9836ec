"""Mails on their way: claimed one by one, sent outside any transaction, marked when the server has taken them."""

import hashlib
import logging
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.image import MIMEImage
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connections
from django.db.models import F, QuerySet

from events.actions import record
from events.models import Event
from notifications.models import Mail, MailPart
from notifications.naming import filled, names_for, threads_in
from notifications.queries.choices import may_mail_from
from smarketing.lib.scope import tenant_scope
from tenants.models import Organisation
from tenants.queries.files import content_of

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


@dataclass(frozen=True)
class Part:
    """A file on its way with a mail; the HTML shows it where it has a name to show it by."""

    name: str
    media_type: str
    content: bytes
    shown_as: str


def send_waiting(*, at: datetime, limit: int = 100) -> int:
    """Send up to ``limit`` waiting mails of all organisations; return how many were tried."""
    tried = 0
    for waiting in list(_waiting(at=at, limit=limit)):
        mail = _claim(waiting, at=at)
        if mail is not None:
            _send(waiting, mail, _parts(waiting), at=at)
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
        if _waits_for_its_reader(mine, at=at) or not mine.update(available_at=at + LEASE, attempts=F("attempts") + 1):
            return None
        return named(Mail.objects.select_related("member").get(pk=waiting.mail_id))


def named(mail: Mail) -> Mail:
    """Fill in the names that the reader may see; they are not stored (Note [Names are filled in late])."""
    names = names_for(mail.member, threads_in(mail.subject, mail.body, mail.html))
    mail.subject, mail.body = filled(mail.subject, names), filled(mail.body, names)
    mail.html = filled(mail.html, names, as_html=True)
    return mail


def _parts(waiting: Waiting) -> list[Part]:
    """Return what goes along; a file that was forgotten meanwhile is left out."""
    with tenant_scope(waiting.organisation_id):
        rows = MailPart.objects.filter(mail=waiting.mail_id).select_related("file").order_by("pk")
        found = [(row, content_of(row.file)) for row in rows]
    return [Part(row.file.name, row.file.media_type, content, row.shown_as) for row, content in found if content]


def _waits_for_its_reader(mine: "QuerySet[Mail]", *, at: datetime) -> bool:
    """Put a mail off that would come in its reader's quiet hours; tell whether it was put off."""
    mail = mine.select_related("member__user").filter(member__isnull=False, is_punctual=False).first()
    if mail is None or mail.member is None:
        return False
    organisation = Organisation.objects.get(pk=mail.organisation_id)
    moment = may_mail_from(mail.member, organisation, at=at)
    if moment > at:
        mine.update(available_at=moment)
    return moment > at


def _send(waiting: Waiting, mail: Mail, parts: Sequence[Part], *, at: datetime) -> None:
    try:
        _message(mail, parts).send()
    except smtplib.SMTPRecipientsRefused as error:
        _note(waiting, at=at, state=_state_after(error, mail), error=str(error), available_at=at + _pause(mail))
    except ValueError as error:
        # No mail can be made of this address; it would fail the same way for ever.
        _note(waiting, at=at, state=Mail.State.DEAD, error=str(error))
    except (OSError, smtplib.SMTPException) as error:
        log.warning("Mail %s did not leave: %s", mail.pk, error)
        dead = mail.attempts >= MAX_ATTEMPTS
        state = Mail.State.DEAD if dead else Mail.State.WAITING
        _note(waiting, at=at, state=state, error=str(error), available_at=at + _pause(mail))
    else:
        _note(waiting, at=at, state=Mail.State.SENT, sent_at=at, error="")


def _message(mail: Mail, parts: Sequence[Part] = ()) -> EmailMessage:
    # The same id on a second attempt: a mailbox that got the first one folds them.
    headers = {"Message-ID": f"<{mail.pk}@smarketing>", "Auto-Submitted": "auto-generated"}
    if mail.unsubscribe:
        # RFC 8058: the mail program's own button ends mails of this kind with one post.
        headers["List-Unsubscribe"] = f"<{settings.BASE_URL}{mail.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for part in parts:
        _attach(message, part)
    return message


def _attach(message: EmailMessage, part: Part) -> None:
    if not part.shown_as:
        message.attach(part.name, part.content, part.media_type)
        return
    picture = MIMEImage(part.content)
    picture.add_header("Content-ID", f"<{part.shown_as}>")
    picture.add_header("Content-Disposition", "inline", filename=part.name)
    message.attach(picture)


def _state_after(error: smtplib.SMTPRecipientsRefused, mail: Mail) -> str:
    """A lasting refusal (5xx) is final: the mailbox does not exist. A passing one is tried again."""
    codes = [code for code, _text in error.recipients.values()]
    lasting = all(code >= 500 for code in codes)
    return Mail.State.DEAD if lasting or mail.attempts >= MAX_ATTEMPTS else Mail.State.WAITING


def _pause(mail: Mail) -> timedelta:
    return RETRY_AFTER[min(mail.attempts - 1, len(RETRY_AFTER) - 1)]


def _note(waiting: Waiting, *, at: datetime, **fields: object) -> None:
    with tenant_scope(waiting.organisation_id):
        changed = Mail.objects.filter(pk=waiting.mail_id, state=Mail.State.WAITING).update(**fields)
        if changed and fields["state"] == Mail.State.DEAD:
            _say_that_it_failed(waiting.mail_id, at=at)


def _say_that_it_failed(mail_id: UUID, *, at: datetime) -> None:
    """Record that a mail was given up, once a day for each mailbox: administrators hear of it under the bell."""
    mail = Mail.objects.get(pk=mail_id)
    whose = mail.member_id or hashlib.sha256(mail.to.encode()).hexdigest()[:16]
    key = f"mail.failed:{whose}:{at:%Y-%m-%d}"
    if not Event.objects.filter(once_key=key).exists():
        record("mail.failed", mail, by=None, at=at, once=key)
