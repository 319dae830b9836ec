"""When a member agreed to a key, when an address was proved, and how many were invited within a day.

What works already goes on: keys that stand count as agreed to, addresses that are used as proved.
"""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0008_figure_rule"),
    ]

    operations = [
        # The default fills the rows that stand, whatever the policies show; afterwards nothing is filled by itself.
        migrations.AddField("key", "agreed_at", models.DateTimeField(db_default=Now(), null=True)),
        migrations.AlterField("key", "agreed_at", models.DateTimeField(null=True)),
        migrations.AddField("user", "email_proved_at", models.DateTimeField(db_default=Now(), null=True)),
        migrations.AlterField("user", "email_proved_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "invitation", models.Index(fields=["organisation_id", "created_at"], name="invitation_newest")
        ),
    ]
