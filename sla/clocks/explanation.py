"""Why a deadline is what it is: counted segments, pauses, holidays, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sla.business_time import ALWAYS, ClosedDay, to_utc
from sla.business_time.problem import gettext_noop
from sla.clocks.facts import Fact
from sla.clocks.run import BREACHED, EXCUSED, MET, PAUSED, RUNNING, ClockRun, replay
from sla.clocks.state import ClockState, derive
from sla.clocks.terms import Promise, Run, Terms


@dataclass(frozen=True)
class Segment:
    """A piece of time that counted."""

    begin_at: datetime
    end_at: datetime
    seconds: int


@dataclass(frozen=True)
class Pause:
    """A piece of time that did not count; open-ended while it lasts."""

    begin_at: datetime
    end_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Sentence:
    """A sentence to translate and fill in; its moments are datetimes in UTC."""

    code: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """Everything that made the deadline, for a page, for JSON, for people."""

    state: ClockState
    amount: str
    unit: str
    calendar: str
    zone: str
    segments: tuple[Segment, ...]
    pauses: tuple[Pause, ...]
    closed_days: tuple[ClosedDay, ...]
    sentences: tuple[Sentence, ...]


def explain(facts: Iterable[Fact], terms: Terms, *, at: datetime) -> Explanation:
    """Why the clock is due when it is, as of `at`."""
    known = list(facts)
    state = derive(known, terms, at=at)
    run = replay(known, terms, at=at)
    promise = run.governing
    segments = _segments(run, promise)
    pauses = _pauses(run)
    closed = _closed_days(run, promise)
    return Explanation(
        state=state,
        amount=str(promise.terms.amount),
        unit=promise.terms.unit,
        calendar=promise.terms.measure.spec.name,
        zone=promise.terms.measure.spec.zone,
        segments=segments,
        pauses=pauses,
        closed_days=closed,
        sentences=(
            *_promise_sentences(promise, segments),
            *_interruptions(pauses, closed),
            _verdict(state, to_utc(at)),
        ),
    )


def _segments(run: ClockRun, promise: Promise) -> tuple[Segment, ...]:
    """Counted time from the promise to the deadline, or to the end before it."""
    measure = promise.terms.measure
    found: list[tuple[datetime, datetime]] = []
    for begin, end in _runs_until_due(run, promise):
        found += measure.segments_between(begin, end)
    return tuple(Segment(begin, end, (end - begin) // timedelta(seconds=1)) for begin, end in found)


def _runs_until_due(run: ClockRun, promise: Promise) -> Iterable[tuple[datetime, datetime]]:
    runs: list[Run] = run.runs
    for begin, end in runs:
        first = max(begin, promise.since)
        last = min(end, run.due_at) if end else run.due_at
        if first < last:
            yield first, last


def _pauses(run: ClockRun) -> tuple[Pause, ...]:
    resumed = [begin for begin, _ in run.runs]
    return tuple(
        Pause(
            begin,
            min((moment for moment in resumed if moment >= begin), default=None),
            reason,
        )
        for begin, reason in run.pauses
    )


def _closed_days(run: ClockRun, promise: Promise) -> tuple[ClosedDay, ...]:
    measure = promise.terms.measure
    if measure is ALWAYS:
        return ()
    zone = ZoneInfo(measure.spec.zone)
    first, last = (moment.astimezone(zone).date() for moment in (promise.since, run.due_at))
    return tuple(measure.closed_days(first, last))


def _promise_sentences(promise: Promise, segments: tuple[Segment, ...]) -> Iterable[Sentence]:
    yield Sentence(
        "promised",
        _PROMISED[promise.terms.unit],
        {"amount": promise.terms.amount, "since": promise.since},
    )
    if segments and segments[0].begin_at > promise.since:
        yield Sentence(
            "waited_to_open",
            gettext_noop("It came outside hours; time counts from %(opens_at)s."),
            {"opens_at": segments[0].begin_at},
        )
    for segment in segments:
        yield Sentence(
            "counted",
            gettext_noop("%(begin_at)s to %(end_at)s counts %(seconds)s seconds."),
            {
                "begin_at": segment.begin_at,
                "end_at": segment.end_at,
                "seconds": segment.seconds,
            },
        )


def _interruptions(pauses: tuple[Pause, ...], closed: tuple[ClosedDay, ...]) -> Iterable[Sentence]:
    for pause in pauses:
        values = {"begin_at": pause.begin_at, "end_at": pause.end_at}
        if pause.end_at is None:
            text = gettext_noop("It has been paused since %(begin_at)s.")
        else:
            text = gettext_noop("It was paused from %(begin_at)s to %(end_at)s.")
        yield Sentence("paused", text, {**values, "reason": pause.reason})
    for day in closed:
        if day.name:
            text = gettext_noop("%(day)s does not count: %(name)s.")
        else:
            text = gettext_noop("%(day)s does not count: the calendar is closed.")
        yield Sentence("closed_day", text, {"day": day.day, "name": day.name})


def _verdict(state: ClockState, at: datetime) -> Sentence:
    values = {
        "due_at": state.due_at,
        "stopped_at": state.stopped_at,
        "closed_at": state.closed_at,
        "late_seconds": state.late_seconds,
        "left_seconds": state.left_seconds,
        "at": at,
    }
    if state.voided_at:
        text = gettext_noop("It was due %(due_at)s; evidence that came later shows that it happened %(stopped_at)s.")
        return Sentence("voided", text, values)
    if state.state == BREACHED and state.late_seconds is not None:
        text = gettext_noop("It was due %(due_at)s and happened %(stopped_at)s, %(late_seconds)s counted seconds late.")
        return Sentence("breached_late", text, values)
    return Sentence(state.state, _VERDICTS.get(state.state, _CLOSED), values)


_PROMISED = {
    "elapsed_hours": gettext_noop("Promised within %(amount)s hours from %(since)s."),
    "business_hours": gettext_noop("Promised within %(amount)s business hours from %(since)s."),
    "business_days": gettext_noop("Promised within %(amount)s business days from %(since)s."),
}
_VERDICTS = {
    RUNNING: gettext_noop("So it is due %(due_at)s."),
    PAUSED: gettext_noop("It is paused; %(left_seconds)s counted seconds are left."),
    MET: gettext_noop("It was due %(due_at)s and happened in time, %(stopped_at)s."),
    BREACHED: gettext_noop("It was due %(due_at)s and has not happened."),
    EXCUSED: gettext_noop("It was due %(due_at)s; the breach is excused."),
}
_CLOSED = gettext_noop("It was closed %(closed_at)s, neither met nor breached.")
