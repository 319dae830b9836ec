"""The facts of clocks, read back from their events.

# Note [Facts and compensations]
A clock's row is a copy; its events are the truth. Each event of kind ``clock.*`` is one
fact, but for the announcements (warning, breached, escalated, reassigned, what was asked and
refused), which follow from facts or change none, and for ``clock.reopened``, which takes the
stop before it back: the deadline is then what it would have been had nobody stopped it.
``clock.unpaused`` does the same for a pause, ``clock.unmerged`` for a merger; with
``left_out`` the time in between does not count.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from events.models import Event
from events.queries import histories_of, history_of
from sla.clocks import (
    CalendarChanged,
    CalendarChangedAfterVerdict,
    Cancelled,
    ClockState,
    Excused,
    Explanation,
    Fact,
    Judged,
    Merged,
    Paused,
    Resumed,
    Retargeted,
    Shortened,
    Started,
    Stopped,
    Superseded,
    Terms,
    Voided,
    Waived,
    explain,
)
from sla.clocks.run import ClockRun, replay
from sla.clocks.state import state_of
from sla.content import amount_of
from sla.models import Clock
from sla.queries.calendars import hours_by_id

_PLAIN: dict[str, type[Fact]] = {
    "clock.resumed": Resumed,
    "clock.met": Stopped,
    "clock.stopped": Stopped,
    "clock.cancelled": Cancelled,
    "clock.superseded": Superseded,
    "clock.waived": Waived,
    "clock.merged": Merged,
    "clock.excused": Excused,
}
_TAKES_BACK: dict[str, type[Fact]] = {
    "clock.reopened": Stopped,
    "clock.unpaused": Paused,
    "clock.unmerged": Merged,
}
# Why no time counts while another clock goes on instead.
MERGED = "merged"


@dataclass(frozen=True)
class History:
    """What one clock promised and what happened to it."""

    terms: Terms
    facts: tuple[Fact, ...]

    @property
    def last_at(self) -> datetime:
        """When the newest fact happened."""
        return max(fact.at for fact in self.facts)

    def and_then(self, fact: Fact) -> "History":
        """Return the history with one more fact."""
        return replace(self, facts=(*self.facts, fact))

    def without_last(self, kind: type[Fact]) -> "History":
        """Return the history as if the last fact of this kind had not happened."""
        return replace(self, facts=_without_last(self.facts, kind))

    def state(self, *, at: datetime) -> ClockState:
        """Return what the facts amount to."""
        return state_of(self._run(at), at=at)

    def without_merger(self, *, at: datetime) -> "History":
        """Return the history as if the clock had stood still while another one went on instead, until ``at``."""
        return replace(self, facts=_left_out(self.facts, at))

    def reached_at(self, share: int, *, at: datetime) -> datetime | None:
        """Return when this percentage of the promised time is used up; None while no time counts."""
        run = self._run(at)
        return run.governing.warn_at(share, run.runs) if run.is_counting else None

    def governing(self, *, at: datetime) -> tuple[datetime, Terms]:
        """Return the promise whose deadline comes first, and since when it is given."""
        promise = self._run(at).governing
        return promise.since, promise.terms

    def explanation(self, *, at: datetime) -> Explanation:
        """Return why the deadline is what it is."""
        return explain(self.facts, self.terms, at=at)

    def _run(self, at: datetime) -> ClockRun:
        if at not in self._runs:
            self._runs[at] = replay(self.facts, self.terms, at=at)
        return self._runs[at]

    @cached_property
    def _runs(self) -> dict[datetime, ClockRun]:
        """The facts as they were replayed until some moments: a row asks three questions of the same one."""
        return {}


def clock_history(clock: Clock) -> History:
    """Return the history of one clock."""
    return history_from(history_of(clock.pk))


def clock_histories(clock_ids: Iterable[UUID]) -> dict[UUID, History]:
    """Return the histories of several clocks in one query."""
    return {clock_id: history_from(events) for clock_id, events in histories_of(clock_ids).items()}


def terms_as_data(terms: Terms, calendar_version_id: UUID | None) -> dict[str, Any]:
    """Return the promise as the data of an event, to be read back by ``terms_from``."""
    until = {"until": terms.until.isoformat()} if terms.until else {}
    return {
        **until,
        "amount": str(terms.amount),
        "unit": terms.unit,
        "warn_shares": list(terms.warn_shares),
        "calendar_version": str(calendar_version_id) if calendar_version_id else None,
    }


def terms_from(data: dict[str, Any]) -> Terms:
    """Return the promise that an event's data tell."""
    amount = amount_of(data["amount"])
    if amount is None:
        raise ValueError(f"{data['amount']!r} is not an amount.")
    if "until" in data:
        return Terms(amount, data["unit"], until=datetime.fromisoformat(data["until"]))
    calendar = data["calendar_version"]
    hours = hours_by_id(UUID(calendar) if calendar else None)
    return Terms(amount, data["unit"], hours, tuple(data["warn_shares"]))


