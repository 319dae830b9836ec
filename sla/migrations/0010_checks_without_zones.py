"""A check of clocks keeps no rules of zones: calendars remember their own."""

from django.db import migrations


class Migration(migrations.Migration):
    """Nothing has written these columns."""

    dependencies = [("sla", "0009_open_clocks")]

    operations = [
        migrations.RemoveField("verification", "zones"),
        migrations.RemoveField("verification", "moved"),
    ]
