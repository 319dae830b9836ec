"""The ground of the benchmarks: a database of their own, and rows in bulk."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from smarketing.services import instance, postgres, roles, valkey  # noqa: E402 -- the path comes first

# Work of several tenths of a second needs no more exact figures; a tick of a fraction of a millisecond does.
ROUNDS = 5
TICKS = 200


@dataclass(frozen=True)
class Ground:
    """A running database with its folder; ``variables`` are those of the part of the product that it was made for."""

    server: Any
    data: Path
    variables: dict[str, str]

    def ask(self, statement: str, values: dict[str, Any] | None = None) -> list[Any]:
        """Run a statement as the superuser, past policies and foreign keys."""
        connection = psycopg2.connect(self.server.url("admin"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            # Rows in bulk: what they refer to is there, nobody needs to look a million times.
            cursor.execute("set session_replication_role = replica")
            cursor.execute(statement, values)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows


@contextmanager
def ground(*, with_queue: bool = False, part: str = "worker", **settings: str) -> Iterator[Ground]:
    """Start a migrated database (and Valkey) in a folder of its own; Django is set up on it as the worker.

    Or as another part, such as "web". ``settings`` are the server's own.
    """
    # Who is ended ends what it has started; what went on would be measured with the next benchmark.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    with tempfile.TemporaryDirectory(prefix="smarketing-bench-", dir=os.environ.get("BENCH_DIR")) as folder:
        data = Path(folder)
        data.chmod(0o755)
        with postgres.start(data, settings=settings) as server:
            queue = valkey.start(data) if with_queue else None
            try:
                yield _prepared(server, data, part)
            finally:
                if queue:
                    queue.stop()


def _prepared(server: Any, data: Path, part: str) -> Ground:
    instance.prepare(data)
    # Without a queue the settings want an address all the same.
    kept = {"valkey_port": 1, **instance.read(data)}
    roles.ensure(server.admin_url(), db=instance.DATABASE, passwords=kept["passwords"])
    migrate = os.environ | instance.variables(kept, "migrate", data)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=migrate, check=True)
    variables = instance.variables(kept, part, data)
    os.environ.update(variables)
    os.environ.update({"DJANGO_SETTINGS_MODULE": "smarketing.settings", "ALLOWED_HOSTS": "testserver,localhost"})
    import django

    django.setup()
    if part == "web":
        # As in the server: what the process begins with is imported now, and left alone by the garbage collector.
        import_module("smarketing.wsgi")
    return Ground(server, data, variables)


def open_organisations(number: int, *, at: datetime) -> list[int]:
    """Make organisations with one subject each, to which rows in bulk refer; return their ids."""
    from sla import actions, queries
    from smarketing.lib.scope import tenant_scope
    from tenants.actions import create_organisation

    ids = []
    for n in range(number):
        made = create_organisation(
            name=f"bench {n}", country="AT", zone="Europe/Vienna", admin_email=f"a{n}@example.com", at=at
        )
        ids.append(made.organisation.pk)
        with tenant_scope(made.organisation.pk):
            version = queries.agreement_in_force(at=at)
            assert version is not None
            actions.open_subject(kind="handover", thread_id=None, version=version, opened_at=at, zone="Europe/Vienna")
    return ids


def load() -> str:
    """Say how busy the machine is besides."""
    return f"load average {os.getloadavg()[0]:.1f}"
