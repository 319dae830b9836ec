"""Changing many rows in one statement each kind of change: every column of its type, nobody else's row."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from smarketing.lib.altering import alterations
from smarketing.lib.prepared import ask_all
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover, make_lead
from tests.support import Cast

LATER = datetime(2026, 5, 1, 7, 30, 0, 123456, tzinfo=UTC)


def values_of(lead: Lead) -> dict[str, Any]:
    lead.refresh_from_db()
    return {field.attname: getattr(lead, field.attname) for field in Lead._meta.concrete_fields}


def test_writes_each_row_its_own_values_and_leaves_the_rest(acme: Cast, at: datetime) -> None:
    ann, ben, cid = (make_lead(at=at, email=f"{name}@example.com") for name in ("ann", "ben", "cid"))
    before = [values_of(lead) for lead in (ann, ben, cid)]
    changes: dict[Any, dict[str, Any]] = {
        ann.pk: {"sales_owner": acme.sam, "revision": 7, "custom": {"a": [1, "ü", None], "b": 1.5}},
        ben.pk: {"sales_owner": None, "revision": 9, "custom": {}},
        cid.pk: {"updated_at": LATER, "wake_on": date(2026, 5, 2), "given_name": 'C"id\\'},
    }
    with CaptureQueriesContext(connection) as asked:
        ask_all(alterations(Lead, changes))
    assert len(asked) == 1
    expected = [
        before[0] | {"sales_owner_id": acme.sam.pk, "revision": 7, "custom": {"a": [1, "ü", None], "b": 1.5}},
        before[1] | {"sales_owner_id": None, "revision": 9, "custom": {}},
        before[2]
        | {"updated_at": LATER, "wake_on": date(2026, 5, 2), "given_name": 'C"id\\', "sort_name": 'doe c"id\\'},
    ]
    assert [values_of(lead) for lead in (ann, ben, cid)] == expected


def test_decimals_stay_exact(acme: Cast, at: datetime) -> None:
    handover = make_handover(at=at, by=acme.mara)
    ask_all(alterations(type(handover), {handover.pk: {"amount": Decimal("12345678901.25"), "judged": ["a:met", "b"]}}))
    handover.refresh_from_db()
    assert (handover.amount, handover.judged) == (Decimal("12345678901.25"), ["a:met", "b"])


def test_changes_no_row_of_another_organisation(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.globex.pk):
        lead = make_lead(at=at)
    with tenant_scope(cast.acme.pk):
        ask_all(alterations(Lead, {lead.pk: {"given_name": "Mine"}}))
    with tenant_scope(cast.globex.pk):
        lead.refresh_from_db()
        assert lead.given_name == "Jane"


def test_nothing_to_change_asks_nothing(acme: Cast) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert ask_all(alterations(Lead, {})) == []
    assert not asked.captured_queries
