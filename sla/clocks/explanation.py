"""Why a deadline is what it is: counted segments, pauses, holidays, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sla.business_time import ALWAYS, ClosedDay, to_utc
from sla.business_time.problem import gettext_noop
from sla.clocks.facts import Fact, Judged
from sla.clocks.run import BREACHED, EXCUSED, MET, PAUSED, RUNNING, ClockRun, replay
from sla.clocks.state import ClockState, derive
from sla.clocks.terms import POINTS, Promise, Run, Terms


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
    if promise.terms.is_judged:
        return _judged(state, promise.terms, known)
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
            *_promise_sentences(run, segments),
            *_interruptions(pauses, closed),
            _verdict(state, to_utc(at)),
        ),
    )


def _judged(state: ClockState, terms: Terms, facts: Iterable[Fact]) -> Explanation:
    """A promise in points or shares: no time counts, its figures do."""
    figures = next((fact for fact in facts if isinstance(fact, Judged)), None)
    excused = (Sentence("excused", gettext_noop("The breach is excused.")),) if state.state == EXCUSED else ()
    return Explanation(
        state=state,
        amount=_plain(terms.amount),
        unit=terms.unit,
        calendar="",
        zone=terms.measure.spec.zone,
        segments=(),
        pauses=(),
        closed_days=(),
        sentences=(*_figure_sentences(state, terms, figures), *excused),
    )


def _figure_sentences(state: ClockState, terms: Terms, figures: Judged | None) -> Iterable[Sentence]:
    """What was promised in points or as a share, what came of it, and how much is missing."""
    in_points = terms.unit == POINTS
    promised = terms.amount if in_points else terms.amount * 100
    values: dict[str, Any] = {"promised": _plain(promised), "due_at": state.due_at}
    yield Sentence("promised", _PROMISED[terms.unit], values)
    if figures is None:
        text = _CLOSED if state.closed_at else gettext_noop("It has not been judged yet; it can still change.")
        yield Sentence(state.state, text, {"closed_at": state.closed_at})
        return
    delivered = figures.numerator if in_points else figures.numerator / figures.denominator * 100
    values |= {
        "delivered": _plain(delivered),
        "numerator": _plain(figures.numerator),
        "denominator": _plain(figures.denominator),
        "short": _plain(promised - delivered),
        "found_at": figures.found_at,
    }
    yield Sentence(state.state, _FIGURES[terms.unit, state.stopped_at is not None], values)
    yield Sentence("judged", gettext_noop("The figures were read %(found_at)s."), values)


def _plain(value: Decimal | int) -> str:
    """A figure without needless digits."""
    text = f"{round(Decimal(value), 2):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
    ended_at = run.stopped_at or run.closed_at
    pauses = []
    for begin, reason in run.pauses:
        end = min((moment for moment in resumed if moment >= begin), default=None)
        # Evidence may have put the end before a pause, or into it.
        if ended_at is None or begin < ended_at:
            pauses.append(Pause(begin, min(end, ended_at) if end and ended_at else end or ended_at, reason))
    return tuple(pauses)


def _closed_days(run: ClockRun, promise: Promise) -> tuple[ClosedDay, ...]:
    measure = promise.terms.measure
    if measure is ALWAYS:
        return ()
    zone = ZoneInfo(measure.spec.zone)
    first, last = (moment.astimezone(zone).date() for moment in (promise.since, run.due_at))
    return tuple(measure.closed_days(first, last))


def _promise_sentences(run: ClockRun, segments: tuple[Segment, ...]) -> Iterable[Sentence]:
    first, *further = run.promises
    yield Sentence("promised", _PROMISED[first.terms.unit], _given(first))
    for promise in further:
        yield Sentence("shortened", _SHORTENED[promise.terms.unit], _given(promise))
    if segments and segments[0].begin_at > run.governing.since:
        yield Sentence(
            "waited_to_open",
            gettext_noop("It came outside hours; time counts from %(opens_at)s."),
            {"opens_at": segments[0].begin_at},
        )
    for segment in segments:
        yield Sentence(
            "counted",
            gettext_noop("%(begin_at)s to %(end_at)s counts %(seconds)s."),
            {
                "begin_at": segment.begin_at,
                "end_at": segment.end_at,
                "seconds": segment.seconds,
            },
        )


def _given(promise: Promise) -> dict[str, Any]:
    return {"amount": promise.terms.amount, "since": promise.since}


def _interruptions(pauses: tuple[Pause, ...], closed: tuple[ClosedDay, ...]) -> Iterable[Sentence]:
    for pause in pauses:
        values = {"begin_at": pause.begin_at, "end_at": pause.end_at}
        yield Sentence("paused", _PAUSED[pause.end_at is None, bool(pause.reason)], {**values, "reason": pause.reason})
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
    if state.voided_at and state.closed_at:
        text = gettext_noop("It was due %(due_at)s; evidence that came later shows that it was needless by then.")
        return Sentence("voided", text, values)
    if state.voided_at:
        text = gettext_noop("It was due %(due_at)s; evidence that came later shows that it happened %(stopped_at)s.")
        return Sentence("voided", text, values)
    if state.state == BREACHED and state.late_seconds is not None:
        text = gettext_noop("It was due %(due_at)s and happened %(stopped_at)s, %(late_seconds)s of counted time late.")
        return Sentence("breached_late", text, values)
    return Sentence(state.state, _VERDICTS.get(state.state, _CLOSED), values)


_PROMISED = {
    "elapsed_hours": gettext_noop("Promised within %(amount)s hours from %(since)s."),
    "business_hours": gettext_noop("Promised within %(amount)s business hours from %(since)s."),
    "business_days": gettext_noop("Promised within %(amount)s business days from %(since)s."),
    "points": gettext_noop("Promised: %(promised)s points by %(due_at)s."),
    "share": gettext_noop("Promised: at least %(promised)s %% as of %(due_at)s."),
}
_SHORTENED = {
    "elapsed_hours": gettext_noop("Since %(since)s it is promised within %(amount)s hours; the earlier date counts."),
    "business_hours": gettext_noop(
        "Since %(since)s it is promised within %(amount)s business hours; the earlier date counts."
    ),
    "business_days": gettext_noop(
        "Since %(since)s it is promised within %(amount)s business days; the earlier date counts."
    ),
}
# By unit, and whether the promise was kept.
_FIGURES = {
    ("points", True): gettext_noop("%(delivered)s of %(promised)s points: kept."),
    ("points", False): gettext_noop("%(delivered)s of %(promised)s points: %(short)s short."),
    ("share", True): gettext_noop("%(numerator)s of %(denominator)s are %(delivered)s %%: kept."),
    ("share", False): gettext_noop(
        "%(numerator)s of %(denominator)s are %(delivered)s %%: %(short)s percentage points short."
    ),
}
_VERDICTS = {
    RUNNING: gettext_noop("So it is due %(due_at)s."),
    PAUSED: gettext_noop("It is paused; %(left_seconds)s of counted time are left."),
    MET: gettext_noop("It was due %(due_at)s and happened in time, %(stopped_at)s."),
    BREACHED: gettext_noop("It was due %(due_at)s and has not happened."),
    EXCUSED: gettext_noop("It was due %(due_at)s; the breach is excused."),
}
# By whether it still lasts, and whether a reason is known.
_PAUSED = {
    (True, True): gettext_noop("It has been paused since %(begin_at)s: %(reason)s."),
    (True, False): gettext_noop("It has been paused since %(begin_at)s."),
    (False, True): gettext_noop("It was paused from %(begin_at)s to %(end_at)s: %(reason)s."),
    (False, False): gettext_noop("It was paused from %(begin_at)s to %(end_at)s."),
}
_CLOSED = gettext_noop("It was closed %(closed_at)s, neither met nor breached.")
