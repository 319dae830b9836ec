"""What every table of an organisation shares (architecture: tenancy, belts 3 to 5)."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Func

from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id, current_scope

M = TypeVar("M", bound=models.Model)


class UuidV7(Func):
    """PostgreSQL's time-ordered ``uuidv7()``."""

    function = "uuidv7"
    template = "uuidv7()"
    output_field = models.UUIDField()


# Who writes several rows seldom writes only these: so many ids more are drawn at once.
STOCK = 10
DRAWN = Prepared("ids_drawn", ["int"], "select uuidv7() from generate_series(1, $1)")


def new_ids(count: int) -> list[UUID]:
    """Return so many ids of PostgreSQL's own, for rows that are written together and name each other."""
    scope = current_scope()
    stock = [] if scope is None else scope.stock
    if len(stock) < count:
        _fill(stock, [row[0] for row in ask(DRAWN, count + STOCK)])
    return [stock.pop() for _place in range(count)]


def keep_ids(ids: Sequence[UUID]) -> None:
    """Keep ids that were drawn with something else, for the next new rows of the open scope."""
    scope = current_scope()
    if scope is not None:
        _fill(scope.stock, ids)


def _fill(stock: list[UUID], ids: Sequence[UUID]) -> None:
    # The newest first, so that the oldest are taken off the end.
    stock[:] = reversed(ids)


class ClockTimestamp(Func):
    """PostgreSQL's ``clock_timestamp()``: the moment of the statement, not of the transaction."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


class TransactionNumber(Func):
    """The number of the transaction that writes, as a bigint: PostgreSQL compares those under policies by index."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class TenantManager(models.Manager[M]):
    """Adds the organisation to every read, update and delete; raises NoScope outside a tenant scope."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(organisation_id=current_organisation_id())


class TenantKey(models.ForeignKey):  # type: ignore[type-arg]  # generic in the stubs only
    """A reference inside one organisation; TenantTable adds the composite constraint in the database."""

    def __init__(self, to: Any, on_delete: Any = models.DO_NOTHING, **options: Any) -> None:
        options.setdefault("related_name", "+")
        options["db_constraint"] = False
        options["db_index"] = False
        super().__init__(to, on_delete, **options)


class TenantModel(models.Model):
    """A row of one organisation."""

    id = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    organisation_id = models.BigIntegerField(default=current_organisation_id, editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"
