"""The roles can do what their process needs, and nothing besides."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors

from smarketing.services import instance, postgres, roles
from smarketing.services.process import ServiceFailed
from tests.services.conftest import forget

APPLICATION = ("web", "worker", "sweeper")


class Database:
    """A server with the roles and one table made by the migrating role."""

    def __init__(self, server: postgres.Postgres) -> None:
        self.server = server
        self.passwords: dict[str, str] = instance.read(server.data)["passwords"]
        self.ensure()
        self.ask("migrate", "create table thing (id int)")
        self.ask("migrate", "grant select, insert, update on thing to sm_web, sm_worker")

    def ensure(self) -> None:
        roles.ensure(self.server.admin_url(), db=instance.DATABASE, passwords=self.passwords)

    def ask(self, role: str, statement: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.server.url(role))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    data: Path = tmp_path_factory.mktemp("roles")
    with postgres.start(data) as server:
        yield Database(server)
    forget(data)


def test_no_role_has_a_privilege_of_the_cluster(database: Database) -> None:
    powerful = (
        "select rolname from pg_roles where rolname like 'sm\\_%' and"
        " (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication)"
    )
    assert database.ask("admin", powerful) == []


def test_nobody_signs_in_as_the_owner(database: Database) -> None:
    assert database.ask("admin", "select rolcanlogin from pg_roles where rolname = 'sm_owner'") == [(False,)]


def test_migrations_act_as_the_owner(database: Database) -> None:
    assert database.ask("migrate", "select session_user, current_user") == [("sm_migrate", "sm_owner")]
    assert database.ask("admin", "select tableowner from pg_tables where tablename = 'thing'") == [("sm_owner",)]


def test_the_owner_owns_database_and_schema(database: Database) -> None:
    owners = (
        "select pg_get_userbyid(datdba), pg_get_userbyid(nspowner) from pg_database, pg_namespace"
        " where datname = 'smarketing' and nspname = 'public'"
    )
    url = database.server.admin_url("smarketing")
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(owners)
            assert cursor.fetchall() == [("sm_owner", "sm_owner")]
    finally:
        connection.close()


@pytest.mark.parametrize("role", APPLICATION)
@pytest.mark.parametrize(
    "statement",
    [
        "set role sm_owner",
        "set role sm_migrate",
        "set role postgres",
        "truncate thing",
        "drop table thing",
        "alter table thing disable row level security",
        "create table mine ()",
        "create schema mine",
        "create temporary table mine ()",
        "create role mine",
    ],
)
def test_the_application_may_not(database: Database, role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        database.ask(role, statement)


@pytest.mark.parametrize("role", ["web", "worker"])
def test_the_application_may_what_a_migration_granted(database: Database, role: str) -> None:
    database.ask(role, "insert into thing values (1)")
    assert (1,) in database.ask(role, "select id from thing")


def test_the_sweeper_has_nothing_that_was_not_granted_to_it(database: Database) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        database.ask("sweeper", "select id from thing")


@pytest.mark.parametrize("role", APPLICATION)
def test_a_forgotten_transaction_ends_after_a_minute(database: Database, role: str) -> None:
    assert database.ask(role, "show idle_in_transaction_session_timeout") == [("1min",)]


def test_a_migration_may_think_long(database: Database) -> None:
    assert database.ask("migrate", "show idle_in_transaction_session_timeout") == [("0",)]


def test_a_page_waits_half_a_minute_at_most(database: Database) -> None:
    assert database.ask("web", "show statement_timeout") == [("30s",)]
    assert database.ask("web", "show lock_timeout") == [("10s",)]


@pytest.mark.parametrize("role", ["migrate", *APPLICATION])
def test_every_session_is_in_utc(database: Database, role: str) -> None:
    assert database.ask(role, "show timezone") == [("UTC",)]


def test_passwords_are_stored_as_scram(database: Database) -> None:
    stored = database.ask(
        "admin", "select rolname, rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname like 'sm\\_%'"
    )
    assert dict(stored) == {
        "sm_owner": None,
        "sm_migrate": True,
        "sm_web": True,
        "sm_worker": True,
        "sm_sweeper": True,
    }


def test_doing_it_again_changes_nothing(database: Database) -> None:
    database.ask("web", "insert into thing values (7)")
    before = snapshot(database)
    database.ensure()
    assert snapshot(database) == before
    assert (7,) in database.ask("web", "select id from thing")


def test_doing_it_again_takes_a_right_back_that_somebody_gave(database: Database) -> None:
    database.ask("admin", "alter role sm_web bypassrls createdb")
    database.ensure()
    assert database.ask("admin", "select rolbypassrls, rolcreatedb from pg_roles where rolname = 'sm_web'") == [
        (False, False)
    ]


def test_a_database_that_does_not_answer_is_named(database: Database) -> None:
    nowhere = database.server.admin_url().replace(str(database.server.port), "1")
    with pytest.raises(ServiceFailed, match="refused"):
        roles.ensure(nowhere, db="smarketing", passwords=database.passwords)


def snapshot(database: Database) -> list[list[tuple[Any, ...]]]:
    return [
        database.ask("admin", statement)
        for statement in (
            "select rolname, rolsuper, rolcanlogin, rolinherit from pg_roles where rolname like 'sm\\_%' order by 1",
            "select roleid::regrole, member::regrole, inherit_option, set_option from pg_auth_members order by 1, 2",
            "select datname, datacl::text from pg_database order by 1",
            "select setdatabase, setrole, setconfig::text from pg_db_role_setting order by 1, 2",
        )
    ]
