"""Business time the slow way: every minute of the wall clock, one after the other.

Written from the documents alone and sharing no code with the program. It knows no
intervals, no prefix sums and no offset arithmetic: what time it is on the wall is
asked for every minute, and a window is the minutes between two walls.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@lru_cache(maxsize=2000)
def walls_of(zone: str, day: date) -> tuple[datetime, ...]:
    """What a wall clock shows at each minute of a day in UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    tz = ZoneInfo(zone)
    return tuple((midnight + n * MINUTE).astimezone(tz).replace(tzinfo=None, fold=0) for n in range(1440))


class Oracle:
    """The open minutes of a calendar between two days, each with the days it belongs to."""

    def __init__(self, content: dict[str, Any], first: date, last: date) -> None:
        self.content = content
        self.base = datetime(first.year, first.month, first.day, tzinfo=UTC)
        self.walls: list[datetime] = []
        day = first
        while day <= last:
            self.walls += walls_of(content["zone"], day)
            day += DAY
        self.first_seen: dict[datetime, int] = {}
        for index, wall in enumerate(self.walls):
            self.first_seen.setdefault(wall, index)
        self.owners: list[date | None] = [None] * len(self.walls)
        self.closing: dict[date, int] = {}
        self.worked_days: list[date] = []
        day = first + 2 * DAY
        while day <= last - 2 * DAY:
            self._mark(day)
            day += DAY
        # Before and after the marked days nothing is known.
        self.known_from = self.base + 3 * DAY
        self.known_until = self.base + (len(self.walls) // 1440 - 3) * DAY

    def closed(self, day: date) -> bool:
        text = day.isoformat()
        if text in self.content.get("exceptions", {}):
            return not self.content["exceptions"][text]
        return text in self.content.get("closed", []) or text in self.content.get("holidays", {})

    def windows(self, day: date) -> Iterable[tuple[datetime, datetime]]:
        text = day.isoformat()
        pairs = self.content["weekly"].get(NAMES[day.weekday()], [])
        if text in self.content.get("exceptions", {}):
            pairs = self.content["exceptions"][text]
        elif self.closed(day):
            pairs = []
        for begin, end in pairs:
            opens, closes = self.wall(day, begin), self.wall(day, end)
            if closes <= opens:
                closes += DAY
            tomorrow = self.wall(day + DAY, "00:00")
            cuts = self.content.get("holiday_cuts_night_shift", False)
            if closes > tomorrow and cuts and self.closed(day + DAY):
                closes = tomorrow
            yield opens, closes

    def wall(self, day: date, text: str) -> datetime:
        hour, minute = text.split(":")
        # A wall shows no zone.
        return datetime(day.year, day.month, day.day) + int(hour) * 60 * MINUTE + int(minute) * MINUTE  # noqa: DTZ001

    def index_of(self, wall: datetime) -> int:
        """The first minute that shows this wall; a skipped one is as far after the jump."""
        steps = 0
        while wall not in self.first_seen:
            wall -= MINUTE
            steps += 1
        return self.first_seen[wall] + steps

    def _mark(self, day: date) -> None:
        for opens, closes in self.windows(day):
            self.closing[day] = max(self.index_of(closes), self.closing.get(day, 0))
            for index in range(self.index_of(opens), self.index_of(closes)):
                self.owners[index] = day
        if day in self.closing:
            self.worked_days.append(day)

    def at(self, index: int) -> datetime:
        return self.base + index * MINUTE

    def minute(self, moment: datetime) -> int:
        return int((moment - self.base) / MINUTE)

    def is_open(self, moment: datetime) -> bool:
        return self.owners[self.minute(moment)] is not None

    def next_opening(self, moment: datetime) -> datetime | None:
        if self.is_open(moment):
            return moment
        for index in range(self.minute(moment) + 1, self.minute(self.known_until)):
            if self.owners[index]:
                return self.at(index)
        return None

    def due(self, start: datetime, seconds: int) -> datetime | None:
        """When so many open seconds have gone by; None if that is not known."""
        left = seconds
        moment = start
        while moment < self.known_until:
            here = (self.at(self.minute(moment) + 1) - moment).seconds
            if self.is_open(moment):
                if left <= here:
                    return moment + timedelta(seconds=left)
                left -= here
            moment += timedelta(seconds=here)
        return None

    def between(self, begin: datetime, end: datetime) -> int:
        total = 0
        moment = begin
        while moment < end:
            following = min(self.at(self.minute(moment) + 1), end)
            if self.is_open(moment):
                total += (following - moment).seconds
            moment = following
        return total

    def add_days(self, start: datetime, number: int) -> datetime | None:
        """The same time on the wall so many worked days later, at the latest at closing."""
        opened = self.next_opening(start)
        if opened is None:
            return None
        owner = self.owners[self.minute(opened)]
        assert owner is not None
        later = [day for day in self.worked_days if day > owner]
        if len(later) < number:
            return None
        target = later[number - 1]
        wall = self.walls[self.minute(opened)] + (target - owner)
        rest = opened - self.at(self.minute(opened))
        return min(self.at(self.index_of(wall)) + rest, self.at(self.closing[target]))

    def run_clock(
        self, start: datetime, seconds: int, pauses: list[tuple[datetime, datetime]], stop: datetime
    ) -> tuple[str, int, int]:
        """Verdict at the stop, seconds used until then, seconds late, minute by minute."""
        used = 0
        late = 0
        moment = start
        while moment < stop:
            following = min(self.at(self.minute(moment) + 1), stop)
            paused = any(begin <= moment < end for begin, end in pauses)
            if self.is_open(moment) and not paused:
                used += (following - moment).seconds
                late = max(used - seconds, 0)
            moment = following
        return ("breached" if late else "met"), used, late


# Whole lives of clocks, minute by minute

MICROS = 60_000_000
NEVER = 1 << 62


@dataclass
class Promised:
    """One promise as the walk counts it; times in microseconds since the oracle's base."""

    since: int
    unit: str
    target: int
    shares: tuple[int, ...]
    # A promise in days that nothing has paused is due at a wall time.
    wall_due: int | None = None
    counted: int = 0
    reached: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.goals = [(self.target * share // 100, share) for share in (*self.shares, 100)]


@dataclass
class Lived:
    """What became of a clock: the first deadline that passed, whose it was, the lateness after it."""

    due: int | None = None
    governing: int = 0
    late: int = 0


def walk(
    oracle: Oracle, promises: list[Promised], pauses: list[tuple[int, int]], begin: int, end: int, *, once: bool = False
) -> Lived:
    """Live from ``begin`` to ``end``, one minute after the other; ``once`` stops at the first deadline."""
    moments = {begin, end, *(moment for pause in pauses for moment in pause), *(given.since for given in promises)}
    cuts = sorted(moment for moment in moments if begin <= moment <= end)
    lived = Lived()
    for first, last in pairwise(cuts):
        given = [promise for promise in promises if promise.since <= first]
        if any(began <= first < ended for began, ended in pauses):
            for promise in given:
                # Once it was paused, or given during a pause, a wall time has no meaning any more.
                promise.wall_due = None
            continue
        # What falls on the second of a pause or of the end is in time.
        goes_on = last != end and all(last != began for began, _ended in pauses)
        _stretch(oracle, given, promises, first, last, goes_on=goes_on, lived=lived, once=once)
        if lived.due is not None and once:
            break
    return lived


def _stretch(
    oracle: Oracle,
    given: list[Promised],
    promises: list[Promised],
    first: int,
    last: int,
    *,
    goes_on: bool,
    lived: Lived,
    once: bool,
) -> None:
    """Let running time pass, minute by minute."""
    owners, now = oracle.owners, first
    # A closed minute is nothing to those who count open ones.
    restless = any(promise.unit == "elapsed_hours" or promise.wall_due is not None for promise in given)
    while now < last and not (once and lived.due is not None):
        then = min((now // MICROS + 1) * MICROS, last)
        is_open, is_inner = owners[now // MICROS] is not None, then < last or goes_on
        if not is_open and not restless:
            now = then
            continue
        for promise in given:
            counts = is_open or promise.unit == "elapsed_hours"
            fell = _pass(promise, now, then, counts=counts, is_inner=is_inner)
            if fell is not None and (lived.due is None or fell < lived.due):
                lived.due, lived.governing, lived.late = fell, promises.index(promise), 0
            if counts and lived.due is not None and promise is promises[lived.governing]:
                lived.late += then - max(now, lived.due)
        now = then


def _pass(promise: Promised, now: int, then: int, *, counts: bool, is_inner: bool) -> int | None:
    """Let a promise pass a piece of running time; return when it fell due in it."""
    wall = promise.wall_due
    if counts:
        before = promise.counted
        promise.counted += then - now
        while promise.goals and promise.goals[0][0] <= promise.counted:
            goal, share = promise.goals[0]
            # Due on the second of a pause is in time; so is a wall time that lies ahead, whatever was counted.
            if (goal == promise.counted and not is_inner) or (share == 100 and wall is not None):
                break
            promise.reached[share] = now + goal - before
            promise.goals.pop(0)
    if wall is not None:
        return wall if now <= wall < then or (wall == then and is_inner) else None
    fell = promise.reached.get(100, NEVER)
    return fell if now <= fell <= then else None
