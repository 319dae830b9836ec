"""Putting mails on their way: each once per key; what became of it stands in its row."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event
from notifications.models import Mail
from tenants.keys import invitation_path
from tenants.models import Invitation, Organisation
from tenants.roles import LABELS


def put_mail(*, to: str, subject: str, body: str, once_key: str, event: Event) -> None:
    """Put a mail on its way, once per key; a muted organisation's is only recorded."""
    muted = Organisation.objects.values_list("muted", flat=True).get(pk=event.organisation_id)
    mail = Mail(
        to=to,
        subject=" ".join(subject.split()),
        body=body,
        state=Mail.State.MUTED if muted else Mail.State.WAITING,
        once_key=once_key,
        created_at=event.at,
        available_at=event.at,
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)


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
        "link": settings.BASE_URL + invitation_path(invitation.public_id),
        "until": invitation.expires_at.astimezone(ZoneInfo(organisation.zone)).strftime("%Y-%m-%d %H:%M"),
    }
    subject = _("Invitation to %(organisation)s") % {"organisation": organisation.name}
    put_mail(to=invitation.email, subject=subject, body=body, once_key=str(event.pk), event=event)
