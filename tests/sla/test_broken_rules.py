"""Negative controls of the random lives: a rule of the engine that is broken by hand is noticed by the oracle."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from sla.business_time import Hours, hours
from sla.business_time.spec import CalendarSpec, Windows
from sla.clocks.run import BREACHED, RUNNING, ClockRun
from sla.clocks.terms import Promise, Run
from tests.sla.test_random_lives import lives_of

# Seeds in whose lives the rule matters; most rules matter in all.
ANY = tuple(range(10))
ON_THE_SECOND = (179, 821, 1102, 1357, 1426)
IN_THE_HOUR_TWICE = (80, 562)


def late_on_the_very_second(patch: pytest.MonkeyPatch) -> None:
    def notice(self: ClockRun, at: datetime) -> None:
        if self.state == RUNNING and self.due_at <= at:
            self.state, self.breached_at = BREACHED, self.due_at

    patch.setattr(ClockRun, "notice", notice)


def the_newest_promise_governs(patch: pytest.MonkeyPatch) -> None:
    def date_deadline(self: ClockRun) -> None:
        runs = self._runs_going_on()
        dated = [(due, promise) for promise in self.promises if (due := promise.due_at(runs))]
        self.due_at, self.governing = dated[-1]

    patch.setattr(ClockRun, "_date_deadline", date_deadline)


def night_shifts_go_on_into_holidays(patch: pytest.MonkeyPatch) -> None:
    def windows_on(self: CalendarSpec, day: date) -> Windows:
        return self._planned(day)

    patch.setattr(CalendarSpec, "windows_on", windows_on)


def hours_that_come_twice_begin_the_second_time(patch: pytest.MonkeyPatch) -> None:
    instant = Hours._instant

    def later(self: Hours, day: date, minutes: int) -> int:
        found = instant(self, day, minutes)
        moment = hours._moment(found).astimezone(self._zone_on(day))
        return hours._micros(moment.replace(fold=1))

    patch.setattr(Hours, "_instant", later)


def pauses_count(patch: pytest.MonkeyPatch) -> None:
    reached = Promise._reached

    def without_pauses(self: Promise, amount: object, runs: Sequence[Run]) -> datetime | None:
        whole = [(runs[0][0], runs[-1][1])]
        return reached(self, amount, whole)  # type: ignore[arg-type]  # handed on as it came

    patch.setattr(Promise, "_reached", without_pauses)


def warnings_are_rounded_up(patch: pytest.MonkeyPatch) -> None:
    warn_at = Promise.warn_at

    def a_percent_later(self: Promise, share: int, runs: Iterable[Run]) -> datetime | None:
        return warn_at(replace(self), share + 1 if share == 75 else share, list(runs))

    patch.setattr(Promise, "warn_at", a_percent_later)


@pytest.mark.parametrize(
    ("broken", "seeds"),
    [
        (late_on_the_very_second, ON_THE_SECOND),
        (the_newest_promise_governs, ANY),
        (night_shifts_go_on_into_holidays, ANY),
        (hours_that_come_twice_begin_the_second_time, IN_THE_HOUR_TWICE),
        (pauses_count, ANY),
        (warnings_are_rounded_up, ANY),
    ],
)
def test_the_oracle_notices(
    broken: Callable[[pytest.MonkeyPatch], None], seeds: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Compiled hours are kept: those of other tests are right, and ours must not outlive this one.
    monkeypatch.setattr(hours, "_compiled", OrderedDict())
    broken(monkeypatch)
    assert any(lives_of(seed)[1] for seed in seeds)
