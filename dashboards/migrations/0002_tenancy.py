"""Belts of the figures added up in advance; the sweeper sees only whose turn it is and leases it."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable

GRANTS = "select, insert, update, delete"
SWEEPER = """
create policy sweep_select on dashboards_rollup for select to sm_sweeper using (true);
create policy sweep_insert on dashboards_rollup for insert to sm_sweeper with check (built_at is null and horizon = 0);
create policy sweep_lease on dashboards_rollup for update to sm_sweeper using (true) with check (true);
grant select (id, organisation_id, horizon, next_at, leased_until, attempts) on dashboards_rollup to sm_sweeper;
grant insert (organisation_id, next_at) on dashboards_rollup to sm_sweeper;
grant update (leased_until) on dashboards_rollup to sm_sweeper;
"""
# Today's rows change every few seconds: with room on their page the indexes need not follow.
ROOM = """
alter table dashboards_slice set (fillfactor = 80);
alter table dashboards_rollup set (fillfactor = 50);
"""


class Migration(migrations.Migration):
    """Policies, grants and composite keys."""

    dependencies = [("dashboards", "0001_initial"), ("sla", "0002_tenancy"), ("tenants", "0004_rounds_and_jobs")]

    operations = [
        TenantTable("Rollup"),
        TenantTable("Slice", grants=GRANTS),
        TenantTable("Counted", grants=GRANTS),
        migrations.RunSQL(SWEEPER, migrations.RunSQL.noop),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
