"""What reports ask of many handovers stands beside the snapshot; purchases are found by when they were made."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0018_persons_forgotten"),
    ]

    operations = [
        migrations.AddField(
            model_name="handover",
            name="judged",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="last_utm",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="lead",
            name="last_utm",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("merged_into", None), ("outcome", "won")),
                fields=["organisation_id", "closed_at"],
                name="handover_won",
            ),
        ),
    ]
