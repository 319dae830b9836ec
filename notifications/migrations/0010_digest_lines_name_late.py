"""A line of a digest keeps whose thread it is about, so that the mail can name them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0009_mail_parts_tenancy"),
    ]

    operations = [
        migrations.AddField(
            model_name="digestline",
            name="thread_id",
            field=models.UUIDField(null=True),
        ),
    ]
