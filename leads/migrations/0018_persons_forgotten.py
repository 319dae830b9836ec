"""When a person was erased, and the salted hashes by which they would be noticed again."""

from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """A column of leads; two tables."""

    dependencies = [
        ("leads", "0017_reason_settings"),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Forgotten",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=smarketing.lib.tenancy.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(default=smarketing.lib.scope.current_organisation_id, editable=False),
                ),
                ("digest", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "digest"), name="forgotten_once")],
            },
        ),
        migrations.CreateModel(
            name="ForgottenSalt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=smarketing.lib.tenancy.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(default=smarketing.lib.scope.current_organisation_id, editable=False),
                ),
                ("salt", models.TextField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("organisation_id",), name="forgotten_salt_once")],
            },
        ),
        TenantTable("Forgotten", grants="select, insert, delete"),
        TenantTable("ForgottenSalt", grants="select, insert"),
    ]
