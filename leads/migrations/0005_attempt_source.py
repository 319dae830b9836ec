"""An attempt remembers whether a person or a machine told of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What was told so far was told by hand."""

    dependencies = [("leads", "0004_routing_plans_and_covers")]

    operations = [
        migrations.AddField(
            "attempt",
            "source",
            models.TextField(choices=[("hand", "Hand"), ("machine", "Machine")], default="hand"),
        ),
    ]
