"""Clocks as they begin, not yet stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sla.actions.course import columns_of
from sla.business_time import ALWAYS, ELAPSED_HOURS
from sla.clocks import Started, Terms
from sla.escalation import steps_of
from sla.models import AgreementVersion, CalendarVersion, Clock, Subject
from sla.queries.agreements import commitment_of
from sla.queries.calendars import calendar_in_force, calendars_in_force, hours_for
from sla.queries.histories import History, terms_as_data
from tenants.models import Membership

# What starts by itself when a subject is opened.
_AT_OPENING = {
    Subject.Kind.HANDOVER: ("decision", "first_contact", "attempts"),
    Subject.Kind.CASE: ("ruling",),
    # A month has no deadline to sweep: its volume is judged when the month is closed.
    Subject.Kind.MONTH: (),
}
MOST_AT_OPENING = max(len(keys) for keys in _AT_OPENING.values())
# What is a clock's own, whatever it has in common with others of the same promise and moment.
_OWN = frozenset({"id", "subject_id", "thread_id", "owner_id"})
_COMMON = [field.attname for field in Clock._meta.concrete_fields if field.attname not in _OWN]

# A clock, and what its beginning tells of the promise.
Begun = tuple[Clock, Mapping[str, Any]]


class Beginning:
    """The clocks that begin when subjects of one version are opened; each promise is dated once for each moment."""

    def __init__(self, version: AgreementVersion) -> None:
        self._version = version
        self._calendars: dict[str, CalendarVersion] | None = None
        self._first: dict[tuple[str, str, datetime], list[Begun]] = {}

    def clocks_of(self, subject: Subject, *, at: datetime) -> list[Begun]:
        """Return the clocks of every commitment that applies when this subject is opened."""
        key = (subject.kind, subject.tier, at)
        if key not in self._first:
            self._first[key] = self._worked_out(subject, at=at)
            return self._first[key]
        return [(_like(clock, subject), told) for clock, told in self._first[key]]

    def _worked_out(self, subject: Subject, *, at: datetime) -> list[Begun]:
        begun: list[Begun] = []
        for key in _AT_OPENING[Subject.Kind(subject.kind)]:
            given = commitment_of(self._version, key, tier=subject.tier)
            if given is not None:
                calendar, terms = promise(given, self._known_calendars())
                clock = begin(subject, key, given["side"], calendar, terms, owner=None, cycle=1, at=at)
                begun.append((clock, terms_as_data(terms, calendar.pk if calendar else None)))
        return begun

    def _known_calendars(self) -> Mapping[str, CalendarVersion]:
        if self._calendars is None:
            self._calendars = calendars_in_force(_calendars_of(self._version))
        return self._calendars


def _calendars_of(version: AgreementVersion) -> Iterable[str]:
    at_opening = {key for keys in _AT_OPENING.values() for key in keys}
    for terms in version.content["commitments"]:
        if terms["key"] in at_opening and terms["unit"] != ELAPSED_HOURS:
            yield terms["calendar"]


def _like(clock: Clock, subject: Subject) -> Clock:
    """Return the same clock of another subject."""
    common = {name: getattr(clock, name) for name in _COMMON}
    owner_id = _debtor(subject, clock.side)
    return Clock(subject=subject, thread_id=subject.thread_id, owner_id=owner_id, **common)


def promise(
    given: Mapping[str, Any], calendars: Mapping[str, CalendarVersion] | None = None
) -> tuple[CalendarVersion | None, Terms]:
    """Return a commitment's terms, and the calendar on which they count (which may be known already)."""
    if given["unit"] == ELAPSED_HOURS:
        # Elapsed hours count on no calendar.
        return None, Terms.of(given, ALWAYS)
    calendar = (calendars or {}).get(given["calendar"]) or calendar_in_force(given["calendar"])
    return calendar, Terms.of(given, hours_for(calendar))


def begin(
    subject: Subject,
    commitment: str,
    side: str,
    calendar: CalendarVersion | None,
    terms: Terms,
    *,
    owner: Membership | None,
    cycle: int,
    at: datetime,
) -> Clock:
    """Return a clock that starts at ``at``."""
    clock = Clock(
        subject=subject,
        thread_id=subject.thread_id,
        commitment=commitment,
        side=side,
        version_id=subject.version_id,
        calendar_version=calendar,
        cycle=cycle,
        started_at=at,
        owner_id=owner.pk if owner else _debtor(subject, side),
        escalate_shares=[step.share for step in steps_of(subject.version.content)],
    )
    for name, value in columns_of(clock, History(terms, (Started(at, cycle),)), at=at).items():
        setattr(clock, name, value)
    return clock


def _debtor(subject: Subject, side: str) -> Any:
    return {"marketing": subject.sender_id, "sales": subject.owner_id}.get(side)
