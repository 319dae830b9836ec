"""How many notices a member has not seen is counted by an index that holds no others."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0010_digest_lines_name_late"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["organisation_id", "member"], name="notification_unread", condition=Q(read_at=None)
            ),
        ),
    ]
