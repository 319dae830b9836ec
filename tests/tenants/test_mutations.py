"""Each belt is opened once: the others hold, or the test that guards it goes red."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, connections, models

from leads.models import Lead
from smarketing.lib import scope
from smarketing.lib.scope import tenant_scope
from smarketing.lib.tenancy import TenantManager
from tenants import access
from tenants.models import Membership, Organisation, User
from tenants.roles import Role
from tests.tenants import test_api_routes, test_models, test_routes
from tests.tenants.tables import OPERATIONS, PAGES, Page, filled, pages
from tests.tenants.test_canary import crawl_pages, leaks
from tests.tenants.test_catalogue import GUARDS
from tests.tenants.test_routes import undone
from tests.tenants.world import World, tenant_models

# Two of them ask for everything there is.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later"), pytest.mark.timeout(900)]


def everything_holds(world: World, *, further: bool = True) -> None:
    """Ask for every thing of globex as somebody who may, and look through everything that an administrator sees.

    One role for each will do: those who may not are refused before any of these belts is reached.
    """
    acme, globex = world.acme, world.globex
    for name in test_routes.WITH_THINGS:
        url, page = test_routes.address(name, acme, things=globex), PAGES[name]
        for method, roles in (("GET", page.get), ("POST", page.post)):
            if roles:
                answer = test_routes.ask(acme.client(min(roles)), method, url, filled(page.form, acme))
                assert answer.status_code == 404, (name, method, answer.status_code)
    for operation in test_api_routes.WITH_THINGS:
        headers = acme.keys[min(OPERATIONS[operation].roles)]
        answer = test_api_routes.call(operation, acme, headers, things=globex)
        assert answer.status_code == 404, (operation, answer.status_code)
    with undone():
        assert leaks(crawl_pages(acme, Role.ADMINISTRATOR, further=further).text(), world) == []


# Belt 1: the address names the organisation, and only its members come in.


def test_without_the_membership_check_the_matrix_is_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def everywhere(user: User) -> list[tuple[Organisation, Membership]]:
        return [(house.organisation, house.staff[Role.ADMINISTRATOR]) for house in (world.acme, world.globex)]

    monkeypatch.setattr(access, "memberships_of", everywhere)
    with pytest.raises(AssertionError):
        test_routes.test_nobody_else_comes_in("leads:list", "GET", world)


def test_without_the_role_check_the_matrix_is_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "require", lambda membership, *roles: None)
    with pytest.raises(AssertionError):
        test_routes.test_each_member_gets_what_the_role_may("tenants:keys", "GET", world)


# Belt 2: the scope.


def test_a_scope_that_sets_nothing_reads_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "_set_local", lambda connection, opened: None)
    with (
        pytest.raises(DatabaseError, match=r"unrecognized configuration|invalid input syntax"),
        tenant_scope(world.acme.organisation.pk),
    ):
        Lead.objects.count()


def test_without_the_guard_on_sql_the_policies_refuse(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "execute_wrappers", [])
    with undone(), pytest.raises(DatabaseError, match=r"unrecognized configuration|invalid input syntax"):
        models.QuerySet(Lead).count()


# Belt 3: the managers.


def test_without_the_managers_the_policies_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TenantManager, "get_queryset", models.Manager.get_queryset)
    with undone(), tenant_scope(world.acme.organisation.pk):
        assert "organisation_id" not in str(Lead.objects.only("pk").query).partition("WHERE")[2]
    # PostgreSQL applies them whatever is asked, so that the pages of the table will do.
    everything_holds(world, further=False)


# Belt 4: the policies.


@contextmanager
def policies_off(services: Any) -> Iterator[None]:
    """Switch the policies of every tenant's table off, for every role and every connection of this database."""
    tables = [model._meta.db_table for model in tenant_models()]
    admin = psycopg2.connect(services.url("admin"), options="-c lock_timeout=10s")
    admin.autocommit = True
    try:
        with admin.cursor() as cursor:
            cursor.execute(";".join(f"alter table {table} disable row level security" for table in tables))
            try:
                yield
            finally:
                cursor.execute(";".join(f"alter table {table} enable row level security" for table in tables))
    finally:
        admin.close()


def test_without_the_policies_the_managers_hold(world: World, services: Any) -> None:
    with policies_off(services):
        everything_holds(world)


def test_without_managers_and_policies_the_matrix_is_red(
    world: World, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TenantManager, "get_queryset", models.Manager.get_queryset)
    with policies_off(services), pytest.raises(AssertionError):
        everything_holds(world)


def test_without_the_policies_their_tests_are_red(world: World, services: Any) -> None:
    with policies_off(services):
        # A foreign row is read, or only the keys of other tables keep it from being deleted.
        with undone(), pytest.raises((AssertionError, IntegrityError)):
            test_models.test_raw_sql_meets_no_foreign_row(Lead, world)
        assert "leads_lead" in _holes(services, "a tenant's table without forced policies")


def _holes(services: Any, guard: str) -> list[str]:
    admin = psycopg2.connect(services.url("admin"))
    try:
        with admin.cursor() as cursor:
            cursor.execute(GUARDS[guard])
            return [str(name) for (name,) in cursor.fetchall()]
    finally:
        admin.close()


# Belt 5: the keys.


def test_without_a_composite_key_the_guard_is_red_and_the_policies_hide(world: World, services: Any) -> None:
    from leads.models import Handover

    # Taken back at once, for the key is dropped only when nobody reads the table.
    with undone():
        own, foreign = str(test_models.one_of(Handover, world.acme)), str(test_models.one_of(Lead, world.globex))
    admin = psycopg2.connect(services.url("admin"))
    try:
        with admin.cursor() as cursor:
            cursor.execute("alter table leads_handover drop constraint leads_handover_lead_id_fk")
            cursor.execute(GUARDS["a reference column without a composite key"])
            assert cursor.fetchall() == [("leads_handover.lead_id",)]
            cursor.execute("set local role sm_web")
            cursor.execute("select set_config('app.tenant_id', %s, true)", [str(world.acme.organisation.pk)])
            cursor.execute("update leads_handover set lead_id = %s where id = %s", [foreign, own])
            assert cursor.rowcount == 1
            cursor.execute("select from leads_handover h join leads_lead l on l.id = h.lead_id where h.id = %s", [own])
            assert cursor.rowcount == 0
    finally:
        admin.rollback()
        admin.close()


# Belt 6: the tables of the tests themselves.


@pytest.mark.parametrize("name", ["leads:inbox", "tenants:keys"])
def test_a_route_that_nobody_listed_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PAGES, name)
    with pytest.raises(AssertionError):
        test_routes.test_every_page_is_in_the_table()


def test_a_listed_route_that_is_gone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAGES, "leads:gone", Page())
    with pytest.raises(AssertionError):
        test_routes.test_every_page_is_in_the_table()


def test_an_operation_that_nobody_listed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OPERATIONS, ("lead", "PATCH"))
    with pytest.raises(AssertionError):
        test_api_routes.test_every_operation_is_in_the_table()


def test_a_view_that_opens_to_one_more_role_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    view = pages()["leads:accept"].view
    monkeypatch.setattr(view, "allowed_roles", view.allowed_roles | {Role.AUDITOR})
    with pytest.raises(AssertionError):
        test_routes.test_the_view_opens_to_the_roles_of_the_table("leads:accept")
