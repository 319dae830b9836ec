"""The life of one clock, replayed fact by fact.

# Note [Verdicts stand]
Met and breached are dated at what happened, not at when it was noticed. Before a
fact is applied, a deadline that had passed by then has become a breach; a pause,
a closing or an edited calendar afterwards changes nothing about it. Only an excuse
or machine evidence does, and both keep the date of the breach.

# Note [Hours opened afterwards]
On an edited calendar time counts from the beginning, as if the new hours had always held. Where that
would put the deadline to the moment of the edit or before it, the old hours and the old deadline stay:
nobody is late because of hours that were opened afterwards.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sla.business_time import to_utc
from sla.business_time.problem import gettext_noop
from sla.clocks import facts as f
from sla.clocks.terms import Promise, Run, Terms
from smarketing.lib.errors import DomainError

RUNNING = "running"
PAUSED = "paused"
MET = "met"
BREACHED = "breached"
EXCUSED = "excused"
CANCELLED = "cancelled"
SUPERSEDED = "superseded"
WAIVED = "waived"
MERGED = "merged"
STATES = (
    RUNNING,
    PAUSED,
    MET,
    BREACHED,
    EXCUSED,
    CANCELLED,
    SUPERSEDED,
    WAIVED,
    MERGED,
)
_CLOSED_AS: dict[type[f.Fact], str] = {
    f.Cancelled: CANCELLED,
    f.Superseded: SUPERSEDED,
    f.Waived: WAIVED,
    f.Merged: MERGED,
}


class ClockNotStarted(DomainError):
    """The facts do not begin with one start."""

    code = "clock_not_started"


class ClockNotRunning(DomainError):
    """It is paused already, so it cannot be paused."""

    code = "clock_not_running"


class ClockNotPaused(DomainError):
    """It runs, so it cannot be resumed."""

    code = "clock_not_paused"


class ClockEnded(DomainError):
    """It was stopped or closed; nothing more can happen to it."""

    code = "clock_ended"


class ClockNotBreached(DomainError):
    """There is no breach to excuse."""

    code = "clock_not_breached"


class EvidenceOutOfRange(DomainError):
    """The evidence is dated before the clock's start or in the future."""

    code = "evidence_out_of_range"


