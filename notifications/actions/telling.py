"""Telling people: under the bell at once, by mail from the outbox; each once per event and person."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from events.models import Event
from notifications.actions.digests import put_aside
from notifications.actions.mailing import put_notice
from notifications.kinds import How
from notifications.letters import Line
from notifications.models import Notification
from notifications.queries.choices import choices_about
from notifications.rules import Told, told_about
from tenants.models import Membership, Organisation


@transaction.atomic
def tell_about(event: Event) -> None:
    """Tell everybody whom the event concerns, but not who caused it; a second call tells nobody."""
    for told in told_about(event.kind, event.data):
        organisation = Organisation.objects.get(pk=event.organisation_id)
        readers = [member for member in _readers(told) if member.pk != event.by_id]
        chosen = choices_about(told.kind, readers)
        for member in readers:
            _tell(member, told, event, organisation, How(chosen.get(member.pk, How.USUAL)))


def _readers(told: Told) -> Iterable[Membership]:
    wanted = Q(pk__in=told.members) | Q(roles__overlap=[str(role) for role in told.roles])
    return Membership.objects.filter(wanted, is_active=True).select_related("user").order_by("joined_at", "id")


def _tell(member: Membership, told: Told, event: Event, organisation: Organisation, how: How) -> None:
    how = how or (How.AT_ONCE if told.by_mail else How.BELL)
    if how == How.NEVER:
        return
    zone = ZoneInfo(member.user.zone or organisation.zone)
    with translation.override(member.user.language or settings.LANGUAGE_CODE):
        line = Line(told.kind, told.words(zone), path_of(told.page, event, organisation), event.at, event.thread_id)
        _put_under_bell(member, line, event)
        if how == How.AT_ONCE:
            put_notice(member, line, organisation, event=event)
        elif how in (How.HOURLY, How.DAILY):
            put_aside(member, line, how, zone=zone, once_key=str(event.pk))


def _put_under_bell(member: Membership, line: Line, event: Event) -> None:
    notice = Notification(
        member=member,
        kind=line.kind,
        text=line.text,
        path=line.path,
        thread_id=line.thread,
        at=event.at,
        once_key=str(event.pk),
    )
    Notification.objects.bulk_create([notice], ignore_conflicts=True)


_CALENDARS = {"calendar": "sla:calendar", "holidays": "sla:calendar_holidays"}
_LISTS = {
    "board": "arbitration:board",
    "months": "sla:months",
    "breaches": "sla:breaches",
    "returns": "leads:returns",
    "reasons": "leads:reasons",
    "followups": "leads:followups",
    "absences": "tenants:absences",
    "my_keys": "tenants:my_keys",
    "endpoint": "notifications:endpoints",
    "mails": "notifications:mails",
}


def path_of(page: str, event: Event, organisation: Organisation) -> str:
    """Return the path of the page that shows what the event is about."""
    slug = organisation.slug
    if page == "lead" and event.thread_id is not None:
        return reverse("leads:detail", kwargs={"slug": slug, "lead_id": event.thread_id})
    if page == "case":
        return reverse("arbitration:case", kwargs={"slug": slug, "case_id": event.subject_id})
    if page == "sitting":
        return reverse("arbitration:sitting", kwargs={"slug": slug, "sitting_id": event.subject_id})
    if page in _LISTS:
        return reverse(_LISTS[page], kwargs={"slug": slug})
    return _path_by_data(page, event, slug)


def _path_by_data(page: str, event: Event, slug: str) -> str:
    """Return the path of a page that the event's data name."""
    if page in ("review", "review_of_action"):
        review = event.subject_id if page == "review" else event.data["review"]
        return reverse("dashboards:review", kwargs={"slug": slug, "review_id": review})
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
