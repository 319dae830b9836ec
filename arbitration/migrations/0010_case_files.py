"""Files put before the board: never removed, only withdrawn."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0009_erasable_words"),
        ("tenants", "0008_figure_rule"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseFile",
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
                    "side",
                    models.TextField(choices=[("marketing", "Marketing"), ("sales", "Sales"), ("board", "Board")]),
                ),
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
                    "case",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="arbitration.case",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["organisation_id", "case", "at"], name="case_file_of_case")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "file"), name="case_file_once"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["marketing", "sales", "board"])), name="case_file_of_a_side"
                    ),
                ],
            },
        ),
        TenantTable("CaseFile", grants="select, insert"),
        migrations.RunSQL(
            "grant update (withdrawn_at) on arbitration_casefile to sm_web, sm_worker", migrations.RunSQL.noop
        ),
    ]
