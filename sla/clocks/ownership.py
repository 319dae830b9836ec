"""Whose time it was: the counted time of a clock per owner, up to its deadline.

What was used after the deadline is lateness: it belongs to the one who owned the breach, and is told apart.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

from sla.business_time import to_utc
from sla.clocks.facts import Fact
from sla.clocks.run import replay
from sla.clocks.terms import Terms

Owner = TypeVar("Owner", bound=Hashable)

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Owned(Generic[Owner]):
    """A piece of the promised time that one owner had; None while it was unassigned."""

    owner: Owner | None
    begin_at: datetime
    end_at: datetime
    seconds: int


def owned_parts(
    facts: Iterable[Fact],
    terms: Terms,
    owners: Sequence[tuple[datetime, Owner | None]],
    *,
    at: datetime,
) -> tuple[Owned[Owner], ...]:
    """The promised time up to `at`, divided where the owner changed; parts in which no time counted are left out.

    `owners` says from when on who owned it. Time before the first entry is nobody's.
    """
    run = replay(facts, terms, at=at)
    promise = run.governing
    ended_at = run.stopped_at or run.closed_at or to_utc(at)
    until = min(ended_at, run.due_at)
    changes = sorted(((to_utc(since), owner) for since, owner in owners), key=lambda change: change[0])
    periods = [(run.started_at, None), *changes, (until, None)]
    parts = []
    for (begin, owner), (end, _) in pairwise(periods):
        last = min(end, until)
        used = promise.used(run.runs, until=last) - promise.used(run.runs, until=begin)
        if begin < last and used > timedelta():
            parts.append(Owned(owner, begin, last, used // _SECOND))
    return tuple(parts)


def used_by_owner(
    facts: Iterable[Fact],
    terms: Terms,
    owners: Sequence[tuple[datetime, Owner | None]],
    *,
    at: datetime,
) -> dict[Owner | None, int]:
    """Counted seconds of the promised time up to `at` per owner; None is the time it was unassigned."""
    shares: dict[Owner | None, int] = {}
    for part in owned_parts(facts, terms, owners, at=at):
        shares[part.owner] = shares.get(part.owner, 0) + part.seconds
    return shares
