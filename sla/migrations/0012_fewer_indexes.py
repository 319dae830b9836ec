"""The clocks of one organisation that run or are paused are found among those that are open."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sla", "0011_credit_of_subject")]

    operations = [
        migrations.RemoveIndex(model_name="clock", name="clock_running"),
        migrations.RemoveIndex(model_name="clock", name="clock_paused"),
    ]
