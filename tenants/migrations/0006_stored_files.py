"""Files of an organisation: what is known of them may be blanked, their bytes only written and deleted."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_absence"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
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
                ("media_type", models.TextField()),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.TextField()),
                ("at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "by",
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
        migrations.CreateModel(
            name="FileContent",
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
                ("content", models.BinaryField()),
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
            },
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(
                condition=models.Q(("erased_at", None)), fields=["organisation_id"], include=("size",), name="file_room"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="file_is_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at", None), ("name", ""), _connector="OR"), name="file_erased_has_no_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="filecontent",
            constraint=models.UniqueConstraint(fields=("organisation_id", "file"), name="file_content_once"),
        ),
        TenantTable("StoredFile", grants="select, insert, delete"),
        TenantTable("FileContent", grants="select, insert, delete"),
        migrations.RunSQL(
            "grant update (name, erased_at) on tenants_storedfile to sm_web, sm_worker", migrations.RunSQL.noop
        ),
    ]
