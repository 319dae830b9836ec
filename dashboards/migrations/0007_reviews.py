"""Meetings of both sides: agenda, minutes and actions. What an agenda says when a meeting opens stays as it was."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

# Of an item only its minutes are ever written; its figures stay as they were.
MINUTES = "select, insert, update (minutes, decision, written_by_id, written_at, revision)"


class Migration(migrations.Migration):
    """Three tables with their belts."""

    dependencies = [
        ("dashboards", "0006_more_dimensions"),
        ("tenants", "0007_key_replaces"),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
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
                ("starts_at", models.DateTimeField()),
                ("minutes_for", models.PositiveSmallIntegerField(default=60)),
                ("place", models.TextField(default="")),
                (
                    "rhythm",
                    models.TextField(
                        choices=[
                            ("once", "Once"),
                            ("weekly", "Weekly"),
                            ("fortnightly", "Fortnightly"),
                            ("monthly", "Monthly"),
                        ],
                        default="once",
                    ),
                ),
                ("slot_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("planned", "Planned"),
                            ("open", "Open"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                    ),
                ),
                ("since", models.DateTimeField(null=True)),
                ("month", models.DateField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("sequence", models.PositiveIntegerField(default=0)),
                (
                    "closed_by",
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
                    "follows",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="dashboards.review",
                    ),
                ),
                (
                    "opened_by",
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
                    "planned_by",
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
            name="ReviewItem",
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
                ("position", models.PositiveSmallIntegerField()),
                (
                    "topic",
                    models.TextField(
                        choices=[
                            ("actions", "Actions"),
                            ("pace", "Pace"),
                            ("promises", "Promises"),
                            ("cases", "Cases"),
                            ("rejections", "Rejections"),
                            ("terms", "Terms"),
                            ("own", "Own"),
                        ]
                    ),
                ),
                ("title", models.TextField(default="")),
                ("facts", models.JSONField(default=dict)),
                ("minutes", models.TextField(default="")),
                ("decision", models.TextField(default="")),
                ("written_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "added_by",
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
                    "review",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="dashboards.review",
                    ),
                ),
                (
                    "written_by",
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
            name="ReviewAction",
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
                ("text", models.TextField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "Open"), ("done", "Done"), ("dropped", "Dropped")], default="open"
                    ),
                ),
                ("carried", models.PositiveSmallIntegerField(default=0)),
                (
                    "reminded",
                    models.TextField(
                        blank=True, choices=[("", "Not Yet"), ("soon", "Soon"), ("due", "Due")], default=""
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "closed_by",
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
                    "made_by",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "owner",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "review",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="dashboards.review",
                    ),
                ),
                (
                    "item",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="dashboards.reviewitem",
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
            model_name="review",
            index=models.Index(fields=["organisation_id", "-starts_at"], name="review_newest"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes_for__gte", 5), ("minutes_for__lte", 600)), name="review_lasts"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["planned", "cancelled"]),
                    models.Q(("month__isnull", False), ("opened_at__isnull", False), ("since__isnull", False)),
                    _connector="OR",
                ),
                name="review_opened_has_agenda",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("organisation_id", "follows"), name="review_follows_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "review", "position"), name="review_item_once"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewaction",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["organisation_id", "due_on"], name="review_action_open"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewaction",
            index=models.Index(fields=["organisation_id", "review"], name="review_action_of"),
        ),
        migrations.AddConstraint(
            model_name="reviewaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "open"), ("closed_at__isnull", False), _connector="OR"),
                name="review_action_closed_at",
            ),
        ),
        TenantTable("Review"),
        TenantTable("ReviewItem", grants=MINUTES),
        TenantTable("ReviewAction"),
    ]
