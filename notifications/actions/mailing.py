"""Putting mails on their way: each once per key; what became of it stands in its row."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.actions import record
from events.models import Event
from notifications.letters import Letter, Line
from notifications.models import Mail, MailPart
from notifications.naming import BETWEEN
from notifications.unsubscribing import Wish, path_for
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import current_organisation_id
from smarketing.lib.tenancy import new_ids
from tenants.links import mailed_invitation_path
from tenants.models import Invitation, Membership, Organisation
from tenants.roles import LABELS


class MailNotGivenUp(DomainError):
    """It has left, or is still on its way."""

    code = "mail_not_given_up"


def put_mail(
    *,
    to: str,
    subject: str,
    body: str,
    once_key: str,
    event: Event | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> UUID | None:
    """Put a mail on its way, once per key; a muted organisation's is only recorded. Return its id when it is new.

    It is dated by its event, else by ``at``.
    """
    moment = event.at if event is not None else at
    if moment is None:
        raise ValueError("A mail needs a date.")
    muted = Organisation.objects.values_list("muted", flat=True).get(pk=current_organisation_id())
    [mail_id] = new_ids(1)
    mail = Mail(
        id=mail_id,
        to=to,
        subject=" ".join(subject.split()),
        body=body,
        state=Mail.State.MUTED if muted else Mail.State.WAITING,
        once_key=once_key,
        created_at=moment,
        available_at=moment,
        **fields,
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    return mail_id if Mail.objects.filter(pk=mail_id).exists() else None


def put_notice(member: Membership, line: Line, organisation: Organisation, *, event: Event) -> None:
    """Mail one notice to a member, at once."""
    subject = f"{line.about}{BETWEEN}{line.text}" if line.about else line.text
    letter = Letter(line.kind, subject, [line])
    put_letter(member, letter, organisation, once_key=f"{event.pk}:{member.pk}", at=event.at)


def put_letter(
    member: Membership, letter: Letter, organisation: Organisation, *, once_key: str, at: datetime
) -> UUID | None:
    """Put a letter to a member on its way, as text and as HTML; return the mail's id when it is new."""
    unsubscribe = path_for(Wish(organisation.slug, member.pk, letter.kind))
    choices = reverse("notifications:choices", kwargs={"slug": organisation.slug})
    context = {
        "letter": letter,
        "organisation": organisation,
        "unsubscribe_url": settings.BASE_URL + unsubscribe,
        "choices_url": settings.BASE_URL + choices,
        "more_url": settings.BASE_URL + letter.more_path,
        "language": get_language(),
    }
    mail_id = put_mail(
        to=member.email,
        subject=letter.subject,
        body=render_to_string("notifications/mail.txt", context).strip() + "\n",
        html=render_to_string("notifications/mail.html", context),
        once_key=once_key,
        at=at,
        member=member,
        kind=letter.kind,
        unsubscribe=unsubscribe,
        is_punctual=letter.is_punctual,
    )
    if mail_id is not None:
        parts = [MailPart(mail_id=mail_id, file=file, shown_as=name) for file, name in letter.parts()]
        MailPart.objects.bulk_create(parts)
    return mail_id


@transaction.atomic
def retry_mail(mail: Mail, *, by: Membership, at: datetime) -> None:
    """Send a mail once more that was given up. Raises MailNotGivenUp."""
    given_up = Mail.objects.filter(pk=mail.pk, state=Mail.State.DEAD)
    if not given_up.update(state=Mail.State.WAITING, attempts=0, available_at=at):
        raise MailNotGivenUp(_("Only a mail that was given up is sent once more."))
    record("mail.retried", mail, by=by, at=at)


@transaction.atomic
def send_invitation(event: Event) -> None:
    """Mail the link of a new invitation; links for existing members are handed out by hand."""
    if not event.data.get("by_mail"):
        return
    invitation = Invitation.objects.select_related("invited_by").get(pk=event.subject_id)
    organisation = Organisation.objects.get(pk=event.organisation_id)
    inviter = invitation.invited_by.name if invitation.invited_by else organisation.name
    body = _(
        "%(inviter)s invites you to %(organisation)s as %(role)s.\n\n%(link)s\n\nThe link works once, until %(until)s."
    ) % {
        "inviter": inviter,
        "organisation": organisation.name,
        "role": ", ".join(str(LABELS[role]) for role in invitation.roles),
        "link": settings.BASE_URL + mailed_invitation_path(invitation.public_id),
        "until": invitation.expires_at.astimezone(ZoneInfo(organisation.zone)).strftime("%Y-%m-%d %H:%M"),
    }
    subject = _("Invitation to %(organisation)s") % {"organisation": organisation.name}
    put_mail(to=invitation.email, subject=subject, body=body, once_key=str(event.pk), event=event)
