"""What happened to a lead, newest first."""

from typing import Any

from django.db.models import OuterRef, Subquery

from events.models import Event
from leads import tellings
from leads.models import Behaviour, Lead
from leads.queries.merging import threads_of
from leads.queries.shapes import TimelineEntry
from tenants.models import Membership

RECENT = 40


def timeline_of(lead: Lead) -> list[TimelineEntry]:
    """Return the newest events of the person (of leads that went on as this one too), each with its author's name."""
    name = Membership.objects.filter(pk=OuterRef("by_id")).values("name")[:1]
    told = (
        Event.objects.filter(thread_id__in=threads_of(lead))
        .exclude(kind__in=tellings.UNTOLD)
        .annotate(by_name=Subquery(name))
    )
    # A merge stands on the timelines of both; two leads that are one person now have one line of it.
    seen: set[tuple[Any, ...]] = set()
    shown = []
    for event in told.order_by("-at", "-id")[: RECENT * 2]:
        same: tuple[Any, ...] = (event.kind, event.subject_id, event.at)
        # Each look at a lead may suggest several: the panel beside names them.
        if event.kind == "lead.duplicate_suggested":
            same = (event.kind,)
        if same not in seen:
            seen.add(same)
            shown.append(_entry(event, lead, event.by_name or ""))
    return shown[:RECENT]


def touches_of(lead: Lead) -> list[TimelineEntry]:
    """Return the newest of what the person looked at and did on the web."""
    rows = Behaviour.objects.filter(lead=lead).order_by("-at")[:RECENT]
    return [TimelineEntry("eye", row.kind.replace("_", " "), "", row.at) for row in rows]


def _entry(event: Event, lead: Lead, by_name: str) -> TimelineEntry:
    how = tellings.telling(event.kind)
    return TimelineEntry(
        how.icon, tellings.event_text(event.kind, event.data), _actor(event, lead, by_name), event.at, tone=how.tone
    )


def _actor(event: Event, lead: Lead, by_name: str) -> str:
    # A deadline is kept or passes by itself; who acted is told by the act.
    if event.kind.startswith("clock."):
        return ""
    # What the person did is told in their name, whoever's key or form brought it.
    return lead.name if event.kind in tellings.OF_THE_PERSON else by_name
