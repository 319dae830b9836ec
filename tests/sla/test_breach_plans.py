"""However long the history: breaches and the health page are read by the indexes made for them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sla import queries
from sla.actions.escalating import DUE
from sla.actions.recalculating import behind
from sla.models import CalendarVersion
from sla.queries.health import engine_health
from smarketing.lib.scope import tenant_scope
from tests.sla.support import make_subject, vienna
from tests.support import make_cast

NOW = vienna("2026-03-16 10:00")
ZONE = "Europe/Vienna"
MARCH: dict[str, Any] = {"first": date(2026, 3, 1), "last": date(2026, 3, 31), "zone": ZONE, "at": NOW}

PLANS: dict[str, tuple[Callable[[], Any], set[str]]] = {
    "open breaches": (
        lambda: list(queries.open_breach_clocks(at=NOW).order_by("-due_at", "-pk")[:200]),
        {"clock_breach_open|clock_open"},
    ),
    "past breaches": (lambda: list(queries.past_breach_clocks(at=NOW)[:25]), {"clock_breached"}),
    "days since the last breach": (lambda: queries.days_since_last_breach(at=NOW), {"clock_breached"}),
    "promises of a month": (lambda: queries.kept_between(**MARCH), {"clock_due_in_period"}),
    "health": (lambda: engine_health(at=NOW), {"clock_due|clock_open", "clock_breached"}),
    "what follows a calendar": (lambda: list(behind(_calendar())[:500]), {"clock_open"}),
    "what counts on a calendar": (lambda: queries.uses_of(_calendar().calendar, at=NOW), {"clock_open"}),
}


def _calendar() -> CalendarVersion:
    return queries.calendar_in_force("board")


# Two years of one organisation: most kept, some late and done, a few open.
HISTORY = """
insert into sla_clock (organisation_id, subject_id, commitment, side, version_id, cycle, amount, unit, target_seconds,
  warn_shares, state, started_at, used_seconds, due_at, warn_at, step, pause_reason, stopped_at, breached_at,
  running_since, next_event_at, escalate_shares, escalation_step)
select s.organisation_id, s.id, 'made', 'sales', s.version_id, n, 24, 'elapsed_hours', 86400, '[]', f.state, due, 0,
  due,
  '[]', 0, '', case when f.state <> 'running' and n %% 500 <> 91 then due end,
  case when f.state = 'breached' then due end, due, case when f.state = 'running' then due end, '[]', 0
from generate_series(1, 20000) n cross join sla_subject s
cross join lateral (select %(at)s + interval '2 hours' - make_interval(hours => 20000 - n) as due) d
cross join lateral (select case when due > %(at)s then 'running' when n %% 100 < 91 then 'met' else 'breached' end
  as state) f
"""


@pytest.mark.django_db(transaction=True)
def test_breaches_are_read_by_their_indexes(transactional_db: None, services: Any) -> None:
    cast = make_cast(at=vienna("2024-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        make_subject(at=vienna("2024-01-02 09:00"))
    _fill(services)
    plans = {}
    with tenant_scope(cast.acme.pk):
        for name, (work, _wanted) in PLANS.items():
            with CaptureQueriesContext(connection) as captured:
                work()
            statements = [query["sql"] for query in captured.captured_queries if "sla_clock" in query["sql"]]
            plans[name] = "\n".join(line for statement in statements for line in _explained(statement))
    for name, (_work, wanted) in PLANS.items():
        assert "Seq Scan on sla_clock" not in plans[name], plans[name]
        assert all(any(index in plans[name] for index in names.split("|")) for names in wanted), (name, plans[name])


def _fill(services: Any) -> None:
    """Write the history past the foreign keys, as the superuser."""
    with psycopg2.connect(services.url("admin")) as owner, owner.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(HISTORY, {"at": NOW})
        cursor.execute("analyze sla_clock")
    owner.close()


def _explained(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"explain {statement}")
        return [line for (line,) in cursor.fetchall()]


def test_the_ladder_reads_the_head_of_its_index(services: Any, django_db_setup: None) -> None:
    sweeper = psycopg2.connect(services.url("sweeper"))
    with sweeper.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {DUE}", {"at": NOW, "limit": 200})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    sweeper.close()
    assert "Index Scan using clock_escalation" in plan
    assert "Sort" not in plan


def test_the_sweep_reads_the_head_of_its_index_and_marks_what_is_dead(services: Any, django_db_setup: None) -> None:
    sweeper = psycopg2.connect(services.url("sweeper"))
    with sweeper.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "explain select id from sla_clock where state = 'running' and next_event_at < now()"
            " order by next_event_at limit 500 for update skip locked"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    sweeper.close()
    assert "Index Scan using clock_due" in plan
    assert "Bitmap" not in plan
