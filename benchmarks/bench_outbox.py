"""What the outbox costs after a burst of new leads: ``python benchmarks/bench_outbox.py [leads]``.

It starts a database of its own, takes leads in as the worker does, and hears everything that waits then.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ground import Ground, ground, load, open_organisations
from rows_of_a_post import client_post

LEADS = 2_000
PIECE = 100
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """What a piece of work took: seconds by the clock, of this process and of PostgreSQL's; statements."""

    wall: float = 0.0
    own: float = 0.0
    database: float = 0.0
    statements: int = 0

    def told(self, count: int, of: str) -> str:
        wall, own, database = (1000 * seconds / count for seconds in (self.wall, self.own, self.database))
        return (
            f"a {of}: {wall:.2f} ms, processor {own:.2f} + {database:.2f} ms, "
            f"{self.statements / count:.2f} statements; {count / self.wall:.0f} a second"
        )


def main() -> None:
    """Take leads in, hear of them, and print what each part cost."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else LEADS
    with ground() as place:
        (organisation_id,) = open_organisations(1, at=_now() - timedelta(days=30))
        _relay()
        # The second half meets filled tables and a warm process.
        for part in ("cold", "warm"):
            with costing(place) as judged:
                _take_in(organisation_id, leads // 2, first=0 if part == "cold" else leads)
            with costing(place) as heard:
                rows = _relay()
            print(f"{part}: {judged.told(leads // 2, 'lead judged')}")
            print(f"{part}: {heard.told(rows, 'row heard')}; {rows} rows, {heard.told(leads // 2, 'lead')}")
        (left,) = place.ask("select count(*) from events_outbox where done_at is null and withdrawn_at is null")
        assert left == (0,), f"{left[0]} rows wait still"
    print(load())


@contextmanager
def costing(place: Ground) -> Iterator[Cost]:
    from django.db import connections

    cost = Cost()

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        cost.statements += 1
        return execute(sql, params, many, context)

    wall, own, database = time.perf_counter(), time.process_time(), _of_database(place)
    with connections["default"].execute_wrapper(counting), connections["sweeper"].execute_wrapper(counting):
        yield cost
    cost.wall, cost.own = time.perf_counter() - wall, time.process_time() - own
    cost.database = _of_database(place) - database


def _of_database(place: Ground) -> float:
    """Return the processor time of the server's processes; those that have ended count with the first."""
    (postmaster,) = place.ask("select pg_read_file('postmaster.pid')")[0][0].split("\n")[:1]
    found = 0.0
    for process in Path("/proc").iterdir():
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except (OSError, NotADirectoryError):
            continue
        if process.name == postmaster:
            found += sum(int(ticks) for ticks in fields[11:15]) / TICK
        elif fields[1] == postmaster:
            found += sum(int(ticks) for ticks in fields[11:13]) / TICK
    return found


def _take_in(organisation_id: int, count: int, *, first: int) -> None:
    from intake.actions import judge_many, receive
    from smarketing.lib.scope import tenant_scope

    for begin in range(first, first + count, PIECE):
        with tenant_scope(organisation_id):
            posts = [
                receive(client_post(number), content_type="application/json", at=_now()).submission
                for number in range(begin, min(begin + PIECE, first + count))
            ]
        with tenant_scope(organisation_id):
            judge_many([post.pk for post in posts], at=_now())


def _relay() -> int:
    """Hear all that waits, as a beat a minute later would; return how many rows."""
    from events.relay import relay_waiting

    heard = 0
    while rows := relay_waiting(at=_now() + timedelta(minutes=1)):
        heard += rows
    return heard


def _now() -> datetime:
    from smarketing.lib.clock import now

    return now()


if __name__ == "__main__":
    main()
