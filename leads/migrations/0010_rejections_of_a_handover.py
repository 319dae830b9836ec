"""The rejections of one handover, however many there were of others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0009_campaigns_costs_and_utm_names")]

    operations = [
        migrations.AddIndex(
            model_name="rejection",
            index=models.Index(fields=["organisation_id", "handover", "at"], name="rejection_of_handover"),
        ),
    ]
