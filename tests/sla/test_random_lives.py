"""Random lives of clocks on random calendars against the oracle: pauses, stops, shorter promises, all units.

Five thousand by default, two hundred thousand in the long run; every difference names its seed and number. The
ordinary run lives the same lives every time; the long run other ones each time, or those of ``SEED``.
"""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sla.business_time import ALWAYS, CalendarInvalid, hours_of
from sla.clocks import Fact, Paused, Resumed, Shortened, Started, Stopped, Terms, derive
from tests.sla.calendars import WEEK
from tests.sla.oracle import Lived, Oracle, Promised, walk

SOAK = int(os.environ.get("SOAK", "1"))
LIVES_PER_CALENDAR = 50
CALENDARS = 100 if SOAK == 1 else 200 * SOAK
CHUNKS = 20 * SOAK
SEED = int(os.environ.get("SEED") or (0 if SOAK == 1 else time.time_ns() // 1000))

# Half-hour changes, changes at midnight, odd offsets, none at all; and weeks in which they happen.
ZONES = (
    "UTC", "Europe/Vienna", "Europe/London", "America/New_York", "America/Santiago", "Africa/Cairo",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham",
)  # fmt: skip
BEGINNINGS = (
    date(2026, 3, 2), date(2026, 3, 25), date(2026, 4, 1), date(2026, 4, 20), date(2026, 9, 24), date(2026, 10, 21),
    date(2026, 12, 21),
)  # fmt: skip
HORIZON = 20
UNITS = ("business_hours",) * 5 + ("elapsed_hours", "business_days")
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


@dataclass(frozen=True)
class Life:
    """What happened to one clock, in microseconds since the oracle's base."""

    start: int
    end: int
    stopped: bool
    pauses: tuple[tuple[int, int], ...]
    promises: tuple[tuple[int, str, int], ...]


def text(quarter: int) -> str:
    return f"{quarter // 4 % 24:02}:{quarter % 4 * 15:02}"


def random_week(dice: random.Random) -> dict[str, list[list[str]]]:
    """Some windows on most days, now and then one over midnight."""
    weekly: dict[str, list[list[str]]] = {}
    for day in WEEK:
        if dice.random() < 0.25:
            continue
        points = sorted(dice.sample(range(8, 88), dice.choice((2, 2, 4))))
        weekly[day] = [[text(a), text(b)] for a, b in zip(points[::2], points[1::2], strict=True)]
        if dice.random() < 0.3:
            weekly[day][-1] = [text(dice.randrange(points[-2], 96)), text(dice.randrange(0, 8))]
    return weekly or {"mon": [["09:00", "17:00"]]}


def random_calendar(dice: random.Random, first: date) -> dict[str, Any]:
    special = [(first + timedelta(days=n)).isoformat() for n in dice.sample(range(HORIZON - 4), dice.randrange(6))]
    cut = sorted((dice.randint(0, len(special)), dice.randint(0, len(special))))
    windows = dice.choice([[], [["09:00", "12:00"]], [["00:00", "24:00"]], [["22:00", "01:15"]]])
    return {
        "name": "Random",
        "zone": dice.choice(ZONES),
        "weekly": random_week(dice),
        "closed": special[: cut[0]],
        "holidays": dict.fromkeys(special[cut[0] : cut[1]], "Holiday"),
        "exceptions": dict.fromkeys(special[cut[1] :], windows),
        "holiday_cuts_night_shift": dice.random() < 0.5,
    }


def random_moment(dice: random.Random, first: int, last: int) -> int:
    """Half of them on a quarter of an hour, where windows begin and end; the others on any second."""
    moment = dice.randrange(first, last)
    return moment // (900 * SECOND) * 900 * SECOND if dice.random() < 0.5 else moment // SECOND * SECOND


def random_promise(dice: random.Random, since: int) -> tuple[int, str, int]:
    unit = dice.choice(UNITS)
    if unit == "business_days":
        return since, unit, dice.randint(1, 2)
    # Whole hundreds of seconds, so that every percentage is a whole number of them.
    return since, unit, dice.randint(1, 200) * 100 * SECOND


def random_life(dice: random.Random) -> Life:
    start = random_moment(dice, 6 * DAY, 9 * DAY)
    end = start + dice.randrange(HOUR, dice.choice((DAY // 2, DAY, 3 * DAY)))
    marks = {random_moment(dice, start + SECOND, end) for _number in range(dice.choice((0, 1, 2, 2, 4)))}
    moments = sorted(mark for mark in marks if start < mark < end)
    pauses = tuple(zip(moments[::2], [*moments[1::2], NEVER_RESUMED][: len(moments[::2])], strict=True))
    promises = [random_promise(dice, start)]
    for _number in range(dice.choice((0, 0, 1, 2))):
        since = random_moment(dice, start + SECOND, end)
        if start < since < end and since not in marks:
            promises.append(random_promise(dice, since))
    promises.sort()
    return Life(start, end, dice.random() < 0.75, pauses, tuple(promises))


NEVER_RESUMED = 1 << 60


def promised(oracle: Oracle, life: Life, *, before: int) -> list[Promised] | None:
    """The promises given before a moment; None when the oracle does not see far enough."""
    found = []
    for since, unit, amount in life.promises:
        if since > before:
            continue
        wall_due, target = None, amount
        if unit == "business_days":
            due = oracle.add_days(instant(oracle, since), amount)
            if due is None:
                return None
            wall_due, target = micros(oracle, due), oracle.between(instant(oracle, since), due) * SECOND
        found.append(Promised(since, unit, target, (50, 75, 90), wall_due))
    return found


def instant(oracle: Oracle, moment: int) -> datetime:
    return oracle.base + timedelta(microseconds=moment)


def micros(oracle: Oracle, moment: datetime) -> int:
    return (moment - oracle.base) // timedelta(microseconds=1)


def by_the_oracle(oracle: Oracle, life: Life) -> dict[str, Any] | None:
    """Verdict, deadline, use, lateness and warnings; None when they lie beyond what the oracle knows."""
    promises = promised(oracle, life, before=life.end)
    ahead = promised(oracle, life, before=life.end)
    if promises is None or ahead is None:
        return None
    lived = walk(oracle, promises, list(life.pauses), life.start, life.end)
    if lived.due is None:
        # Not yet due: the deadline is the one it would have if the pause that lasts ended at once.
        ended = [pause for pause in life.pauses if pause[1] != NEVER_RESUMED]
        due = walk(oracle, ahead, ended, life.start, micros(oracle, oracle.known_until), once=True)
    else:
        due = lived
    if due.due is None:
        return None
    return _verdict(oracle, life, promises[due.governing], lived, due.due)


def _verdict(oracle: Oracle, life: Life, governing: Promised, lived: Lived, due: int) -> dict[str, Any]:
    paused = bool(life.pauses) and life.pauses[-1][1] == NEVER_RESUMED
    undecided = "met" if life.stopped else "paused" if paused else "running"
    is_late = lived.due is not None
    return {
        "state": "breached" if is_late else undecided,
        "due_at": instant(oracle, due),
        "used": governing.counted // SECOND,
        "late": lived.late // SECOND if is_late and life.stopped else None,
        "warnings": [
            (share, instant(oracle, governing.reached[share])) for share in (50, 75, 90) if share in governing.reached
        ],
    }


def by_the_program(oracle: Oracle, life: Life, calendar: dict[str, Any]) -> dict[str, Any]:
    def terms(unit: str, amount: int) -> Terms:
        if unit == "business_days":
            return Terms(amount, unit, hours_of(calendar), (50, 75, 90))
        hours = ALWAYS if unit == "elapsed_hours" else hours_of(calendar)
        return Terms(Decimal(amount) / HOUR, unit, hours, (50, 75, 90))

    (_start, unit, amount), *others = life.promises
    facts: list[Fact] = [Started(instant(oracle, life.start))]
    facts += [Shortened(instant(oracle, since), terms(kind, more)) for since, kind, more in others]
    facts += [Paused(instant(oracle, begin)) for begin, _end in life.pauses]
    facts += [Resumed(instant(oracle, end)) for _begin, end in life.pauses if end != NEVER_RESUMED]
    end = instant(oracle, life.end)
    facts += [Stopped(end)] if life.stopped else []
    state = derive(facts, terms(unit, amount), at=end)
    return {
        "state": state.state,
        "due_at": state.due_at,
        "used": state.used_now_seconds,
        "late": state.late_seconds,
        "warnings": [(share, when) for share, when in state.warn_at if when < end],
    }


def lives_of(seed: int) -> tuple[int, list[str]]:
    """Live fifty lives on one calendar; return how many the oracle could judge, and what differs."""
    dice = random.Random(seed)
    first = dice.choice(BEGINNINGS)
    calendar = random_calendar(dice, first)
    try:
        hours_of(calendar)
    except CalendarInvalid:
        # Windows that overlap over midnight: such a calendar cannot be entered.
        return 0, []
    oracle = Oracle(calendar, first - timedelta(days=5), first + timedelta(days=HORIZON))
    judged, differences = 0, []
    # Where work is rare most deadlines lie beyond what the oracle knows.
    for _attempt in range(2 * LIVES_PER_CALENDAR):
        life = random_life(dice)
        expected = by_the_oracle(oracle, life)
        if expected is None or judged == LIVES_PER_CALENDAR:
            continue
        judged += 1
        found = by_the_program(oracle, life, calendar)
        if found != expected:
            differences.append(f"seed {seed}, life {judged}: {life}\n  oracle  {expected}\n  program {found}")
    return judged, differences


@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_lives_are_what_the_oracle_says(chunk: int, record_property: Callable[[str, int], None]) -> None:
    wanted, judged, seed = CALENDARS * LIVES_PER_CALENDAR // CHUNKS, 0, SEED + chunk * 1_000_000
    while judged < wanted:
        count, differences = lives_of(seed)
        assert not differences, differences[0]
        judged, seed = judged + count, seed + 1
    record_property("lives", judged)
    assert judged >= wanted


def test_the_oracle_sees_a_program_that_is_wrong_by_a_second() -> None:
    """The negative control: a calendar that opens a second later is noticed within one calendar's lives."""
    dice = random.Random(7)
    first = BEGINNINGS[0]
    calendar = {**random_calendar(dice, first), "weekly": {day: [["09:00", "17:00"]] for day in WEEK}}
    oracle = Oracle(calendar, first - timedelta(days=5), first + timedelta(days=HORIZON))
    wrong = {**calendar, "weekly": {day: [["09:01", "17:00"]] for day in WEEK}}
    lives = [life for life in (random_life(dice) for _number in range(40)) if by_the_oracle(oracle, life)]
    assert any(by_the_oracle(oracle, life) != by_the_program(oracle, life, wrong) for life in lives)
    assert all(by_the_oracle(oracle, life) == by_the_program(oracle, life, calendar) for life in lives)
