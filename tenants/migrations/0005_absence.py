"""Absences; the database refuses two of one member that overlap."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

# A uuid has no range, its hash has: no extension is needed.
NO_OVERLAP = """
alter table tenants_absence add constraint absence_never_overlaps exclude using gist (
  int8range(organisation_id, organisation_id, '[]') with &&,
  int8range(hashtextextended(member_id::text, 0), hashtextextended(member_id::text, 0), '[]') with &&,
  daterange(first_day, last_day, '[]') with &&) where (called_off_at is null);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_rounds_and_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
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
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("created_at", models.DateTimeField()),
                ("called_off_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "deputy",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "member",
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
                "indexes": [models.Index(fields=["organisation_id", "last_day"], name="absence_until")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="absence_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deputy", None), models.Q(("deputy", models.F("member")), _negated=True), _connector="OR"
                        ),
                        name="absence_deputy_is_somebody_else",
                    ),
                ],
            },
        ),
        TenantTable("Absence"),
        migrations.RunSQL(NO_OVERLAP, migrations.RunSQL.noop),
    ]
