"""Fixtures of every test: the database of this worker, and a fixed cast in two organisations.

The tests sign in to the database as ``sm_web``. A plain ``db`` test runs in one transaction that is rolled
back; a ``transaction=True`` test commits for real and the owner's connection empties the tables after it.

# Note [The same examples every time]
An ordinary run draws what its tests' own text determines, so that a red run is somebody's doing and nobody's luck.
The long runs (``SOAK`` above 1) draw anew each time, and print how to repeat what they find.
"""

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from hypothesis import settings as drawing

from intake import crowd
from smarketing.lib.scope import tenant_scope
from tests.support import Cast, make_cast

# Nothing of an example is timed: other workers use the same processors.
drawing.register_profile("ordinary", derandomize=True, deadline=None)
drawing.register_profile("soak", derandomize=False, deadline=None, print_blob=True)
drawing.load_profile("soak" if int(os.environ.get("SOAK", "1")) > 1 else "ordinary")


def pytest_collection_finish() -> None:
    """Leave what stands by now to itself: a full collection would walk fourteen thousand tests each time."""
    gc.collect()
    gc.freeze()


KEPT_TABLES = ("django_migrations", "django_content_type")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, services: Any) -> Iterator[None]:
    """The services plugin has made and migrated this worker's database already."""
    # The real hash is slow on purpose: half a second for each of the cast, in every test.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # All workers ask from one address, faster than any client may; tests of the limits set their own.
    settings.RATE_PER_ADDRESS = settings.RATE_PER_KEY = settings.RATE_PER_FORM = settings.RATE_PER_VISITOR = 1_000_000
    TransactionTestCase._fixture_teardown = lambda _self: empty_all_tables(services)  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        yield


def empty_all_tables(services: Any) -> None:
    """Empty every table as the superuser: the application's roles may not."""
    connection = psycopg2.connect(services.url("admin"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        names = ", ".join(name for (name,) in cursor.fetchall() if name not in KEPT_TABLES)
        cursor.execute(f"truncate {names} restart identity cascade")
    connection.close()


@pytest.fixture(autouse=True)
def no_crowd() -> None:
    """Who posts in a test comes alone: tests follow on each other faster than people do."""
    crowd.forget()


@pytest.fixture
def at() -> datetime:
    """A Monday morning inside everybody's hours: 2 March 2026, 10:00 in Vienna."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def cast(db: None, at: datetime) -> Cast:
    """Organisation acme with its seven people and globex with gus, the stranger; no scope is open."""
    return make_cast(at=at)


@pytest.fixture
def acme(cast: Cast) -> Iterator[Cast]:
    """The cast, inside acme's scope."""
    with tenant_scope(cast.acme.pk):
        yield cast


@pytest.fixture
def live_cast(transactional_db: None, at: datetime) -> Cast:
    """The cast, committed, for tests with several connections, processes or a browser."""
    return make_cast(at=at)


@pytest.fixture
def client_of() -> Any:
    """Return a function that signs a member in and gives their browser-like client."""
    from tests.support import signed_in

    return signed_in


@pytest.fixture
def anonymous() -> Client:
    """A client that is not signed in."""
    return Client()
