"""What has happened to a clock besides its time, in sentences: its events, newest last."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from events.models import Event

Names = Mapping[UUID, str]

# A worker needs no longer to find what is due.
_AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Happening:
    """One event of a clock; ``tone`` as on timelines."""

    at: datetime
    kind: str
    text: str
    tone: str = ""
    old_due_at: datetime | None = None
    due_at: datetime | None = None
    # When its notice may be read, where that is later than what it tells of.
    told_at: datetime | None = None


def happenings_of(events: Iterable[Event], names: Names) -> list[Happening]:
    """Return what is worth telling of a clock's events."""
    found = []
    for event in events:
        tell = _TELL.get(event.kind)
        if tell is not None:
            text, tone = tell(event.data, names)
            moved = event.data.get("old_due_at")
            found.append(
                Happening(
                    at=event.at,
                    kind=event.kind.removeprefix("clock."),
                    text=text,
                    tone=tone,
                    old_due_at=datetime.fromisoformat(moved) if moved else None,
                    due_at=datetime.fromisoformat(event.data["due_at"]) if moved else None,
                    told_at=_told_at(event),
                )
            )
    return found


def _told_at(event: Event) -> datetime | None:
    if event.data.get("skipped") or not event.data.get("members"):
        return None
    told_at = datetime.fromisoformat(event.data["told_at"])
    return told_at if told_at - event.at > _AT_ONCE else None


def people_in(events: Iterable[Event]) -> set[UUID]:
    """Return the ids of everybody whom the events of a clock name."""
    found: set[str] = set()
    for event in events:
        found.update(filter(None, (event.data.get("owner"), event.data.get("old_owner"))))
        found.update(event.data.get("members", ()))
        found.update(filter(None, (str(event.by_id) if event.by_id else None,)))
    return {UUID(text) for text in found}


def name_of(member_id: str | None, names: Names) -> str:
    """Return who it is; nobody is the queue of the unassigned."""
    return names.get(UUID(member_id), _("somebody who left")) if member_id else _("nobody")


def _warned(data: Mapping[str, Any], names: Names) -> tuple[str, str]:
    values = {"share": data["share"], "who": name_of(data.get("owner"), names)}
    if data["skipped"]:
        return _("%(share)s %% of the time was used; nobody was told, it was no news any more.") % values, ""
    return _("%(share)s %% of the time was used; %(who)s was told.") % values, "warn"


def _escalated(data: Mapping[str, Any], names: Names) -> tuple[str, str]:
    who = ", ".join(name_of(member, names) for member in data["members"]) or _("nobody")
    values = {"share": data["share"], "who": who}
    if data["skipped"]:
        return _("%(share)s %% of the time: nobody was told, the next step had come too.") % values, ""
    if data["reassign"]:
        return _("%(share)s %% of the time: told %(who)s; it goes to the next rep.") % values, "warn"
    return _("%(share)s %% of the time: told %(who)s.") % values, "warn"


def _reassigned(data: Mapping[str, Any], names: Names) -> tuple[str, str]:
    values = {"old": name_of(data.get("old_owner"), names), "new": name_of(data.get("owner"), names)}
    return _("Went from %(old)s to %(new)s.") % values, ""


def _merged(data: Mapping[str, Any], _names: Names) -> tuple[str, str]:
    if data.get("done"):
        return _("It was done for the same person under the other lead."), ""
    return _("Another deadline of the same person goes on instead."), ""


def _said(text: Callable[[], str], tone: str = "") -> Callable[[Mapping[str, Any], Names], tuple[str, str]]:
    return lambda data, names: (text(), tone)


_TELL: dict[str, Callable[[Mapping[str, Any], Names], tuple[str, str]]] = {
    "clock.warning": _warned,
    "clock.escalated": _escalated,
    "clock.reassigned": _reassigned,
    "clock.breached": _said(lambda: _("The deadline passed."), "crit"),
    "clock.shortened": _said(lambda: _("Brought forward: somebody asked for a talk with sales.")),
    "clock.recalculated": _said(lambda: _("The calendar was changed.")),
    "clock.calendar_changed_after_verdict": _said(lambda: _("The calendar was changed; the verdict stands.")),
    "clock.reopened": _said(lambda: _("What had stopped it was taken back.")),
    "clock.superseded": _said(lambda: _("The time began anew with another owner.")),
    "clock.merged": _merged,
    "clock.unmerged": _said(lambda: _("Goes on by itself again.")),
    "clock.taken_over": _said(lambda: _("Goes on for the lead into which it was merged.")),
    "clock.given_back": _said(lambda: _("Returned to its own lead.")),
    "clock.excuse_requested": _said(lambda: _("The other side was asked to excuse it.")),
    "clock.excuse_consented": _said(lambda: _("One of the two heads excuses it.")),
    "clock.excused": _said(lambda: _("The other side excused it."), "ok"),
    "clock.excuse_refused": _said(lambda: _("The other side did not excuse it."), "crit"),
    "clock.excuse_withdrawn": _said(lambda: _("Nobody asks to excuse it any more.")),
    "clock.evidence_offered": _said(lambda: _("Somebody said that it happened in time.")),
    "clock.evidence_consented": _said(lambda: _("One of the two heads confirms that it happened in time.")),
    "clock.evidence_refused": _said(lambda: _("The other side did not believe that it happened in time."), "crit"),
    "clock.evidence_withdrawn": _said(lambda: _("Nobody says any more that it happened in time.")),
    "clock.breach_voided": _said(lambda: _("Evidence showed that it had happened in time; the breach is void."), "ok"),
    "clock.proved": _said(lambda: _("A record showed when it happened."), "ok"),
}
