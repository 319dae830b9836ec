"""How long the sweep takes, and that it depends on what is due, not on what is open.

Run it as `python benchmarks/bench_sweep.py [running …]`; it starts a database of its own. The clocks belong to a
hundred organisations; a thousand of them are due, a tenth of those at a warning. Every clock has a next step of its
ladder ahead; that of two hundred real ones is due in the end.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ground import ROUNDS, TICKS, Ground, ground, load, open_organisations

DUE = 1_000
STEPS = 200
ORGANISATIONS = 100
SIZES = (10_000, 1_000_000)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

# The same thread for many cycles keeps the rows apart without a million subjects.
FILL = """
insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
  target_seconds, warn_shares, state, started_at, used_seconds, running_since, due_at, warn_at, step, next_event_at,
  pause_reason, escalate_shares, escalation_step, escalate_at)
select s.organisation_id, s.id, uuidv7(), 'bench-' || n / 3000000, 'sales', s.version_id, 1 + (n / 100) %% 30000, 24,
  'elapsed_hours', 86400, '[50, 75, 90]', 'running', %(at)s, 0, %(at)s, %(at)s + ahead,
  jsonb_build_array(%(at)s + ahead * 0.5, %(at)s + ahead * 0.75, %(at)s + ahead * 0.9), 0, %(at)s + ahead * 0.5, '',
  '[100]', 0, %(at)s + ahead
from generate_series(0, %(size)s - 1) n
join (select row_number() over (order by organisation_id) - 1 as number, * from sla_subject) s on s.number = n %% 100
cross join lateral (select make_interval(mins => 60 + ((n::bigint * 7919) %% 100000)::int) as ahead) a
"""

# The due ones of a round, spread over the whole table and all organisations.
MAKE_DUE = """
with chosen as (
  select organisation_id, id, row_number() over (order by id) as n from (
    select organisation_id, id from sla_clock tablesample bernoulli (least(200000.0 / %(size)s, 100)) limit %(due)s) t
)
update sla_clock c
set state = 'running', breached_at = null, detected_at = null, step = 0,
    next_event_at = %(at)s - interval '1 hour',
    due_at = case when n %% 10 = 0 then %(at)s + interval '1 hour' else %(at)s - interval '1 hour' end,
    warn_at = case when n %% 10 = 0
      then jsonb_build_array(%(at)s - interval '1 hour', %(at)s + interval '30 minutes', %(at)s + interval '40 minutes')
      else jsonb_build_array(%(at)s - interval '4 hours', %(at)s - interval '3 hours', %(at)s - interval '2 hours')
      end
from chosen where c.id = chosen.id
"""

CLAIM = """
select id from sla_clock where state = 'running' and next_event_at < %(at)s
order by next_event_at limit 500 for update skip locked
"""


def main() -> None:
    """Measure each size and print milliseconds and their ratios."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    with ground() as place:
        open_organisations(ORGANISATIONS, at=NOW)
        figures = [_measure(place, size) for size in sizes]
    names = (
        "sweep of 1,000 due",
        "empty claim",
        "empty tick with its record",
        "empty look at the ladder",
        f"a step of the ladder of {STEPS}",
    )
    for number, name in enumerate(names):
        first, last = figures[0][number], figures[-1][number]
        print(f"{name}: {last:.2f} ms at {sizes[-1]:,} running, {first:.2f} ms at {sizes[0]:,}: {last / first:.2f} x")
    print(load())


def _measure(place: Ground, size: int) -> tuple[float, ...]:
    from sla.actions import escalate_due, sweep, sweep_batch

    place.ask("truncate sla_clock, events_outbox, events_event cascade")
    place.ask(FILL, {"size": size, "at": NOW})
    place.ask("vacuum analyze sla_clock")
    sweeps = [_due(place, size, sweep_batch) for _round in range(ROUNDS)]
    idle = [_timed(lambda: sweep_batch(at=NOW)) for _round in range(TICKS)]
    place.ask("update sla_clock set next_event_at = next_event_at + interval '100 years' where state = 'running'")
    place.ask("vacuum analyze sla_clock")
    ticks = [_timed(sweep) for _round in range(TICKS)]
    # What is due there is due for the sweep first, and no ladder climbs on what it does not know.
    place.ask("update sla_clock set escalate_at = escalate_at + interval '100 years'")
    place.ask("vacuum analyze sla_clock")
    ladders = [_timed(lambda: escalate_due(at=NOW)) for _round in range(TICKS)]
    medians = [statistics.median(times) for times in (sweeps, idle, ticks, ladders)]
    print(f"{size:>9,} running: {DUE:,} due in {medians[0]:.1f} ms, claim by {_index_of()}, {load()}")
    return *medians, _steps()


def _steps() -> float:
    """Let real clocks breach and take their first step; return the milliseconds for one."""
    from sla import actions, queries
    from smarketing.lib.scope import tenant_scope

    begun = NOW - timedelta(hours=30)
    with tenant_scope(1):
        version = queries.agreement_in_force(at=NOW)
        assert version is not None
        for _number in range(STEPS):
            subject = actions.open_subject(
                kind="handover", thread_id=None, version=version, opened_at=begun, zone="Europe/Vienna", tier="standard"
            )
            actions.start_clock(subject, "first_contact", at=begun)
    while actions.sweep_batch(at=NOW):
        pass
    taken = 0

    def work() -> None:
        nonlocal taken
        taken = actions.escalate_due(at=NOW)

    took = _timed(work)
    assert taken == STEPS, taken
    return took / STEPS


def _due(place: Ground, size: int, sweep_batch: Callable[..., int]) -> float:
    """Make a thousand clocks due, sweep them, return the milliseconds."""
    place.ask(MAKE_DUE, {"due": DUE, "at": NOW, "size": size})
    place.ask("checkpoint")
    moved = 0

    def work() -> None:
        nonlocal moved
        while batch := sweep_batch(at=NOW):
            moved += batch

    took = _timed(work)
    assert moved == DUE, moved
    return took


def _index_of() -> str:
    """Return what the claim's plan reads, in the role of the sweep."""
    from django.db import connections

    with connections["sweeper"].cursor() as cursor:
        cursor.execute(f"explain {CLAIM}", {"at": NOW})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return "index clock_due" if "Index Scan using clock_due" in plan else plan


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
