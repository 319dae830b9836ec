"""A clock keeps the promise that governs it, its thread, and when it was closed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing is converted: no clock exists before the actions that start one."""

    dependencies = [("sla", "0003_guards")]

    operations = [
        migrations.AddField("clock", "thread_id", models.UUIDField(null=True)),
        migrations.AddField("clock", "target_seconds", models.PositiveIntegerField(default=0), preserve_default=False),
        migrations.AddField("clock", "closed_at", models.DateTimeField(null=True)),
        migrations.AlterField("clock", "amount", models.DecimalField(max_digits=9, decimal_places=4)),
    ]
