"""Whose time it was: the counted time of a clock per owner."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from sla.business_time import to_utc
from sla.clocks.facts import Fact
from sla.clocks.run import replay
from sla.clocks.terms import Terms

Owner = TypeVar("Owner", bound=Hashable)


def used_by_owner(
    facts: Iterable[Fact],
    terms: Terms,
    owners: Sequence[tuple[datetime, Owner | None]],
    *,
    at: datetime,
) -> dict[Owner | None, int]:
    """Counted seconds up to `at` per owner; None is the time it was unassigned.

    `owners` says from when on who owned it. Time before the first entry is nobody's.
    """
    run = replay(facts, terms, at=at)
    promise = run.governing
    moment = to_utc(at)
    changes = sorted(((to_utc(since), owner) for since, owner in owners), key=lambda change: change[0])
    periods = [(run.started_at, None), *changes, (moment, None)]
    shares: dict[Owner | None, timedelta] = {}
    for (begin, owner), (end, _) in pairwise(periods):
        used = promise.used(run.runs, until=end) - promise.used(run.runs, until=begin)
        if used > timedelta():
            shares[owner] = shares.get(owner, timedelta()) + used
    return {owner: used // timedelta(seconds=1) for owner, used in shares.items()}
