"""What happened to the lead of a case, in words."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy

from arbitration.words import outcome_word
from events.models import Event
from events.queries import timeline_of
from leads import tellings
from leads.queries.shapes import TimelineEntry
from leads.tellings import Telling
from tenants.models import Membership

# A page shows the recent past; the audit log has the rest.
SHOWN = 60
READ = 2 * SHOWN

# Said by other entries already.
SKIPPED = tellings.UNTOLD | {"lead.scored", "clock.met", "clock.warning", "handover.settled"}

OWN_TELLINGS: Mapping[str, Telling] = {
    "case.opened": Telling("scale", gettext_lazy("filed the appeal; the evidence was sealed")),
    "case.stated": Telling("messages", gettext_lazy("made a statement")),
    "case.remanded": Telling("hand-stop", gettext_lazy("asked the sides a question"), "warn"),
    "case.resumed": Telling("player-play", gettext_lazy("The case goes on")),
    "case.ruled": Telling("gavel", gettext_lazy("ruled"), "ok"),
    "precedent.published": Telling("gavel", gettext_lazy("made the ruling a precedent")),
}


def timeline_entries(thread_id: UUID) -> list[TimelineEntry]:
    """Return what happened around a lead, newest first, as far as it concerns a dispute."""
    events = [event for event in timeline_of(thread_id, limit=READ) if event.kind not in SKIPPED][:SHOWN]
    names = _names(events)
    return [_entry(event, names) for event in events]


def _names(events: list[Event]) -> dict[UUID, str]:
    ids = {event.by_id for event in events if event.by_id is not None}
    return dict(Membership.objects.filter(pk__in=ids).values_list("pk", "name"))


def _entry(event: Event, names: dict[UUID, str]) -> TimelineEntry:
    own = OWN_TELLINGS.get(event.kind)
    how = own or tellings.telling(event.kind)
    text = str(own.text) if own else tellings.event_text(event.kind, event.data)
    note = outcome_word(event.data["outcome"]) if event.kind == "case.ruled" else ""
    return TimelineEntry(how.icon, text, names.get(event.by_id, "") if event.by_id else "", event.at, note, how.tone)
