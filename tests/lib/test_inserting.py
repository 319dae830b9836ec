"""New rows of several tables in one round trip: the rows that Django would write."""

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models.expressions import DatabaseDefault
from django.test.utils import CaptureQueriesContext

from leads.models import Behaviour, Consent, Lead, StageEntry
from smarketing.lib.inserting import insert_rows, new_row
from smarketing.lib.scope import tenant_scope
from smarketing.lib.tenancy import TenantModel, new_ids
from tests.support import Cast

CUSTOM = {"ä": ["€", None, 1.5, {"x": True}], "quote": "'; drop table leads_lead; --", "percent": "100 %s %(x)s"}
KINDS: tuple[Any, ...] = (Behaviour, Consent, StageEntry)
OWN = ("id", "number", "lead_id", "source", "email_norm")


def leads(cast: Cast, at: datetime, *, first: int) -> list[Lead]:
    told: dict[str, Any] = {"custom": CUSTOM, "marketer": cast.mara, "stage_since": at, "created_at": at}
    return [
        Lead(id=new_id, number=first + n, email_norm=f"{first + n}@example.com", updated_at=at, **told)
        for n, new_id in enumerate(new_ids(2))
    ]


def of_each(made: list[Lead], at: datetime) -> tuple[list[Behaviour], list[Consent], list[StageEntry]]:
    lead = made[0]
    return (
        [Behaviour(lead=lead, kind="visit", at=at, properties={"n": 1}), Behaviour(lead=lead, kind="visit", at=at)],
        [Consent(lead=lead, purpose="sales_contact", granted=True, text="I agree", captured_at=at)],
        [StageEntry(lead=lead, stage="mql", came_from="lead", cycle=1, at=at)],
    )


def values_of(model: Any, leads: list[Lead]) -> list[dict[str, Any]]:
    """Return the rows of these leads without what is each one's own."""
    mine = {"pk__in" if model is Lead else "lead__in": [lead.pk for lead in leads]}
    found = model.objects.filter(**mine).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in OWN} for row in found]


def test_the_rows_are_those_that_django_writes(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made, theirs = leads(cast, at, first=100), leads(cast, at, first=200)
        of_made, of_theirs = of_each(made, at), of_each(theirs, at)
        insert_rows(made, *of_made)
        Lead.objects.bulk_create(theirs)
        for kind, rows in zip(KINDS, of_theirs, strict=True):
            kind.objects.bulk_create(rows)
        for kind in (Lead, *KINDS):
            found = values_of(kind, made)
            assert found
            assert found == values_of(kind, theirs)
        assert not any(row._state.adding for row in made)


def test_several_tables_are_one_statement_and_missing_ids_are_drawn(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made = leads(cast, at, first=100)
        with CaptureQueriesContext(connection) as queries:
            insert_rows(made, *of_each(made, at))
        assert len(queries) <= 2, "the rows, and at most once new ids"
        assert Behaviour.objects.filter(lead=made[0]).count() == 2


def test_nothing_to_write_asks_nothing(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk), CaptureQueriesContext(connection) as queries:
        insert_rows([], [])
    assert [query["sql"] for query in queries if "insert" in query["sql"]] == []


def test_what_the_database_refuses_is_refused_and_the_policies_hold(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made = leads(cast, at, first=100)
        made[1].number = made[0].number
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_rows(made)
        foreign = leads(cast, at, first=300)
        foreign[0].organisation_id = cast.globex.pk
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            insert_rows(foreign)
        assert not Lead.objects.filter(number__gte=100).exists()


def test_ids_ascend_within_a_transaction(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        drawn = [new_id for count in (1, 3, 40, 2) for new_id in new_ids(count)]
    assert drawn == sorted(drawn)
    assert len(set(drawn)) == 46


def state_of(row: TenantModel) -> dict[str, Any]:
    """Return all that an object knows; a value that the database will fill stands for itself."""
    state = row._state
    known = {**vars(row), "_state": (state.adding, state.db), "references": state.fields_cache}
    return {name: type(value) if isinstance(value, DatabaseDefault) else value for name, value in known.items()}


@pytest.mark.parametrize("kind", [kind for kind in apps.get_models() if issubclass(kind, TenantModel)])
def test_a_new_row_begins_as_django_begins_it(cast: Cast, kind: type[TenantModel]) -> None:
    with tenant_scope(cast.acme.pk):
        one, other, django = new_row(kind), new_row(kind), kind()
    assert state_of(one) == state_of(django)
    lists = [name for name, value in vars(one).items() if isinstance(value, (list, dict))]
    assert all(vars(one)[name] is not vars(other)[name] for name in lists), "two rows share a list"


def test_a_new_row_holds_what_it_is_told_of(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = leads(cast, at, first=1)[0]
        told = {"lead": lead, "stage": "mql", "came_from": "lead", "cycle": 2, "at": at, "by": None}
        found, django = new_row(StageEntry, **told), StageEntry(**told)
        named = new_row(StageEntry, lead_id=lead.pk)
        # Who writes a reference looks nothing up; the writer notes the database of all its rows.
        django._state.db = None
    assert state_of(found) == state_of(django)
    assert found.lead is lead
    assert named.lead_id == lead.pk
    with pytest.raises(TypeError, match="no nonsense"):
        new_row(StageEntry, nonsense=1)
