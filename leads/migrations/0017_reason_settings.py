"""What administrators say of reasons: order and retirement."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0016_evidence"),
        ("tenants", "0007_key_replaces"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReasonSetting",
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
                (
                    "kind",
                    models.TextField(
                        choices=[("rejection", "Rejection"), ("disqualification", "Disqualification"), ("lost", "Lost")]
                    ),
                ),
                ("key", models.TextField()),
                ("position", models.PositiveSmallIntegerField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "retired_by",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "kind", "key"), name="reason_setting_once")
                ],
            },
        ),
        TenantTable("ReasonSetting"),
    ]
