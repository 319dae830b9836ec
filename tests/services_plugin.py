"""A pytest plugin: real PostgreSQL and Valkey for one run, shared by all of its workers.

Loaded with `-p tests.services_plugin`, so that the variables stand before pytest-django
reads the settings. Each worker gets a database copied from a template that is migrated once.
With TEST_SERVICES_DATA=DIR the server in DIR outlives the run and the template is made
anew only when something that shapes it has changed: a second run starts in a moment.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg2
import pytest

from smarketing.services import fingerprint, instance, postgres, process, roles, valkey

ROOT: Final = Path(__file__).resolve().parent.parent
TEMPLATE: Final = "smarketing_template"
HANDED_DOWN: Final = "SMARKETING_TEST_RUN"

# The data of a test run are thrown away: nothing is gained by waiting for the disk.
FAST: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}

SHAPES_THE_TEMPLATE: Final = (
    "*/migrations/*.py",
    "smarketing/settings.py",
    "smarketing/lib/migrations.py",
    "smarketing/services/roles.sql",
    "requirements.lock",
)


@dataclass(frozen=True)
class Services:
    """What one worker of one run may use."""

    cluster: Path
    run: Path
    suffix: str
    worker: str

    @property
    def database(self) -> str:
        """The worker's own database."""
        return f"smarketing_{self.worker}{self.suffix}"

    @property
    def kept(self) -> dict[str, Any]:
        """Ports and passwords: PostgreSQL's may outlive the run, Valkey's never does."""
        of_the_run = instance.read(self.run)
        return instance.read(self.cluster) | {name: of_the_run[name] for name in ("valkey_port", "valkey_password")}

    def url(self, role: str) -> str:
        """The worker's database as admin, migrate, web, worker or sweeper."""
        return instance.database_url(self.kept, role, self.database)

    def admin_url(self, db: str = "postgres") -> str:
        """Another database of the server, as its superuser."""
        return instance.database_url(self.kept, "admin", db)

    @property
    def redis_url(self) -> str:
        """The worker's own numbered database of the run's Valkey."""
        number = 0 if self.worker == "master" else 1 + int(self.worker.removeprefix("gw"))
        return instance.redis_url(self.kept, number)

    @property
    def data(self) -> Path:
        """The worker's own data folder."""
        return self.run / self.worker

    def environment(self, role: str) -> dict[str, str]:
        """The variables of a process of `role` (migrate, web, worker, beat) on these services."""
        named = instance.variables(self.kept, role, self.data, self.database)
        fixed = {"REDIS_URL": self.redis_url, "BASE_URL": "http://localhost:8000"}
        return named | instance.OPEN_TO_THE_SHELL | fixed


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the services before anybody reads the settings; a worker finds them started."""
    options = early_config.known_args_namespace
    if options.collectonly or options.help or options.version:
        os.environ["SMARKETING_NO_SERVICES"] = "1"
        return (yield)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "master")
    if worker == "master":
        try:
            _start(early_config)
        except process.ServiceFailed as error:
            raise pytest.UsageError(str(error)) from error
    services = _of_worker(worker)
    (services.data / "static").mkdir(parents=True, exist_ok=True)
    early_config.stash[_SERVICES] = services
    os.environ.update(services.environment("web"))
    # The suite signs in as the web; the sweeper's own address is needed by the tests of the sweep.
    os.environ["SWEEPER_DATABASE_URL"] = services.url("sweeper")
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called in the controller for each worker: its database is there before it starts."""
    _create_database(_of_worker(node.gateway.id))


@pytest.fixture(scope="session")
def services(pytestconfig: pytest.Config) -> Services:
    """The real services of this run; `url(role)`, `admin_url()`, `redis_url`, `environment(role)`."""
    return pytestconfig.stash[_SERVICES]


_SERVICES: Final = pytest.StashKey[Services]()
_SERVER: Final = pytest.StashKey[postgres.Postgres]()


def _of_worker(worker: str) -> Services:
    run = json.loads(os.environ[HANDED_DOWN])
    return Services(Path(run["cluster"]), Path(run["run"]), run["suffix"], worker)


def _start(config: pytest.Config) -> None:
    run = Path(tempfile.mkdtemp(prefix="smarketing-test-"))
    config.add_cleanup(lambda: shutil.rmtree(run))
    keep = os.environ.get("TEST_SERVICES_DATA")
    cluster = Path(keep).resolve() if keep else run
    cluster.mkdir(parents=True, exist_ok=True)
    # Databases of runs side by side on a kept server must not meet.
    suffix = f"_{os.getpid()}" if keep else ""
    os.environ[HANDED_DOWN] = json.dumps({"cluster": str(cluster), "run": str(run), "suffix": suffix})
    config.add_cleanup(valkey.start(run).stop)
    with instance.locked(cluster, "tests.lock", wait=True):
        server = postgres.start(cluster, settings=FAST, lasting=bool(keep))
        config.stash[_SERVER] = server
        config.add_cleanup(_drop_databases if keep else server.stop)
        _drop_databases_of_dead_runs()
        _migrate_template(_of_worker("master"))
    _create_database(_of_worker("master"))


def _migrate_template(services: Services) -> None:
    digest = fingerprint.of_content(*SHAPES_THE_TEMPLATE)
    if instance.read(services.cluster).get("template") == digest:
        return
    instance.remember(services.cluster, template=None)
    _execute(services, f"drop database if exists {TEMPLATE} with (force)")
    roles.ensure(services.admin_url(), db=TEMPLATE, passwords=services.kept["passwords"])
    variables = instance.variables(services.kept, "migrate", services.run, TEMPLATE)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise process.ServiceFailed(f"The test database could not be migrated:\n{done.stdout}")
    instance.remember(services.cluster, template=digest)


def _create_database(services: Services) -> None:
    with instance.locked(services.cluster, "tests.lock", wait=True):
        _execute(services, f"create database {services.database} template {TEMPLATE}")
        # Settings and rights of a database are not copied with it.
        roles.ensure(services.admin_url(), db=services.database, passwords=services.kept["passwords"])


def _drop_databases() -> None:
    """Remove what this run has made from a server that goes on."""
    master = _of_worker("master")
    for name in _databases(master):
        if name.endswith(master.suffix):
            _execute(master, f"drop database {name} with (force)")


def _drop_databases_of_dead_runs() -> None:
    master = _of_worker("master")
    for name in _databases(master):
        owner = name.rpartition("_")[2]
        if owner.isdigit() and not process.is_alive(int(owner)):
            _execute(master, f"drop database {name} with (force)")


def _databases(services: Services) -> Iterator[str]:
    query = "select datname from pg_database where datname like 'smarketing\\_%\\_%'"
    yield from (name for (name,) in _execute(services, query))


def _execute(services: Services, statement: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(services.admin_url())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
