"""What breaches and compliance cost where an organisation has a long history, and what a check of it costs.

Run it as `python benchmarks/bench_history.py [clocks]`; it starts a database of its own. A million clocks over two
years: nine in ten kept, the others late, excused or closed, a few still open.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from ground import ROUNDS, Ground, ground, load, open_organisations

CLOCKS = 1_000_000
CHECKED = 20_000
NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
ZONE = "Europe/Vienna"

# From the oldest to the newest; each is kept an hour before its deadline or broken, as its number says.
FILL = """
insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
  target_seconds, warn_shares, state, started_at, used_seconds, due_at, warn_at, step, pause_reason, stopped_at,
  closed_at, breached_at, detected_at, late_seconds, owner_id, running_since, next_event_at, escalate_shares,
  escalation_step)
select s.organisation_id, s.id, uuidv7(), 'bench-' || n / 30000, case when n %% 5 = 0 then 'marketing' else 'sales' end,
  s.version_id, 1 + n %% 30000, 24, 'elapsed_hours', 86400, '[]', f.state, due - interval '24 hours', 82800, due,
  '[]', 0, '',
  case when f.state = 'met' then due - interval '1 hour' when f.kind = 'late' then due + interval '3 hours' end,
  case when f.kind = 'closed' then due + interval '1 day' end,
  case when f.state in ('breached', 'excused') then due end,
  case when f.state in ('breached', 'excused') then due end,
  case when f.kind = 'late' then 10800 end, (select id from tenants_membership limit 1),
  case when f.state = 'running' then due - interval '24 hours' end, case when f.state = 'running' then due end,
  '[]', 0
from generate_series(0, %(size)s - 1) n cross join (select * from sla_subject limit 1) s
cross join lateral (
  select %(at)s + interval '12 hours' - make_interval(secs => (%(size)s - n) * (63072000.0 / %(size)s)) as due) d
cross join lateral (select case when due > %(at)s then 'running' when n %% 100 < 91 then 'met'
  when n %% 100 = 99 then 'excused' else 'breached' end as state,
  case when n %% 100 between 91 and 95 then 'late'
       when n %% 100 between 96 and 98 and due < %(at)s - interval '3 days' then 'closed' else '' end as kind) f
"""


def main() -> None:
    """Measure each query and print milliseconds."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else CLOCKS
    with ground() as place:
        (organisation_id,) = open_organisations(1, at=datetime(2024, 1, 1, tzinfo=UTC))
        place.ask(FILL, {"size": size, "at": NOW})
        place.ask("vacuum analyze sla_clock")
        for name, work in _queries().items():
            took, plan = _measure(organisation_id, work)
            print(f"{name:<42} {took:8.1f} ms   {plan}")
        _check(place, organisation_id)
    print(load())


def _queries() -> dict[str, Callable[[], Any]]:
    from sla import queries
    from sla.queries.health import engine_health

    month: dict[str, Any] = {"first": date(2026, 3, 1), "last": date(2026, 3, 31), "zone": ZONE, "at": NOW}

    return {
        "open breaches": lambda: queries.open_breaches(at=NOW, zone=ZONE, limit=200),
        "past breaches, first page": lambda: list(queries.past_breach_clocks(at=NOW)[:25]),
        "past breaches of one side, first page": lambda: list(queries.past_breach_clocks(at=NOW, side="sales")[:25]),
        "past breaches, how many": lambda: queries.past_breach_clocks(at=NOW).count(),
        "days since the last breach": lambda: queries.days_since_last_breach(at=NOW),
        "promises of a month": lambda: queries.kept_between(**month),
        "breaches by owner": lambda: queries.breaches_by_owner(queries.kept_between(**month), at=NOW),
        "health of the engine": lambda: engine_health(at=NOW),
    }


def _measure(organisation_id: int, work: Callable[[], Any]) -> tuple[float, str]:
    """Return the median of some runs, and by which indexes clocks were read."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from smarketing.lib.scope import tenant_scope

    took = []
    with tenant_scope(organisation_id):
        work()
        for _round in range(ROUNDS):
            begun = time.perf_counter()
            work()
            took.append((time.perf_counter() - begun) * 1000)
        with CaptureQueriesContext(connection) as captured:
            work()
        plans = []
        for query in captured.captured_queries:
            if "sla_clock" in query["sql"]:
                with connection.cursor() as cursor:
                    cursor.execute(f"explain {query['sql']}")
                    plans += [line for (line,) in cursor.fetchall()]
    return statistics.median(took), ", ".join(sorted({_node(line) for line in plans} - {""}))


def _node(line: str) -> str:
    if "Seq Scan on sla_clock" in line:
        return "WHOLE TABLE"
    for mark in ("using ", "Bitmap Index Scan on "):
        if mark in line and "clock" in line:
            return line.split(mark)[1].split(maxsplit=1)[0]
    return ""


def _check(place: Ground, organisation_id: int) -> None:
    """Check clocks against their events: the figure for a million follows from some thousand."""
    from sla import actions
    from sla.actions.verifying import BATCH, open_verification, verify_some
    from sla.models import Subject
    from smarketing.lib.clock import now
    from smarketing.lib.scope import tenant_scope

    place.ask("truncate sla_clock, events_event cascade")
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with tenant_scope(organisation_id):
        subject = Subject.objects.select_related("version")[0]
        for _number in range(CHECKED // 100):
            actions.start_clock(subject, "decision", at=at)
    place.ask(COPIES, {"times": 99})
    place.ask("vacuum analyze sla_clock")
    place.ask("vacuum analyze events_event")
    after, more, begun, checked = None, True, time.perf_counter(), 0
    with tenant_scope(organisation_id):
        report = open_verification(thorough=True, at=now())
    while more:
        with tenant_scope(organisation_id):
            found = verify_some(report, after=after, at=at)
        assert not found.differences, found.differences[0]
        after, more, checked = found.last, found.count == BATCH, checked + found.count
    took = time.perf_counter() - begun
    print(f"check of {checked:,} clocks against their events: {took:.1f} s, {checked / took:,.0f} a second")


# Every clock and its events a hundred times, each with an id of its own.
COPIES = """
with originals as (select *, row_number() over (order by id) as place from sla_clock),
copies as (
  insert into sla_clock select (jsonb_populate_record(null::sla_clock,
    to_jsonb(c) - 'place' || jsonb_build_object('id', uuidv7(), 'cycle', c.cycle, 'commitment', 'copy-' || n,
      'pause_reason', c.id))).*
  from originals c cross join generate_series(1, %(times)s) n
  returning organisation_id, id, pause_reason
), told as (
  insert into events_event select (jsonb_populate_record(null::events_event,
    to_jsonb(e) || jsonb_build_object('id', uuidv7(), 'subject_id', copies.id, 'once_key', null))).*
  from copies join events_event e on e.subject_id = copies.pause_reason::uuid
)
select count(*) from copies
"""


if __name__ == "__main__":
    main()
