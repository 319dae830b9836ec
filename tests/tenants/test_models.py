"""Every table of tenants: the manager, the policies and the keys, each for itself."""

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, ProgrammingError, connection, models, transaction

from smarketing.lib.scope import NoScope, tenant_scope
from smarketing.lib.tenancy import TenantKey, TenantModel
from tests.tenants.world import House, World, tenant_models

pytestmark = pytest.mark.django_db

MODELS = tenant_models()
REFERENCES = [(model, field) for model in MODELS for field in model._meta.local_fields if isinstance(field, TenantKey)]

# Where a table guards its rows by a trigger of its own (rulings, calendars), that one speaks first.
REFUSED = r"row-level security|permission denied|PL/pgSQL function (arbitration|sla)_"


def named(value: Any) -> str:
    """Return how a test's parameter is called."""
    return value._meta.label if isinstance(value, type) else str(getattr(value, "name", value))


def one_of(model: type[TenantModel], house: House) -> Any:
    """Return the id of a row of this organisation."""
    with tenant_scope(house.organisation.pk):
        return model.objects.order_by("pk").values_list("pk", flat=True)[:1].get()


def rows_touched(sql: str, *values: Any) -> int | str:
    """Return how many rows a statement has met, or that the role may not do such a thing at all."""

    def act() -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    return counted(act)


def counted(act: Callable[[], int]) -> int | str:
    """Return what ``act`` counts and take it back; "not allowed" where the role lacks the privilege."""
    try:
        with transaction.atomic():
            met = act()
            transaction.set_rollback(True)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, psycopg2.errors.InsufficientPrivilege):
            raise
        return "not allowed"
    return met


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_the_world_has_a_row_in_both_organisations(model: type[TenantModel], world: World) -> None:
    for house in (world.acme, world.globex):
        with tenant_scope(house.organisation.pk):
            assert model.objects.count() > 0


@pytest.mark.parametrize("manager", ["objects", "_base_manager", "_default_manager"])
@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_manager_refuses_without_a_scope(model: type[TenantModel], manager: str) -> None:
    with pytest.raises(NoScope):
        getattr(model, manager).exists()


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_manager_hides_foreign_rows(model: type[TenantModel], world: World) -> None:
    foreign = one_of(model, world.globex)
    with tenant_scope(world.acme.organisation.pk):
        assert not model.objects.filter(pk=foreign).exists()
        assert not model._base_manager.filter(pk=foreign).exists()
        with pytest.raises(model.DoesNotExist):
            model(pk=foreign).refresh_from_db()


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_manager_changes_no_foreign_row(model: type[TenantModel], world: World) -> None:
    foreign = one_of(model, world.globex)
    with tenant_scope(world.acme.organisation.pk):
        changed = counted(lambda: model.objects.filter(pk=foreign).update(id=foreign))
        removed = counted(lambda: model.objects.filter(pk=foreign)._raw_delete("default"))
    assert {changed, removed} <= {0, "not allowed"}


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_raw_sql_meets_no_foreign_row(model: type[TenantModel], world: World) -> None:
    foreign, own, table = one_of(model, world.globex), one_of(model, world.acme), model._meta.db_table
    statements = (
        f"select 1 from {table} where id = %s",
        f"select 1 from {table} where id = %s for update",
        f"update {table} set id = id where id = %s",
        f"delete from {table} where id = %s",
    )
    with tenant_scope(world.acme.organisation.pk):
        met = [rows_touched(statement, foreign) for statement in statements]
        # The control: the same statement does find a row of one's own.
        assert rows_touched(statements[0], own) == 1
    assert met[0] == 0
    assert set(met) <= {0, "not allowed"}


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_row_cannot_be_written_into_another_organisation(model: type[TenantModel], world: World) -> None:
    own, table = one_of(model, world.acme), model._meta.db_table
    own_columns = [f for f in model._meta.local_fields if f.column not in ("id", "organisation_id")]
    # What the database computes by itself cannot be given.
    columns = ", ".join(f'"{f.column}"' for f in own_columns if not isinstance(f, models.GeneratedField))
    copied = (
        f"insert into {table} (id, organisation_id, {columns})"
        f" select uuidv7(), %s, {columns} from {table} where id = %s"
    )
    with tenant_scope(world.acme.organisation.pk), pytest.raises(DatabaseError, match=REFUSED):
        _execute(copied, world.globex.organisation.pk, own)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_row_cannot_be_moved_to_another_organisation(model: type[TenantModel], world: World) -> None:
    own, table = one_of(model, world.acme), model._meta.db_table
    with (
        tenant_scope(world.acme.organisation.pk),
        pytest.raises(DatabaseError, match=REFUSED),
    ):
        _execute(f"update {table} set organisation_id = %s where id = %s", world.globex.organisation.pk, own)


def _execute(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_without_a_scope_the_database_itself_refuses(model: type[TenantModel], world: World) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Past Django's guard, as code would that knows nothing of scopes.
        with pytest.raises(psycopg2.Error, match=r"unrecognized configuration|invalid input syntax"):
            cursor.cursor.execute(f"select count(*) from {model._meta.db_table}")
        transaction.set_rollback(True)


@pytest.mark.parametrize(("model", "field"), REFERENCES, ids=named)
def test_nobody_can_refer_to_a_foreign_row(
    model: type[TenantModel], field: "models.ForeignKey[Any, Any]", world: World, services: Any
) -> None:
    """The keys bind even the superuser, whom no policy holds."""
    own, parent = one_of(model, world.acme), field.remote_field.model
    foreign, table = one_of(parent, world.globex), model._meta.db_table
    admin = psycopg2.connect(services.url("admin"))
    try:
        with admin.cursor() as cursor:
            # Only the product's own triggers, which would refuse any change of the row; the keys stay.
            cursor.execute(f"alter table {table} disable trigger user")
            cursor.execute(f"update {table} set {field.column} = {field.column} where id = %s", [str(own)])
            assert cursor.rowcount == 1
            with pytest.raises(psycopg2.errors.ForeignKeyViolation):
                cursor.execute(f"update {table} set {field.column} = %s where id = %s", [str(foreign), str(own)])
    finally:
        admin.rollback()
        admin.close()


@pytest.mark.parametrize(("model", "field"), REFERENCES, ids=named)
def test_a_reference_leads_to_no_foreign_row(
    model: type[TenantModel], field: "models.ForeignKey[Any, Any]", world: World
) -> None:
    foreign = one_of(field.remote_field.model, world.globex)
    with tenant_scope(world.acme.organisation.pk):
        row = model(**{field.attname: foreign})
        with pytest.raises(field.remote_field.model.DoesNotExist):
            getattr(row, field.name)
