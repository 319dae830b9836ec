"""The database's own guard of rulings and votes, opened once: without it, what must never be written is written."""

from datetime import datetime, timedelta
from typing import Any

import psycopg2
import pytest

from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import make_case
from tests.support import Cast

RULING = """
insert into arbitration_ruling (organisation_id, case_id, criterion, reason, outcome, reasons, by_id, at,
  precedent_stance, question)
select c.organisation_id, c.id, '', '', 'upheld', 'Mine.', %(by)s, %(at)s, 'none', ''
from arbitration_case c where c.id = %(case)s
"""
VOTE = """
insert into arbitration_vote (organisation_id, case_id, member_id, choice, reasons, at)
select c.organisation_id, c.id, %(by)s, 'upheld', 'Mine.', %(at)s from arbitration_case c where c.id = %(case)s
"""


@pytest.mark.parametrize(
    ("guard", "insert"), [("may_rule on arbitration_ruling", RULING), ("may_vote on arbitration_vote", VOTE)]
)
def test_only_the_trigger_keeps_a_rep_s_ruling_and_vote_out(
    live_cast: Cast, at: datetime, services: Any, guard: str, insert: str
) -> None:
    with tenant_scope(live_cast.acme.pk):
        case = make_case(live_cast, at=at)
    told = {"by": str(live_cast.sam.pk), "at": at + timedelta(days=1), "case": str(case.pk)}
    # The superuser, whom neither a policy nor a grant holds: what refuses is the trigger alone.
    admin = psycopg2.connect(services.url("admin"))
    try:
        with admin.cursor() as cursor:
            cursor.execute("savepoint guarded")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(insert, told)
            cursor.execute("rollback to savepoint guarded")
            trigger, _on, table = guard.split()
            cursor.execute(f"alter table {table} disable trigger {trigger}")
            cursor.execute(insert, told)
            assert cursor.rowcount == 1
    finally:
        admin.rollback()
        admin.close()
