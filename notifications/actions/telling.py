"""Telling people: under the bell at once, by mail from the outbox; each once per event and person."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Event
from notifications.actions.mailing import put_mail
from notifications.models import Notification
from notifications.rules import Told, told_about
from tenants.models import Membership, Organisation


@transaction.atomic
def tell_about(event: Event) -> None:
    """Tell everybody whom the event concerns, but not who caused it; a second call tells nobody."""
    for told in told_about(event.kind, event.data):
        organisation = Organisation.objects.get(pk=event.organisation_id)
        for member in _readers(told):
            if member.pk != event.by_id:
                _tell(member, told, event, organisation)


def _readers(told: Told) -> Iterable[Membership]:
    wanted = Q(pk__in=told.members) | Q(roles__overlap=[str(role) for role in told.roles])
    return Membership.objects.filter(wanted, is_active=True).select_related("user").order_by("joined_at", "id")


def _tell(member: Membership, told: Told, event: Event, organisation: Organisation) -> None:
    zone = ZoneInfo(member.user.zone or organisation.zone)
    path = path_of(told.page, event, organisation)
    with translation.override(member.user.language or settings.LANGUAGE_CODE):
        text = told.words(zone)
        body = _("%(text)s\n\n%(link)s\n\n%(organisation)s") % {
            "text": text,
            "link": settings.BASE_URL + path,
            "organisation": organisation.name,
        }
    notice = Notification(
        member=member,
        kind=told.kind,
        text=text,
        path=path,
        thread_id=event.thread_id,
        at=event.at,
        once_key=str(event.pk),
    )
    Notification.objects.bulk_create([notice], ignore_conflicts=True)
    if told.by_mail:
        put_mail(to=member.email, subject=text, body=body, once_key=f"{event.pk}:{member.pk}", event=event)


_CALENDARS = {"calendar": "sla:calendar", "holidays": "sla:calendar_holidays"}
_LISTS = {
    "months": "sla:months",
    "breaches": "sla:breaches",
    "returns": "leads:returns",
    "followups": "leads:followups",
    "absences": "tenants:absences",
    "endpoint": "notifications:endpoints",
}


def path_of(page: str, event: Event, organisation: Organisation) -> str:
    """Return the path of the page that shows what the event is about."""
    slug = organisation.slug
    if page == "lead" and event.thread_id is not None:
        return reverse("leads:detail", kwargs={"slug": slug, "lead_id": event.thread_id})
    if page == "case":
        return reverse("arbitration:case", kwargs={"slug": slug, "case_id": event.subject_id})
    if page in _LISTS:
        return reverse(_LISTS[page], kwargs={"slug": slug})
    return _path_by_data(page, event, slug)


def _path_by_data(page: str, event: Event, slug: str) -> str:
    """Return the path of a page that the event's data name."""
    if page == "campaign":
        return reverse("leads:campaign", kwargs={"slug": slug, "campaign_id": event.data["campaign"]})
    if page == "agreement":
        return reverse("sla:agreement_version", kwargs={"slug": slug, "number": event.data["number"]})
    if page in _CALENDARS:
        return reverse(_CALENDARS[page], kwargs={"slug": slug, "calendar_id": event.data["calendar"]})
    if page == "targets":
        return reverse("sla:targets", kwargs={"slug": slug, "year": event.at.year})
    return reverse("organisation_home", kwargs={"slug": slug})


def mark_read(member: Membership, *, until: datetime, at: datetime) -> int:
    """Mark what a member has seen (everything up to ``until``) as read; return how many notices."""
    unread = Notification.objects.filter(member=member, read_at=None, at__lte=until)
    return unread.update(read_at=at)
