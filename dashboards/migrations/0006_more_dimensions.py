"""Figures are also counted by criterion and by last touch."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0005_reports_tenancy"),
    ]

    operations = [
        migrations.AlterField(
            model_name="slice",
            name="dimension",
            field=models.TextField(
                choices=[
                    ("all", "All"),
                    ("campaign", "Campaign"),
                    ("day", "Day"),
                    ("owner", "Owner"),
                    ("segment", "Segment"),
                    ("source", "Source"),
                    ("team", "Team"),
                    ("tier", "Tier"),
                    ("criteria", "Criteria"),
                    ("last_touch", "Last Touch"),
                ]
            ),
        ),
    ]