def history_from(events: Sequence[Event]) -> History:
    """Return the history that the events of one clock tell. See Note [Facts and compensations]."""
    facts: tuple[Fact, ...] = ()
    # By the order in which they were recorded: what is taken back was recorded before.
    for event in sorted(events, key=lambda event: (event.recorded_at, event.pk)):
        if event.kind in _TAKES_BACK:
            facts = _taken_back(facts, _TAKES_BACK[event.kind], event)
        elif (fact := _fact(event)) is not None:
            facts = (*facts, fact)
    started = next(event for event in events if event.kind == "clock.started")
    return History(terms_from(started.data), facts)


def _taken_back(facts: tuple[Fact, ...], kind: type[Fact], event: Event) -> tuple[Fact, ...]:
    return _left_out(facts, event.at) if event.data.get("left_out") else _without_last(facts, kind)


def _left_out(facts: tuple[Fact, ...], until: datetime) -> tuple[Fact, ...]:
    return (*_without_last(facts, Merged), Paused(_last_at(facts, Merged), MERGED), Resumed(until))


def _last_at(facts: tuple[Fact, ...], kind: type[Fact]) -> datetime:
    return next(fact.at for fact in reversed(facts) if type(fact) is kind)


def _fact(event: Event) -> Fact | None:
    if "numerator" in event.data:
        return _judged(event)
    if event.kind in _TOLD:
        return _TOLD[event.kind](event)
    plain = _PLAIN.get(event.kind)
    return plain(event.at) if plain else None


def _voided(event: Event) -> Voided:
    happened_at = datetime.fromisoformat(event.data["happened_at"])
    return Voided(event.at, happened_at, waives=bool(event.data.get("waives")))


def _judged(event: Event) -> Judged:
    """A verdict by figures is a fact; one by time follows from the facts."""
    numerator, denominator = (Decimal(event.data[name]) for name in ("numerator", "denominator"))
    return Judged(event.at, datetime.fromisoformat(event.data["found_at"]), numerator, denominator)


def _calendar_changed(event: Event) -> CalendarChanged:
    hours = hours_by_id(UUID(event.data["calendar_version"]))
    return CalendarChanged(event.at, hours, told=tuple(event.data.get("told", ())))


_TOLD: dict[str, Callable[[Event], Fact]] = {
    "clock.started": lambda event: Started(event.at, event.data["cycle"]),
    "clock.paused": lambda event: Paused(event.at, event.data["reason"]),
    "clock.shortened": lambda event: Shortened(event.at, terms_from(event.data)),
    "clock.retargeted": lambda event: Retargeted(event.at, Decimal(event.data["amount"])),
    "clock.recalculated": _calendar_changed,
    "clock.rehoured": _calendar_changed,
    "clock.calendar_changed_after_verdict": lambda event: CalendarChangedAfterVerdict(event.at),
    "clock.breach_voided": _voided,
    "clock.proved": _voided,
}


def _without_last(facts: tuple[Fact, ...], kind: type[Fact]) -> tuple[Fact, ...]:
    number = max((n for n, fact in enumerate(facts) if type(fact) is kind), default=None)
    if number is None:
        raise ValueError(f"No {kind.__name__} to take back.")
    return (*facts[:number], *facts[number + 1 :])
