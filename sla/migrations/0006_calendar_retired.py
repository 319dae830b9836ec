"""A calendar can be retired, remembers the zone's rules of its last dates, and finds its paused clocks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing is converted: an unknown state of the rules is taken for the present one when it is first looked at."""

    dependencies = [("sla", "0005_proof_of_the_engine")]

    operations = [
        migrations.AddField("calendar", "retired_at", models.DateTimeField(null=True)),
        migrations.AddField("calendar", "zone_data", models.TextField(default="")),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["organisation_id", "calendar_version"],
                name="clock_paused",
                condition=models.Q(("state", "paused")),
            ),
        ),
    ]
