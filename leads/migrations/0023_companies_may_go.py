"""A company that came with a file may be taken back with it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0022_fill_lanes_of_numbers")]

    operations = [
        migrations.RunSQL(
            "grant delete on leads_company to sm_web, sm_worker",
            "revoke delete on leads_company from sm_web, sm_worker",
        )
    ]
