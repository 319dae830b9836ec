"""One rep's month in the order in which lists show it: the figures of a person do not read their whole history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0024_month_newest_first"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                fields=["organisation_id", "assigned_to", "counted_month", "sent_at", "id"], name="handover_of_rep"
            ),
        ),
    ]
