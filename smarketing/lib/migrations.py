"""Migration operations that put the database's own belts on a table (architecture: tenancy, belt 4)."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

APPLICATION_ROLES = "sm_web, sm_worker"


class TenantTable(Operation):
    """Make a table one organisation's: policies, grants, composite keys.

    ``grants`` are the privileges of web and worker; ``append_only`` adds the trigger that refuses
    update and delete from everybody. Name parents before children in one migration.
    """

    reversible = True

    def __init__(self, name: str, *, grants: str = "select, insert, update", append_only: bool = False) -> None:
        self.name = name
        self.grants = "select, insert" if append_only else grants
        self.append_only = append_only

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model's state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        table = model._meta.db_table
        for statement in [*self._belts(table), *_composite_keys(model)]:
            schema_editor.execute(statement)

    def _belts(self, table: str) -> list[str]:
        mine = "organisation_id = current_setting('app.tenant_id')::bigint"
        statements = [
            f"alter table {table} add constraint {table}_org_id unique (organisation_id, id)",
            f"alter table {table} add constraint {table}_org_fk foreign key (organisation_id)"
            " references tenants_organisation (id)",
            f"alter table {table} enable row level security",
            f"alter table {table} force row level security",
            f"create policy tenant on {table} to {APPLICATION_ROLES} using ({mine}) with check ({mine})",
            f"grant {self.grants} on {table} to {APPLICATION_ROLES}",
        ]
        if self.append_only:
            statements.append(
                f"create trigger append_only before update or delete on {table}"
                " for each row execute function sm_append_only()"
            )
        return statements

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Nothing: the table itself is dropped by the operation that made it."""

    def describe(self) -> str:
        return f"Tenancy belts on {self.name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options = {"append_only": True} if self.append_only else {"grants": self.grants}
        return (self.__class__.__name__, [self.name], options)


class TenantKeyConstraint(Operation):
    """Add the composite foreign key of one reference that came to an existing table."""

    reversible = True

    def __init__(self, name: str, field: str) -> None:
        self.name = name
        self.field = field

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model's state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        field = model._meta.get_field(self.field)
        if not isinstance(field, models.ForeignKey):
            raise TypeError(f"{self.name}.{self.field} is no reference")
        schema_editor.execute(_composite_key(model._meta.db_table, field))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Nothing: the column's removal drops its constraint."""

    def describe(self) -> str:
        return f"Composite key of {self.name}.{self.field}"


def _composite_keys(model: type[models.Model]) -> list[str]:
    # The stubs leave out what a ForeignKey keeps of its arguments.
    keys = [f for f in model._meta.local_fields if isinstance(f, models.ForeignKey) and not f.db_constraint]  # type: ignore[attr-defined]
    return [_composite_key(model._meta.db_table, field) for field in keys]


def _composite_key(table: str, field: "models.ForeignKey[Any, Any]") -> str:
    parent = field.remote_field.model._meta.db_table
    return (
        f"alter table {table} add constraint {table}_{field.column}_fk"
        f" foreign key (organisation_id, {field.column}) references {parent} (organisation_id, id)"
    )


class GlobalTable(Operation):
    """Grant web and worker what they need on a table that belongs to no organisation (users, sessions)."""

    reversible = True

    def __init__(self, table: str, *, grants: str = "select, insert, update, delete") -> None:
        self.table = table
        self.grants = grants

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model's state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(f"grant {self.grants} on {self.table} to {APPLICATION_ROLES}")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(f"revoke all on {self.table} from {APPLICATION_ROLES}")

    def describe(self) -> str:
        return f"Grants on the global table {self.table}"
