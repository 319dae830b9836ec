"""Regular work and long jobs; the sweeper sees only when something is due and leases it."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

SWEEPER = """
create policy sweep_list on tenants_organisation for select to sm_sweeper using (true);
grant select (id) on tenants_organisation to sm_sweeper;
create policy sweep_select on tenants_round for select to sm_sweeper using (true);
create policy sweep_insert on tenants_round for insert to sm_sweeper with check (last_at is null);
create policy sweep_lease on tenants_round for update to sm_sweeper using (true) with check (true);
grant select (id, organisation_id, name, next_at, leased_until) on tenants_round to sm_sweeper;
grant insert (organisation_id, name, next_at, attempts, error) on tenants_round to sm_sweeper;
grant update (leased_until) on tenants_round to sm_sweeper;
create policy sweep_select on tenants_job for select to sm_sweeper using (state in ('waiting', 'running'));
create policy sweep_lease on tenants_job for update to sm_sweeper
  using (state in ('waiting', 'running')) with check (state in ('waiting', 'running'));
grant select (id, organisation_id, state, next_at, leased_until) on tenants_job to sm_sweeper;
grant update (leased_until) on tenants_job to sm_sweeper;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_invitation_title_and_forgetting"),
    ]

    operations = [
        migrations.CreateModel(
            name="Round",
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
                ("next_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(default="")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["next_at"], name="round_due")],
                "constraints": [models.UniqueConstraint(fields=("organisation_id", "name"), name="round_once")],
            },
        ),
        migrations.CreateModel(
            name="Job",
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
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                    ),
                ),
                ("params", models.JSONField(default=dict)),
                ("cursor", models.JSONField(default=dict)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("result", models.JSONField(default=dict)),
                ("error", models.TextField(default="")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])), fields=["next_at"], name="job_due"
                    ),
                    models.Index(
                        models.F("organisation_id"),
                        models.F("kind"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="job_of_kind",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("state__in", ["waiting", "running"])),
                            models.Q(
                                models.Q(("state__in", ["waiting", "running"]), _negated=True),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="job_finished_is_dated",
                    )
                ],
            },
        ),
        TenantTable("Round"),
        TenantTable("Job"),
        migrations.RunSQL(SWEEPER, migrations.RunSQL.noop),
    ]
