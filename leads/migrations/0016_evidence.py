"""Files as evidence of a rejection or of its answer."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0015_insights"),
        ("tenants", "0006_stored_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
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
                ("side", models.TextField(choices=[("marketing", "marketing"), ("sales", "sales")])),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "by",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "file",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.storedfile",
                    ),
                ),
                (
                    "handover",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.handover",
                    ),
                ),
                (
                    "rejection",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.rejection",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["organisation_id", "handover", "at"], name="evidence_of_handover")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "file"), name="evidence_file_once"),
                    models.CheckConstraint(
                        condition=models.Q(("rejection__isnull", False), ("side", "sales"), _connector="OR"),
                        name="evidence_waits_on_the_side_that_decides",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("withdrawn_at", None), ("rejection__isnull", False), _connector="OR"),
                        name="evidence_withdrawn_was_part_of_a_rejection",
                    ),
                ],
            },
        ),
        TenantTable("Evidence", grants="select, insert, update, delete"),
    ]
