"""How long the sweep takes, and that it depends on what is due, not on what is open.

Run it as `python benchmarks/bench_sweep.py [running …]`; it starts a database of its own.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from smarketing.services import instance, postgres, roles  # noqa: E402 -- the path comes first

DUE = 1_000
SIZES = (10_000, 200_000)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

FILL = """
insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
  target_seconds, warn_shares, state, started_at, used_seconds, running_since, due_at, warn_at, step, next_event_at,
  pause_reason)
select s.organisation_id, s.id, uuidv7(), 'bench-' || n / 30000, 'sales', s.version_id, 1 + n %% 30000, 24,
  'elapsed_hours', 86400, '[]', 'running', %(at)s, 0, %(at)s,
  case when n < %(due)s then %(at)s - interval '1 hour' else %(at)s + make_interval(mins => 1 + n %% 100000) end,
  '[]', 0,
  case when n < %(due)s then %(at)s - interval '1 hour' else %(at)s + make_interval(mins => 1 + n %% 100000) end, ''
from generate_series(0, %(size)s - 1) n cross join (select * from sla_subject limit 1) s
"""


def main() -> None:
    """Measure each size on a fresh table and print milliseconds and their ratio."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="smarketing-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with postgres.start(data) as server:
            _prepare(server, data)
            figures = [_measure(server, size) for size in sizes]
    sweeps, idles = [figure[0] for figure in figures], [figure[1] for figure in figures]
    print(f"sweep of {DUE:,} due, {sizes[-1]:,} against {sizes[0]:,} running: {sweeps[-1] / sweeps[0]:.2f} x")
    print(f"empty tick, {sizes[-1]:,} against {sizes[0]:,} running: {idles[-1] / idles[0]:.2f} x")


def _prepare(server: Any, data: Path) -> None:
    # The sweep needs no Valkey; the settings want an address all the same.
    kept = instance.read(data) | {"valkey_port": 1}
    roles.ensure(server.admin_url(), db=instance.DATABASE, passwords=kept["passwords"])
    migrate = os.environ | instance.variables(kept, "migrate", data)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=migrate, check=True)
    os.environ.update(instance.variables(kept, "worker", data))
    os.environ["SWEEPER_DATABASE_URL"] = instance.database_url(kept, "sweeper")
    os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"
    import django

    django.setup()
    _open_one_subject()


def _open_one_subject() -> None:
    from sla import actions, queries
    from smarketing.lib.scope import tenant_scope
    from tenants.actions import create_organisation

    made = create_organisation(name="bench", country="AT", zone="Europe/Vienna", admin_email="a@example.com", at=NOW)
    with tenant_scope(made.organisation.pk):
        version = queries.agreement_in_force(at=NOW)
        assert version is not None
        actions.open_subject(kind="month", thread_id=None, version=version, opened_at=NOW, zone="Europe/Vienna")


def _measure(server: Any, size: int) -> tuple[float, float]:
    from sla.actions import sweep_batch

    sweeps = []
    for _round in range(5):
        _fill(server, size)
        moved, took = _timed(lambda: sweep_batch(at=NOW) + sweep_batch(at=NOW))
        assert moved == DUE
        sweeps.append(took)
    idles = [_timed(lambda: sweep_batch(at=NOW))[1] for _round in range(200)]
    sweep, idle = statistics.median(sweeps), statistics.median(idles)
    print(f"{size:>9,} running: {DUE:,} due in {sweep:.1f} ms, empty tick {idle:.2f} ms")
    return sweep, idle


def _fill(server: Any, size: int) -> None:
    connection = psycopg2.connect(server.url("admin"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("truncate sla_clock, events_outbox, events_event")
        cursor.execute(FILL, {"size": size, "due": DUE, "at": NOW})
        cursor.execute("vacuum analyze sla_clock")
        cursor.execute("checkpoint")
    connection.close()


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    begun = time.perf_counter()
    answer = work()
    return answer, (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
