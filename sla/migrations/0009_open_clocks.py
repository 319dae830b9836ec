"""What is owed now, however long the history is: for the inbox and the version by which it asks for changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0008_pleas_and_escalation")]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["organisation_id", "side", "owner", "state", "due_at"],
                name="clock_open",
                condition=models.Q(state__in=["running", "breached", "paused"], stopped_at=None, closed_at=None),
            ),
        ),
    ]
