"""The audit log: every event of the organisation in words, filtered by what, who and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboards.audit_words import SUBJECTS, TOLD
from events.models import Event
from leads.models import Lead
from leads.pages import Filter, filter_of
from leads.tellings import TELLINGS, event_text
from leads.words import word
from sla.words import commitment_label
from tenants.models import Membership

PER_PAGE = 50
DAYS = ("1", "7", "30", "90")


@dataclass(frozen=True)
class Asked:
    """What the reader wants to see; "" is everything."""

    family: str = ""
    by: str = ""
    days: str = ""


@dataclass(frozen=True)
class Row:
    """One event, as the page prints it."""

    id: UUID
    at: datetime
    kind: str
    subject_label: str
    subject_url: str
    by_name: str
    by_kind: str
    text: str
    data: list[dict[str, str]]


def families() -> list[tuple[str, str]]:
    """Return the kinds of things that events are about, in words."""
    return [
        ("lead", _("Leads")),
        ("leads", _("Exports")),
        ("view", _("Saved views")),
        ("handover", _("Handovers")),
        ("followup", _("Next steps")),
        ("insight", _("Insights")),
        ("campaign", _("Campaigns")),
        ("clock", _("Clocks")),
        ("case", _("Cases")),
        ("precedent", _("Precedents")),
        ("agreement", _("Agreement")),
        ("target", _("Targets")),
        ("month", _("Months")),
        ("pace", _("Pace")),
        ("review", _("Review meetings")),
        ("sitting", _("Sittings")),
        ("calendar", _("Calendars")),
        ("report", _("Reports")),
        ("rollups", _("Figures added up")),
        ("submission", _("Submissions")),
        ("batch", _("Files")),
        ("form", _("Forms")),
        ("key", _("Keys")),
        ("endpoint", _("Webhooks")),
        ("mail", _("Mails")),
        ("invitation", _("Invitations")),
        ("member", _("Members")),
        ("absence", _("Absences")),
        ("team", _("Teams")),
        ("job", _("Long work")),
        ("organisation", _("Organisation")),
    ]


def asked_from(given: Mapping[str, str], people: Iterable[Membership]) -> Asked:
    """Return what an address asks for; what nobody can have chosen counts as not chosen."""
    family, by, days = given.get("family", ""), given.get("by", ""), given.get("days", "")
    return Asked(
        family=family if family in dict(families()) else "",
        by=by if by == "system" or by in {str(person.pk) for person in people} else "",
        days=days if days in DAYS else "",
    )


def events_in(asked: Asked, *, at: datetime) -> "QuerySet[Event]":
    """Return the events asked for, newest first."""
    rows = Event.objects.all()
    if asked.family:
        rows = rows.filter(kind__startswith=f"{asked.family}.")
    if asked.by:
        rows = rows.filter(by_id=None) if asked.by == "system" else rows.filter(by_id=asked.by)
    if asked.days:
        rows = rows.filter(at__gte=at - timedelta(days=int(asked.days)))
    return rows.order_by("-at", "-id")


def rows(events: Sequence[Event], people: Iterable[Membership], *, slug: str) -> list[Row]:
    """Return the events with names and the lead that each belongs to."""
    names = {person.pk: person.name for person in people}
    threads = {event.thread_id for event in events if event.thread_id}
    leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=threads).only("number")}
    return [_row(event, names, leads.get(event.thread_id) if event.thread_id else None, slug) for event in events]


def _row(event: Event, names: Mapping[UUID, str], lead: Lead | None, slug: str) -> Row:
    return Row(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        subject_label=str(lead) if lead else word(SUBJECTS, event.subject_kind),
        subject_url=reverse("leads:detail", kwargs={"slug": slug, "lead_id": lead.pk}) if lead else "",
        by_name=names.get(event.by_id, "") if event.by_id else "",
        by_kind=_way(event.via),
        text=_text(event),
        data=[{"k": name, "v": _value(value)} for name, value in sorted(event.data.items())],
    )


def _text(event: Event) -> str:
    if event.kind in TELLINGS:
        return event_text(event.kind, event.data)
    told, commitment = word(TOLD, event.kind), event.data.get("commitment")
    return f"{told}: {commitment_label(str(commitment))}" if commitment else told


def _way(via: str) -> str:
    """Return how a change reached us; pages are the usual way and need no word."""
    if via.startswith("key:"):
        return _("API key")
    return {"web": "", "system": ""}.get(via, via)


def _value(value: Any) -> str:
    return "–" if value is None or value == "" else str(value)


def filters(asked: Asked, people: Iterable[Membership], *, slug: str) -> list[Filter]:
    """Return the filters over the page's own address."""
    path = reverse("events:audit", kwargs={"slug": slug})
    given = {"family": asked.family, "by": asked.by, "days": asked.days}
    whom = [("system", _("System")), *((str(person.pk), person.name) for person in people)]
    spans = [(days, _("%(n)s days") % {"n": days} if days != "1" else _("24 hours")) for days in DAYS]
    return [
        filter_of(path, given, "family", _("About"), families()),
        filter_of(path, given, "by", _("Who"), whom),
        filter_of(path, given, "days", _("Last"), spans),
    ]
