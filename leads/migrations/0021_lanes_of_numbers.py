"""Several counters of lead numbers for each organisation, so that leads do not wait for each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0020_fill_judged")]

    operations = [
        migrations.RemoveConstraint(model_name="leadnumber", name="lead_number_one_counter"),
        migrations.RenameField(model_name="leadnumber", old_name="last", new_name="next"),
        migrations.AlterField(model_name="leadnumber", name="next", field=models.PositiveIntegerField()),
        migrations.AddField(
            model_name="leadnumber",
            name="lane",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="leadnumber",
            constraint=models.UniqueConstraint(fields=["organisation_id", "lane"], name="lead_number_lane_once"),
        ),
    ]
