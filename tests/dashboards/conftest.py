"""What the tests of the dashboards share."""

import pytest

from tests.tenants.conftest import later, world

__all__ = ["later", "world"]

# The oldest open transaction of this database, or the next number where none is open.
FINISHED_HERE = """
select least(
  (select min(backend_xid::text::bigint) from pg_stat_activity where datname = current_database()),
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint
)
"""


@pytest.fixture(autouse=True)
def _this_database_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of transactions belong to the whole server: another worker's long test would hold this one's mark up.

    In service a late mark is no fault, for pages add what is not counted yet.
    """
    monkeypatch.setattr("dashboards.rollups.changed.FINISHED", FINISHED_HERE)
