"""The handovers of a month in the order in which the lists behind figures show them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0023_companies_may_go"),
        ("sla", "0012_fewer_indexes"),
        ("tenants", "0008_figure_rule"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["organisation_id", "counted_month", "sent_at", "id"], name="handover_of_month"),
        ),
    ]
