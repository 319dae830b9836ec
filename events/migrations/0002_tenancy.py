"""Events are append-only; the sweeper may write clock events and lease outbox rows of every organisation."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable

SWEEPER = """
create policy sweep_insert on events_event for insert to sm_sweeper with check (kind like 'clock.%');
create policy sweep_select on events_event for select to sm_sweeper using (kind like 'clock.%');
grant select, insert on events_event to sm_sweeper;
create policy relay on events_outbox to sm_sweeper using (true) with check (true);
grant select, insert, update (leased_until) on events_outbox to sm_sweeper;
grant usage on schema public to sm_sweeper;
"""


class Migration(migrations.Migration):
    """Policies, grants and composite keys."""

    dependencies = [("events", "0001_initial"), ("tenants", "0002_tenancy")]

    operations = [
        TenantTable("Event", append_only=True),
        TenantTable("Outbox"),
        migrations.RunSQL(SWEEPER, migrations.RunSQL.noop),
    ]
