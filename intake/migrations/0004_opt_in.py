"""Confirming addresses by mail, what forms ask, and how long things are kept."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_sweeper"),
        ("leads", "0010_rejections_of_a_handover"),
        ("tenants", "0007_key_replaces"),
    ]

    operations = [
        migrations.CreateModel(
            name="Keeping",
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
                ("submissions_days", models.PositiveIntegerField(default=365)),
                ("visits_days", models.PositiveIntegerField(default=395)),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="OptIn",
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
                ("public_id", models.TextField()),
                ("email_norm", models.TextField()),
                ("sent_at", models.DateTimeField()),
                ("times_sent", models.PositiveSmallIntegerField(default=1)),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_ip", models.TextField(default="")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="form",
            name="asks",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="form",
            name="consent_text",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="form",
            name="consent_version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="form",
            name="opt_in",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="form",
            name="revision",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="form",
            name="thanks_text",
            field=models.TextField(default=""),
        ),
        migrations.AlterField(
            model_name="submission",
            name="state",
            field=models.TextField(
                choices=[
                    ("received", "Received"),
                    ("matched", "Matched"),
                    ("awaiting_opt_in", "Awaiting Opt In"),
                    ("quarantined", "Quarantined"),
                    ("spam", "Spam"),
                    ("erased", "Erased"),
                ],
                default="received",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("state", "erased"), _negated=True),
                fields=["organisation_id", "received_at"],
                name="submission_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="keeping",
            constraint=models.UniqueConstraint(fields=("organisation_id",), name="keeping_once"),
        ),
        migrations.AddField(
            model_name="optin",
            name="submission",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="intake.submission",
            ),
        ),
        migrations.AddIndex(
            model_name="optin",
            index=models.Index(fields=["organisation_id", "email_norm"], name="opt_in_of_address"),
        ),
        migrations.AddIndex(
            model_name="optin",
            index=models.Index(
                condition=models.Q(("confirmed_at", None)), fields=["organisation_id", "expires_at"], name="opt_in_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="optin",
            constraint=models.UniqueConstraint(fields=("organisation_id", "submission"), name="opt_in_once"),
        ),
        migrations.AddConstraint(
            model_name="optin",
            constraint=models.UniqueConstraint(fields=("organisation_id", "public_id"), name="opt_in_public_id_once"),
        ),
        TenantTable("Keeping"),
        TenantTable("OptIn"),
    ]
