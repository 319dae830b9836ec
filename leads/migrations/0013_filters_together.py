"""Several filters of the list at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0012_next_steps")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["organisation_id", "stage", "tier", "fit_grade", "readiness_grade", "country", "source"],
                name="lead_of_facts",
                condition=models.Q(merged_into=None),
            ),
        ),
    ]
