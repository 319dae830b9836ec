"""Telling people: under the bell at once, by mail from the outbox; each once per event and person."""

from collections.abc import Sequence
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
from smarketing.lib.scope import current_organisation_id
from tenants.models import Membership, Organisation


def tell_about(event: Event) -> None:
    """Tell everybody whom the event concerns, but not who caused it; a second call tells nobody."""
    tell_about_many([event])


@transaction.atomic
def tell_about_many(events: Sequence[Event]) -> None:
    """Tell of several events in their order, as tell_about would one by one."""
    told = [(event, one) for event in events for one in told_about(event.kind, event.data)]
    if not told:
        return
    organisation = Organisation.objects.get(pk=current_organisation_id())
    members = _members([one for _event, one in told])
    chosen = {kind: choices_about(kind, members) for kind in {one.kind for _event, one in told}}
    notices = [
        _tell(member, one, event, organisation, How(chosen[one.kind].get(member.pk, How.USUAL)))
        for event, one in told
        for member in members
        if _is_for(one, member) and member.pk != event.by_id
    ]
    Notification.objects.bulk_create([notice for notice in notices if notice], ignore_conflicts=True)


def _members(told: Sequence[Told]) -> list[Membership]:
    """Return everybody whom any of this is for."""
    ids = {member for one in told for member in one.members}
    roles = {str(role) for one in told for role in one.roles}
    wanted = Q(pk__in=ids) | Q(roles__overlap=list(roles))
    rows = Membership.objects.filter(wanted, is_active=True)
    return list(rows.select_related("user").order_by("joined_at", "id"))


def _is_for(told: Told, member: Membership) -> bool:
    return str(member.pk) in told.members or any(role in member.roles for role in told.roles)


def _tell(member: Membership, told: Told, event: Event, organisation: Organisation, how: How) -> Notification | None:
    """Mail a member as they wish; return what is to stand under their bell."""
    how = how or (How.AT_ONCE if told.by_mail else How.BELL)
    if how == How.NEVER:
        return None
    zone = ZoneInfo(member.user.zone or organisation.zone)
    with translation.override(member.user.language or settings.LANGUAGE_CODE):
        line = Line(told.kind, told.words(zone), path_of(told.page, event, organisation), event.at, event.thread_id)
        if how == How.AT_ONCE:
            put_notice(member, line, organisation, event=event)
        elif how in (How.HOURLY, How.DAILY):
            put_aside(member, line, how, zone=zone, once_key=str(event.pk))
    return _under_bell(member, line, event)


def _under_bell(member: Membership, line: Line, event: Event) -> Notification:
    return Notification(
        member=member,
        kind=line.kind,
        text=line.text,
        path=line.path,
        thread_id=line.thread,
        at=event.at,
        once_key=str(event.pk),
    )


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
