"""A slice is one row with all figures of a month; what was kept in rows for each figure and day is counted anew."""

from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

# Rows are rewritten every few seconds: with room on their page the indexes need not follow.
ROOM = "alter table dashboards_slice set (fillfactor = 60)"


class Migration(migrations.Migration):
    """The new table takes the old one's name and place."""

    dependencies = [("dashboards", "0002_tenancy")]

    operations = [
        migrations.DeleteModel(name="Slice"),
        migrations.CreateModel(
            name="Slice",
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
                (
                    "dimension",
                    models.TextField(
                        choices=[
                            ("all", "All"),
                            ("campaign", "Campaign"),
                            ("day", "Day"),
                            ("owner", "Owner"),
                            ("segment", "Segment"),
                            ("source", "Source"),
                            ("team", "Team"),
                            ("tier", "Tier"),
                        ]
                    ),
                ),
                ("key", models.TextField()),
                ("month", models.DateField()),
                ("part", models.TextField()),
                ("figures", models.JSONField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "dimension", "month", "key", "part"), name="slice_of_month_once"
                    )
                ],
            },
        ),
        TenantTable("Slice", grants="select, insert, update, delete"),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
