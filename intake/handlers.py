"""What the door does when it hears of events (smarketing.wiring)."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from events.models import Event
from intake import actions
from intake.access import opt_in_path
from intake.models import OptIn
from leads.queries import identity_of
from notifications.actions import put_mail
from tenants.models import Organisation


def send_opt_in(event: Event) -> None:
    """Mail the question whether an address belongs to who gave it, while it is still open."""
    opt_in = OptIn.objects.filter(pk=event.data["opt_in"], confirmed_at=None).first()
    if opt_in is None or not opt_in.email_norm:
        return
    organisation = Organisation.objects.get(pk=event.organisation_id)
    subject = _("Please confirm your address for %(organisation)s") % {"organisation": organisation.name}
    body = _(
        "You wrote to %(organisation)s with this address. Confirm it here, and your message arrives:\n\n%(link)s\n\n"
        "The link works until %(until)s. If it was not you, do nothing: nothing will be sent to you."
    ) % {
        "organisation": organisation.name,
        "link": settings.BASE_URL + opt_in_path(opt_in.public_id),
        "until": opt_in.expires_at.astimezone(ZoneInfo(organisation.zone)).strftime("%Y-%m-%d %H:%M"),
    }
    put_mail(to=opt_in.email_norm, subject=subject, body=body, once_key=f"opt-in:{event.pk}", event=event)


def forget_person(event: Event) -> None:
    """Blank what came in about a person who is being erased; the person's addresses still stand with the lead."""
    actions.forget_person(identity_of(event.subject_id), at=event.at)
