"""How the sweep stands, the checks of stored clocks, and indexes whose cost does not grow with history."""

from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

# It belongs to no organisation and says nothing of any: everybody may read it, only the sweeper writes.
SWEEPER = """
grant select on sla_sweep to sm_web, sm_worker;
grant select, insert, update on sla_sweep to sm_sweeper;
alter table sla_sweep set (fillfactor = 50);
"""


class Migration(migrations.Migration):
    """New tables and partial indexes; no row is touched."""

    dependencies = [("sla", "0004_clock_promise")]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(null=True)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("took_ms", models.FloatField(default=0)),
                ("moved_at", models.DateTimeField(null=True)),
                ("booted", models.JSONField(default=dict)),
                ("held_since", models.DateTimeField(null=True)),
                ("hold_reason", models.TextField(default="")),
                ("hold_seconds", models.FloatField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=smarketing.lib.tenancy.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(default=smarketing.lib.scope.current_organisation_id, editable=False),
                ),
                ("thorough", models.BooleanField(default=False)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("checked", models.PositiveIntegerField(default=0)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("difference_count", models.PositiveIntegerField(default=0)),
                ("differences", models.JSONField(default=list)),
                ("zones", models.JSONField(default=dict)),
            ],
            options={"abstract": False, "base_manager_name": "objects", "default_manager_name": "objects"},
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["organisation_id", "next_event_at"],
                name="clock_running",
                condition=models.Q(("state", "running")),
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["organisation_id", "breached_at", "id"],
                name="clock_breached",
                condition=models.Q(("breached_at__isnull", False)),
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["organisation_id", "due_at", "id"],
                name="clock_breach_open",
                condition=models.Q(("closed_at", None), ("state", "breached"), ("stopped_at", None)),
            ),
        ),
        migrations.AddConstraint(
            model_name="sweep",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="sweep_is_one_row"),
        ),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(fields=["organisation_id", "started_at"], name="verification_newest"),
        ),
        TenantTable("Verification"),
        migrations.RunSQL(SWEEPER, migrations.RunSQL.noop),
    ]
