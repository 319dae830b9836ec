"""An invitation names the title; old idempotency records of every organisation may be deleted by the worker."""

from django.db import migrations, models

SWEEPER = """
create policy sweep_select on tenants_idempotencyrecord for select to sm_sweeper
  using (created_at < now() - interval '48 hours');
create policy sweep_delete on tenants_idempotencyrecord for delete to sm_sweeper
  using (created_at < now() - interval '48 hours');
grant select (created_at), delete on tenants_idempotencyrecord to sm_sweeper;
"""


class Migration(migrations.Migration):
    """One column, two policies."""

    dependencies = [("tenants", "0002_tenancy")]

    operations = [
        migrations.AddField("invitation", "title", models.TextField(blank=True, default="")),
        migrations.RunSQL(SWEEPER, migrations.RunSQL.noop),
    ]