class ClockRun:
    """What the facts so far amount to. Built by `replay`, then only read."""

    def __init__(self, started: f.Started, terms: Terms) -> None:
        self.cycle = started.cycle
        self.started_at = to_utc(started.at)
        self.state = RUNNING
        self.runs: list[Run] = [(self.started_at, None)]
        self.pauses: list[tuple[datetime, str]] = []
        self.promises = [Promise(self.started_at, terms)]
        self.governing = self.promises[0]
        self.due_at = self.governing.plain_due_at
        self.stopped_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.breached_at: datetime | None = None
        self.voided_at: datetime | None = None
        self.late: timedelta | None = None
        # Of a promise in points or shares, once it is judged.
        self.delivered: Decimal | None = None
        self.calendar_changed_after_verdict = False

    @property
    def is_counting(self) -> bool:
        return self.runs[-1][1] is None

    @property
    def has_ended(self) -> bool:
        return self.stopped_at is not None or self.closed_at is not None

    def notice(self, at: datetime) -> None:
        """Let time pass up to `at`. See Note [Verdicts stand]."""
        if self.state == RUNNING and self.due_at < at and not self.governing.terms.is_judged:
            self.state = BREACHED
            self.breached_at = self.due_at

    def apply(self, fact: f.Fact) -> None:
        at = to_utc(fact.at)
        match fact:
            case f.Paused():
                self._pause(at, fact.reason)
            case f.Resumed():
                self._resume(at)
            case f.Stopped():
                self._require_open()
                self._stop(at)
            case f.Excused():
                self._excuse()
            case f.Voided():
                self._void(at, to_utc(fact.happened_at), waives=fact.waives)
            case f.Shortened():
                self._shorten(at, fact.terms)
            case f.Retargeted():
                self._retarget(fact.amount)
            case f.Judged():
                self._judge(at, fact)
            case f.CalendarChanged():
                self._change_calendar(at, fact)
            case f.CalendarChangedAfterVerdict():
                self.calendar_changed_after_verdict = self.has_ended or self.breached_at is not None
            case _:
                self._close(at, fact)

    def _pause(self, at: datetime, reason: str) -> None:
        self._require_open()
        if not self.is_counting:
            raise ClockNotRunning(gettext_noop("This clock is paused already."))
        self._end_run(at)
        self.pauses.append((at, reason))
        if self.state == RUNNING:
            self.state = PAUSED

    def _resume(self, at: datetime) -> None:
        self._require_open()
        if self.is_counting:
            raise ClockNotPaused(gettext_noop("This clock is not paused."))
        self.runs.append((at, None))
        if self.state == PAUSED:
            self.state = RUNNING
            self._date_deadline()

    def _stop(self, at: datetime) -> None:
        if self.is_counting:
            self._end_run(at)
        self.stopped_at = at
        if self.breached_at:
            self.late = self._worked_after(self.breached_at)
        else:
            self.state = MET

    def _close(self, at: datetime, fact: f.Fact) -> None:
        if type(fact) not in _CLOSED_AS:
            raise ClockNotStarted(gettext_noop("A clock starts once, before all else."))
        self._require_open()
        if self.is_counting:
            self._end_run(at)
        self.closed_at = at
        if not self.breached_at:
            self.state = _CLOSED_AS[type(fact)]

    def _excuse(self) -> None:
        if self.state != BREACHED:
            raise ClockNotBreached(gettext_noop("There is no breach to excuse."))
        self.state = EXCUSED

    def _void(self, at: datetime, happened_at: datetime, *, waives: bool) -> None:
        if not self.started_at <= happened_at <= at:
            raise EvidenceOutOfRange(gettext_noop("The evidence must lie between the handover and now."))
        if self.breached_at is None:
            self._require_open()
        if self.stopped_at and self.stopped_at <= happened_at:
            return
        in_time = self.breached_at is None or happened_at <= self.breached_at
        self._forget_after(happened_at)
        if waives and in_time:
            self._end_run(happened_at)
            self.state, self.closed_at = WAIVED, happened_at
        else:
            self._stop(happened_at)
        if self.breached_at and in_time:
            self.state = self.state if waives else MET
            self.voided_at = at
            self.late = None

    def _shorten(self, at: datetime, terms: Terms) -> None:
        self._require_open()
        if self.breached_at:
            return
        self.promises.append(Promise(at, terms))
        self._date_deadline()

    def _retarget(self, amount: Decimal) -> None:
        self._require_open()
        given = self.governing
        self.governing = replace(given, terms=replace(given.terms, amount=amount))
        self.promises = [self.governing]

    def _judge(self, at: datetime, fact: f.Judged) -> None:
        """Read the verdict off the figures; nobody can do anything about a shortfall any more."""
        self._require_open()
        self._end_run(at)
        self.delivered = fact.numerator / fact.denominator
        if fact.numerator >= self.governing.terms.amount * fact.denominator:
            self.state, self.stopped_at = MET, at
        else:
            self.state, self.breached_at, self.closed_at = BREACHED, self.due_at, to_utc(fact.found_at)

    def _change_calendar(self, at: datetime, fact: f.CalendarChanged) -> None:
        if self.has_ended or self.breached_at:
            self.calendar_changed_after_verdict = True
            return
        before = self.promises, self.governing, self.due_at
        old_hours = self.governing.terms.hours.spec.content_hash
        self.promises = [
            # A further promise may count on another calendar, which nobody edited.
            promise if promise.terms.hours.spec.content_hash != old_hours
            else promise.with_hours(fact.hours, told=fact.told if promise is self.governing else ())
            for promise in self.promises
        ]  # fmt: skip
        self._date_deadline()
        counted_until = self.runs[-1][1] or at
        # See Note [Hours opened afterwards].
        if self.due_at <= counted_until and self.due_at < before[2]:
            self.promises, self.governing, self.due_at = before

    def _require_open(self) -> None:
        if self.has_ended:
            raise ClockEnded(gettext_noop("This clock has ended."))

    def _date_deadline(self) -> None:
        """Let the promise with the earliest deadline govern."""
        runs = self._runs_going_on()
        dated = [(date, promise) for promise in self.promises if (date := promise.due_at(runs))]
        self.due_at, self.governing = min(dated, key=lambda pair: pair[0])

    def _runs_going_on(self) -> list[Run]:
        """The runs, as if a pause ended when it began: paused clocks keep a date."""
        if self.is_counting or self.has_ended:
            return self.runs
        return [*self.runs[:-1], (self.runs[-1][0], None)]

    def _end_run(self, at: datetime) -> None:
        self.runs[-1] = self.runs[-1][0], at

    def _forget_after(self, at: datetime) -> None:
        """Drop what was counted after the moment that late evidence names."""
        kept = [(begin, end) for begin, end in self.runs if begin <= at]
        begin, end = kept[-1]
        self.runs = [*kept[:-1], (begin, min(end, at) if end else None)]
        self.stopped_at = self.closed_at = None

    def _worked_after(self, moment: datetime) -> timedelta:
        total = timedelta()
        for begin, end in self.runs:
            if end and end > moment:
                first = max(begin, moment)
                total += self.governing.terms.measure.worked(first, end)
        return total


def replay(facts: Iterable[f.Fact], terms: Terms, *, at: datetime) -> ClockRun:
    """The life of the clock up to `at`; facts of one moment keep their order."""
    every = sorted(facts, key=lambda fact: to_utc(fact.at))
    # A clock that starts later (over the day's capacity) stands at its beginning until then.
    moment = max([to_utc(at), *(to_utc(fact.at) for fact in every[:1])])
    known = [fact for fact in every if fact.at <= moment]
    if not known or not isinstance(known[0], f.Started):
        raise ClockNotStarted(gettext_noop("A clock starts once, before all else."))
    run = ClockRun(known[0], terms)
    for fact in known[1:]:
        run.notice(to_utc(fact.at))
        run.apply(fact)
    run.notice(moment)
    return run
