"""The belts of endpoints and their messages; the worker may find, over all organisations, which of them wait."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable

KEPT_FOR_A_TIME = "select, insert, update, delete"

SWEEPER = """
create policy sweep_waiting on notifications_delivery for select to sm_sweeper using (state = 'waiting');
grant select (id, organisation_id, endpoint_id, state, available_at) on notifications_delivery to sm_sweeper;
"""


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("notifications", "0004_endpoints"), ("events", "0002_tenancy"), ("tenants", "0002_tenancy")]

    operations = [
        TenantTable("Endpoint"),
        TenantTable("Delivery", grants=KEPT_FOR_A_TIME),
        TenantTable("DeliveryAttempt", grants=KEPT_FOR_A_TIME),
        migrations.RunSQL(SWEEPER, migrations.RunSQL.noop),
    ]
