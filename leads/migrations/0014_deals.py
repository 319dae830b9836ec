"""The deal in the customer's own system by which its pushes are known again."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_filters_together")]

    operations = [
        migrations.AddField(model_name="handover", name="crm_id", field=models.TextField(default="")),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "crm_id"), name="handover_crm_id_once", condition=~Q(crm_id="")
            ),
        ),
    ]
