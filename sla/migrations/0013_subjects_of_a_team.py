"""What a team's part of a period's promises is made of is found without reading every subject there ever was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0012_fewer_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(
                fields=["organisation_id", "team", "id"],
                name="subject_of_team",
                condition=models.Q(team__isnull=False),
            ),
        ),
    ]
