"""Whom sales gave up, by month, found among all handovers without reading them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0025_rep_month")]

    operations = [
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("merged_into", None), ("outcome", "unable_to_reach")),
                fields=["organisation_id", "counted_month"],
                name="handover_given_up",
            ),
        ),
    ]
