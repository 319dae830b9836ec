"""Which organisation's rows this piece of work may touch (architecture: six belts)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from smarketing.lib.prepared import Prepared, ask, prepare

# No row has this organisation, so a global scope sees no tenant's rows.
NOBODY = 0

# What Django itself says about transactions; touches no row.
UNGUARDED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")


MIGHTY = """
select rolname, rolsuper or rolbypassrls
  or exists (select from pg_roles where rolname = 'sm_owner' and pg_has_role(current_user, 'sm_owner', 'member'))
from pg_roles where rolname = current_user
"""


# For one transaction only: nothing of it is left on the connection.
SET_LOCAL = """\
select set_config('app.tenant_id', %s, true), set_config('app.lookup', %s, true), set_config('app.user_id', %s, true)
"""


class NoScope(RuntimeError):
    """Somebody touched the database without saying for which organisation."""


class ForeignScope(RuntimeError):
    """A scope of another organisation was opened inside a scope."""


@dataclass(frozen=True)
class Scope:
    """The open scope; ``organisation_id`` is None in a global scope."""

    organisation_id: int | None = None
    # Text values of the settings that the policies read; "" is refused by their casts.
    tenant: str = ""
    lookup: str = ""
    user: str = ""
    # Ids for new rows that were drawn together (smarketing.lib.tenancy.new_ids), the next one last.
    stock: list[UUID] = field(default_factory=list, compare=False)


_scope: ContextVar[Scope | None] = ContextVar("smarketing_scope", default=None)


def current_scope() -> Scope | None:
    """Return the open scope, or None."""
    return _scope.get()


def current_organisation_id() -> int:
    """Return the organisation of the open tenant scope; raises NoScope outside one."""
    scope = _scope.get()
    if scope is None or scope.organisation_id is None:
        raise NoScope("This needs tenant_scope(organisation_id).")
    return scope.organisation_id


@contextmanager
def tenant_scope(organisation_id: int) -> Iterator[None]:
    """Run the block in one transaction that sees and writes only this organisation's rows.

    Re-entering the same organisation changes nothing. Raises ForeignScope inside another's.
    """
    scope = _scope.get()
    if scope is not None and scope.organisation_id is not None:
        if scope.organisation_id != organisation_id:
            raise ForeignScope(f"Organisation {scope.organisation_id} is open, not {organisation_id}.")
        yield
        return
    with _opened(Scope(organisation_id, tenant=str(organisation_id))):
        yield


@contextmanager
def global_scope(*, lookup: str = "", user_id: UUID | None = None) -> Iterator[None]:
    """Run the block with no organisation: sign-in, and finding which organisation is meant.

    ``lookup`` is the slug or public id whose directory row becomes visible, ``user_id`` the person
    whose own memberships do; everything else of every organisation stays hidden.
    """
    scope = _scope.get()
    if scope is not None and scope.organisation_id is not None:
        raise ForeignScope(f"Organisation {scope.organisation_id} is open; no global scope inside it.")
    with _opened(Scope(None, tenant=str(NOBODY), lookup=lookup, user=str(user_id or ""))):
        yield


def ask_in_scope(organisation_id: int, statement: Prepared, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of one prepared statement that runs in this organisation's scope, in a transaction of its own.

    As tenant_scope does, in one round trip: PostgreSQL takes statements that come together for one transaction, so
    they are committed when this returns. Inside a transaction it is a part of that one.
    """
    connection = connections["default"]
    if connection.in_atomic_block:
        with tenant_scope(organisation_id):
            return ask(statement, *values)
    scope = Scope(organisation_id, tenant=str(organisation_id))
    token = _scope.set(scope)
    try:
        with connection.cursor() as cursor:
            prepare(statement, connection)
            cursor.execute(f"{SET_LOCAL};{statement.call}", [*_values_of(scope), *values])
            return list(cursor.fetchall())
    finally:
        _scope.reset(token)


@contextmanager
def _opened(scope: Scope) -> Iterator[None]:
    connection = connections["default"]
    outer = _scope.get() or Scope()
    token = _scope.set(scope)
    try:
        with transaction.atomic():
            _set_local(connection, scope)
            yield
        if connection.in_atomic_block:
            # The surrounding transaction lives on: hand its own values back.
            _set_local(connection, outer)
    finally:
        _scope.reset(token)


def _set_local(connection: BaseDatabaseWrapper, scope: Scope) -> None:
    """Set the scope's values for this transaction only."""
    with connection.cursor() as cursor:
        cursor.execute(SET_LOCAL, _values_of(scope))


def _values_of(scope: Scope) -> list[str]:
    return [scope.tenant, scope.lookup, scope.user]


def guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Refuse SQL outside a scope (a Django execute wrapper, see SmarketingConfig.ready)."""
    if _scope.get() is None and not sql.lstrip().upper().startswith(UNGUARDED):
        raise NoScope(f"SQL outside a scope: {sql[:80]}")
    return execute(sql, params, many, context)


def install_guard(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Prepare a new connection of the application: refuse a role above the policies, watch its SQL."""
    if connection.alias != "default" or not settings.TENANCY_GUARD:
        return
    _refuse_mighty_role(connection)
    if guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(guard)


def _refuse_mighty_role(connection: BaseDatabaseWrapper) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute(MIGHTY)
        role, mighty = cursor.fetchone()
    if mighty:
        connection.close()
        raise ImproperlyConfigured(f"The database role {role} bypasses the tenants' policies; use sm_web or sm_worker.")
