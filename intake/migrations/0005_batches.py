"""Files of people in pieces, and taking back what they made."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantKeyConstraint, TenantTable

# Leads that a file made and nobody has worked with can be removed.
TAKING_BACK = """
grant delete on leads_lead, leads_behaviour, leads_consent, leads_stageentry, leads_duplicate to sm_web, sm_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_opt_in"),
        ("leads", "0012_next_steps"),
        ("tenants", "0007_key_replaces"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
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
                ("name", models.TextField()),
                ("format", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("undoing", "Undoing"),
                            ("undone", "Undone"),
                        ],
                        default="uploaded",
                    ),
                ),
                ("columns", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("hand_over", models.BooleanField(default=False)),
                ("runs_by_itself", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("run_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
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
                    "job",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.job",
                    ),
                ),
                (
                    "owner",
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
            },
        ),
        migrations.AddField(
            model_name="submission",
            name="batch",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="intake.batch",
            ),
        ),
        migrations.CreateModel(
            name="BatchChunk",
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
                ("number", models.PositiveIntegerField()),
                ("first_row", models.PositiveIntegerField()),
                ("rows", models.JSONField()),
                (
                    "batch",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="intake.batch",
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
            name="BatchRow",
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
                ("number", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.TextField(
                        choices=[
                            ("error", "Error"),
                            ("warning", "Warning"),
                            ("created", "Created"),
                            ("appended", "Appended"),
                            ("known", "Known"),
                            ("quarantined", "Quarantined"),
                            ("kept", "Kept"),
                            ("undone", "Undone"),
                        ]
                    ),
                ),
                ("notes", models.JSONField(default=list)),
                ("revision", models.PositiveIntegerField(null=True)),
                ("before", models.JSONField(null=True)),
                (
                    "batch",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="intake.batch",
                    ),
                ),
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
                (
                    "submission",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="intake.submission",
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
            model_name="batch",
            index=models.Index(fields=["organisation_id", "-created_at"], name="batch_newest"),
        ),
        migrations.AddConstraint(
            model_name="batchchunk",
            constraint=models.UniqueConstraint(fields=("organisation_id", "batch", "number"), name="batch_chunk_once"),
        ),
        migrations.AddIndex(
            model_name="batchrow",
            index=models.Index(fields=["organisation_id", "batch", "outcome", "number"], name="batch_row_of_outcome"),
        ),
        migrations.AddConstraint(
            model_name="batchrow",
            constraint=models.UniqueConstraint(fields=("organisation_id", "batch", "number"), name="batch_row_once"),
        ),
        TenantTable("Batch"),
        TenantTable("BatchChunk", grants="select, insert, update, delete"),
        TenantTable("BatchRow", grants="select, insert, update, delete"),
        TenantKeyConstraint("Submission", "batch"),
        migrations.RunSQL(TAKING_BACK, migrations.RunSQL.noop),
    ]
