"""Visits of the site, kept apart until the person says who they are."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_batches"),
        ("leads", "0017_reason_settings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visitor",
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
                ("visitor", models.TextField()),
                ("consented_at", models.DateTimeField()),
                ("identified_at", models.DateTimeField(null=True)),
                ("last_seen_at", models.DateTimeField()),
                (
                    "lead",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Visit",
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
                ("kind", models.TextField()),
                ("page", models.TextField(default="")),
                ("properties", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("slot", models.BigIntegerField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("joined", models.BooleanField(default=False)),
                (
                    "visitor",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="intake.visitor",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(
                condition=models.Q(("lead", None)), fields=["organisation_id", "last_seen_at"], name="visitor_stale"
            ),
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(
                condition=models.Q(("lead__isnull", False)), fields=["organisation_id", "lead"], name="visitor_of_lead"
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.UniqueConstraint(fields=("organisation_id", "visitor"), name="visitor_once"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("joined", False)), fields=["organisation_id", "visitor"], name="visit_apart"
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["organisation_id", "at"], name="visit_oldest"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "visitor", "kind", "page", "slot"), name="visit_once"
            ),
        ),
        TenantTable("Visitor", grants="select, insert, update, delete"),
        TenantTable("Visit", grants="select, insert, update, delete"),
    ]
