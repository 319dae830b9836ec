"""The lists of what somebody should look at are read by an index; what became a lead stands in none of them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0009_machine_day"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["organisation_id", "state", "-received_at"],
                name="submission_apart",
                condition=Q(state__in=["awaiting_opt_in", "quarantined", "spam"]),
            ),
        ),
    ]
