"""What happened to the lead of a case, in words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from arbitration.words import outcome_word
from events.models import Event
from events.queries import timeline_of
from tenants.models import Membership

# A page shows the recent past; the audit log has the rest.
SHOWN = 60


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened."""

    icon: str
    text: str
    actor: str
    at: datetime
    note: str = ""
    tone: str = ""


def timeline_entries(thread_id: UUID) -> list[TimelineEntry]:
    """Return what happened around a lead, newest first, as far as it concerns a dispute."""
    events = [event for event in timeline_of(thread_id, limit=SHOWN) if event.kind in _words()]
    names = _names(events)
    return [_entry(event, names) for event in events]


def _names(events: list[Event]) -> dict[UUID, str]:
    ids = {event.by_id for event in events if event.by_id is not None}
    return dict(Membership.objects.filter(pk__in=ids).values_list("pk", "name"))


def _entry(event: Event, names: dict[UUID, str]) -> TimelineEntry:
    icon, text, tone = _words()[event.kind]
    note = outcome_word(event.data["outcome"]) if event.kind == "case.ruled" else ""
    actor = names.get(event.by_id, "") if event.by_id else ""
    return TimelineEntry(icon, text, actor, event.at, note, tone)


def _words() -> dict[str, tuple[str, str, str]]:
    """Return icon, text and tone per kind of event; clocks and scores have pages of their own."""
    return {
        "lead.received": ("world", _("Submission received"), ""),
        "lead.qualified": ("sparkles", _("Qualified"), "ok"),
        "handover.sent": ("send", _("handed over to sales"), ""),
        "handover.assigned": ("user-check", _("assigned the handover"), ""),
        "handover.accepted": ("circle-check", _("accepted the handover"), "ok"),
        "handover.deemed_accepted": ("circle-check", _("Deemed accepted: nobody decided in time"), ""),
        "handover.rejected": ("circle-x", _("rejected the handover"), "crit"),
        "handover.attempted": ("phone", _("tried to reach the person"), ""),
        "handover.contacted": ("phone", _("contacted the person"), "ok"),
        "clock.breached": ("clock-exclamation", _("Deadline breached"), "crit"),
        "case.opened": ("scale", _("filed the appeal; the evidence was sealed"), ""),
        "case.stated": ("messages", _("made a statement"), ""),
        "case.remanded": ("hand-stop", _("asked the sides a question"), "warn"),
        "case.resumed": ("player-play", _("The case goes on"), ""),
        "case.ruled": ("gavel", _("ruled"), "ok"),
        "case.withdrawn": ("arrow-back-up", _("withdrew the appeal"), ""),
        "precedent.published": ("gavel", _("made the ruling a precedent"), ""),
    }
