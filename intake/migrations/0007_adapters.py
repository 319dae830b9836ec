"""Forms of other providers: which one, and what it signs with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_visits")]

    operations = [
        migrations.AddField("Form", "provider", models.TextField(default="")),
        migrations.AddField("Form", "sealed_secret", models.TextField(default="")),
    ]
