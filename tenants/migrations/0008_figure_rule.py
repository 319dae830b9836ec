"""The rule on figures by person, kept as it was set each time."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_key_replaces"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureRule",
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
                    "rule",
                    models.TextField(
                        choices=[("nobody", "nobody"), ("managers", "managers"), ("everybody", "everybody")]
                    ),
                ),
                ("note", models.TextField(default="")),
                ("at", models.DateTimeField()),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["organisation_id", "-at"], name="figure_rule_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rule__in", ["nobody", "managers", "everybody"])), name="figure_rule_known"
                    )
                ],
            },
        ),
        TenantTable("FigureRule", append_only=True),
    ]
