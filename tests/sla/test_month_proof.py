"""A closed month against its hash, the event of its close and its ledger: nothing differs, and every lie is found."""

from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from sla import actions
from sla.models import Month
from sla.queries.month_proof import MonthProof, proof_of
from smarketing.lib.scope import tenant_scope
from tests.sla.support import ZONE
from tests.sla.test_months import CLOSING, agree, deliver
from tests.support import Cast, api_key, signed_in

MARCH = date(2026, 3, 1)
TRUE = MonthProof(hash_holds=True, event_holds=True, ledger_holds=True)


def close_march(at: datetime) -> None:
    """Close a month with a handover, another one that was reversed, and a third that is corrected after the close."""
    agree(at)
    first, second, _third = deliver(3, at + timedelta(hours=2))
    actions.reverse_credit(first, at=at + timedelta(days=2), zone=ZONE)
    actions.keep_months(CLOSING)
    actions.reverse_credit(second, at=CLOSING + timedelta(days=1), zone=ZONE)


def proof() -> MonthProof | None:
    return proof_of(Month.objects.get(month=MARCH))


def test_corrections_leave_a_closed_month_as_it_was(acme: Cast, at: datetime) -> None:
    close_march(at)
    assert proof() == TRUE
    # The month that is open now has nothing to hold to yet.
    assert proof_of(Month.objects.get(month=date(2026, 4, 1))) is None


LIES = {
    "hash_holds": 'update sla_month set figures = figures || \'{"month": "x"}\' where closed_at notnull',
    "event_holds": "update events_event set data = jsonb_set(data, '{hash}', '\"0\"') where kind = 'month.closed'",
    "ledger_holds": "update sla_creditentry set points = points + 1 where month = '2026-03-01' and kind = 'reversed'",
}


def test_every_lie_is_found(live_cast: Cast, at: datetime, services: Any) -> None:
    with tenant_scope(live_cast.acme.pk):
        close_march(at)
    out = StringIO()
    call_command("verify_months", organisation="acme", stdout=out)
    assert out.getvalue().strip() == "1 closed months checked, 0 differ."
    admin = psycopg2.connect(services.url("admin"))
    try:
        for check, lie in LIES.items():
            with admin.cursor() as cursor:
                # Triggers forbid it to everybody; only a superuser can put them to sleep.
                cursor.execute("set session_replication_role = replica")
                cursor.execute(lie)
                assert cursor.rowcount == 1
            admin.commit()
            with tenant_scope(live_cast.acme.pk):
                found = proof()
            assert found is not None
            assert not getattr(found, check)
            assert not found.holds
    finally:
        admin.close()
    with pytest.raises(CommandError):
        call_command("verify_months", organisation="acme", stdout=StringIO(), stderr=StringIO())


def test_page_and_interface_say_that_it_holds(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        close_march(at)
    page = signed_in(cast.rita).get("/o/acme/months/2026-03/")
    assert "Checked just now" in page.content.decode()
    answer = signed_in(cast.rita).get("/api/v1/months/2026-03", headers=api_key(cast.ned, "sla:read", at=at))
    assert answer.json()["proof"] == {"hash_holds": True, "event_holds": True, "ledger_holds": True}
    assert "Checked just now" not in signed_in(cast.rita).get("/o/acme/months/2026-04/").content.decode()
