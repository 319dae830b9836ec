"""Stored clocks against their events: what a row says and what its history amounts to.

# Note [A second opinion]
The row is written by the actions and the sweep, each from what they know at that moment. Here the
same columns are derived once more from the recorded events alone. A row whose next step is overdue
is compared as it should have been just before it: being late with the sweep is the health page's matter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from events.models import Event
from events.queries import histories_of
from sla.clocks import ClockState
from sla.models import Clock
from sla.queries.calendars import hours_by_id
from sla.queries.histories import History, history_from
from sla.queries.months import day_begins

_OWING = (Clock.State.RUNNING, Clock.State.PAUSED)
_IN_DEBT = (*_OWING, Clock.State.BREACHED)


@dataclass(frozen=True)
class Difference:
    """One column of one clock that does not say what its events say."""

    clock_id: UUID
    column: str
    stored: str
    derived: str

    def as_data(self) -> dict[str, str]:
        """Return it as it is kept in a report."""
        return {
            "clock": str(self.clock_id), "column": self.column, "stored": self.stored, "derived": self.derived,
        }  # fmt: skip


def clocks_to_verify(*, thorough: bool, at: datetime, zone: str) -> QuerySet[Clock]:
    """Return what a check compares, in the order of their ids: all clocks, or the open ones and last month's."""
    rows = Clock.objects.order_by("pk")
    if thorough:
        return rows
    begins = day_begins(_last_month(at.astimezone(ZoneInfo(zone)).date()), zone=zone)
    open_breach = Q(state=Clock.State.BREACHED, stopped_at=None, closed_at=None)
    return rows.filter(Q(state__in=_OWING) | open_breach | Q(due_at__gte=begins))


def differences_in(clocks: Sequence[Clock], *, at: datetime) -> list[Difference]:
    """Return every difference of these clocks; their events are read in one query."""
    events = histories_of([clock.pk for clock in clocks])
    return [found for clock in clocks for found in _of_clock(clock, events[clock.pk], at=at)]


def _last_month(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _of_clock(clock: Clock, events: list[Event], *, at: datetime) -> Iterator[Difference]:
    if not any(event.kind == "clock.started" for event in events):
        yield Difference(clock.pk, "events", str(len(events)), "a start")
        return
    history = history_from(events)
    for column, stored, derived in (*_columns(clock, history, at=at), *_announced(clock, events)):
        if stored != derived:
            yield Difference(clock.pk, column, _text(stored), _text(derived))


def _columns(clock: Clock, history: History, *, at: datetime) -> Iterator[tuple[str, Any, Any]]:
    """See Note [A second opinion]."""
    moment = max(_known_at(clock, at), history.last_at)
    state = history.state(at=moment)
    since, terms = history.governing(at=moment)
    running_since = max(state.running_since, since) if state.running_since else None
    same = (
        "state", "started_at", "target_seconds", "used_seconds", "due_at", "paused_at", "stopped_at",
        "closed_at", "breached_at", "late_seconds", "delivered",
    )  # fmt: skip
    yield from ((name, getattr(clock, name), getattr(state, name)) for name in same)
    yield "running_since", clock.running_since, running_since
    yield "amount", clock.amount, terms.amount
    yield "unit", clock.unit, terms.unit
    if not terms.is_judged and terms.unit != "elapsed_hours":
        hours = hours_by_id(clock.calendar_version_id)
        yield "calendar_version", hours.spec.content_hash, terms.hours.spec.content_hash
    left = clock.escalate_shares[clock.escalation_step :] if state.state in _IN_DEBT else []
    yield "escalate_at", clock.escalate_at, history.reached_at(left[0], at=moment) if left else None
    yield from _ahead(clock, state, at=at)


def _known_at(clock: Clock, at: datetime) -> datetime:
    """Return the moment up to which the row can be expected to know everything."""
    if clock.state != Clock.State.RUNNING or clock.next_event_at is None:
        # The sweep may have been there since ``at`` was read.
        return max(at, clock.detected_at or at)
    return min(at, clock.next_event_at)


def _ahead(clock: Clock, state: ClockState, *, at: datetime) -> Iterator[tuple[str, Any, Any]]:
    """Compare what is still to come; an overdue step must at least be one of the clock's own."""
    steps = {state.due_at, *(when for _share, when in state.warn_at)}
    is_overdue = clock.next_event_at is not None and clock.next_event_at <= at
    if not is_overdue or state.next_event_at is None or clock.next_event_at not in steps:
        yield "next_event_at", clock.next_event_at, state.next_event_at
    if state.next_event_at is not None:
        stored = [(share, when) for share, when in _warnings(clock)[clock.step :] if when > at]
        yield "warn_at", stored, [(share, when) for share, when in state.warn_at if when > at]


def _announced(clock: Clock, events: Iterable[Event]) -> Iterator[tuple[str, Any, Any]]:
    """Compare what was told: each warning at its moment, one breach dated at the deadline, the owner."""
    told = list(events)
    warnings = sorted(event.at for event in told if event.kind == "clock.warning")
    breaches = [event.at for event in told if event.kind == "clock.breached"]
    given = sorted(when for _share, when in _warnings(clock)[: clock.step])
    yield "warnings", given, warnings
    yield "breaches", [clock.breached_at] if clock.breached_at else [], breaches
    # Every event says whose it was then; a merger moves a clock to another subject and cycle.
    naming = [event for event in told if "owner" in event.data]
    newest = max(naming, key=lambda event: (event.recorded_at, event.pk)).data
    yield "owner", str(clock.owner_id) if clock.owner_id else None, newest["owner"]
    yield "subject", str(clock.subject_id), newest["subject"]
    yield "cycle", clock.cycle, newest["cycle"]


def _warnings(clock: Clock) -> list[tuple[int, datetime]]:
    moments = [datetime.fromisoformat(text) for text in clock.warn_at]
    return list(zip(clock.warn_shares, moments, strict=False))


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value)
