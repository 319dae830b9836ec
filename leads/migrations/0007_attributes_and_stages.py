"""Attributes of an organisation's own, its stages and their history; when leads wake, decay and stand still."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

STAGES = [
    ("lead", "Lead"),
    ("prospect", "Prospect"),
    ("mql", "Mql"),
    ("sal", "Sal"),
    ("sql", "Sql"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("nurture", "Nurture"),
    ("disqualified", "Disqualified"),
]
OPTIONS = {"abstract": False, "base_manager_name": "objects", "default_manager_name": "objects"}


def _own() -> list[tuple[str, models.Field]]:
    """Return the two columns that every table of an organisation begins with."""
    made = smarketing.lib.tenancy.UuidV7()
    mine = smarketing.lib.scope.current_organisation_id
    return [
        ("id", models.UUIDField(db_default=made, editable=False, primary_key=True, serialize=False)),
        ("organisation_id", models.BigIntegerField(default=mine, editable=False)),
    ]


def _key(to: str, **options: bool) -> smarketing.lib.tenancy.TenantKey:
    return smarketing.lib.tenancy.TenantKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("leads", "0006_lists_and_search"), ("tenants", "0005_absence")]

    operations = [
        migrations.AddField("lead", "attributes", models.JSONField(default=dict)),
        migrations.AddField("lead", "dwelling_since", models.DateTimeField(null=True)),
        migrations.AddField("lead", "qualified_at", models.DateTimeField(null=True)),
        migrations.AddField("lead", "recycled_at", models.DateTimeField(null=True)),
        migrations.AddField("lead", "next_rescore_on", models.DateField(null=True)),
        migrations.AddIndex(
            "lead",
            models.Index(
                fields=["organisation_id", "wake_on"], name="lead_wakes", condition=models.Q(wake_on__isnull=False)
            ),
        ),
        migrations.AddIndex(
            "lead",
            models.Index(
                fields=["organisation_id", "next_rescore_on"],
                name="lead_decays",
                condition=models.Q(next_rescore_on__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "lead",
            models.Index(
                fields=["organisation_id", "stage", "stage_since"],
                name="lead_dwells",
                condition=models.Q(dwelling_since=None),
            ),
        ),
        migrations.CreateModel(
            name="Attribute",
            fields=[
                *_own(),
                ("key", models.TextField()),
                ("label", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("boolean", "Boolean"),
                            ("choice", "Choice"),
                            ("multi_choice", "Multi Choice"),
                        ]
                    ),
                ),
                ("options", models.JSONField(default=list)),
                ("open_to_forms", models.BooleanField(default=True)),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by", _key("tenants.membership", null=True)),
                ("updated_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
            options={
                **OPTIONS,
                "constraints": [
                    models.UniqueConstraint(fields=["organisation_id", "key"], name="attribute_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("open_to_forms", True), ("sources", []), _connector="OR"),
                        name="attribute_closed_to_forms_reads_none",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StageSetting",
            fields=[
                *_own(),
                ("stage", models.TextField(choices=STAGES)),
                ("label", models.TextField(default="")),
                ("dwell_days", models.PositiveIntegerField(null=True)),
                ("entry", models.JSONField(default=list)),
                ("updated_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
            options={
                **OPTIONS,
                "constraints": [
                    models.UniqueConstraint(fields=["organisation_id", "stage"], name="stage_setting_once"),
                    models.CheckConstraint(
                        condition=models.Q(("dwell_days", 0), _negated=True), name="stage_dwell_is_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StageEntry",
            fields=[
                *_own(),
                ("lead", _key("leads.lead")),
                ("stage", models.TextField(choices=STAGES)),
                ("came_from", models.TextField(choices=STAGES)),
                ("cycle", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("by", _key("tenants.membership", null=True)),
                ("reason", models.TextField(default="")),
            ],
            options={
                **OPTIONS,
                "indexes": [models.Index(fields=["organisation_id", "lead", "at"], name="stage_entry_of_lead")],
            },
        ),
        TenantTable("Attribute"),
        TenantTable("StageSetting"),
        TenantTable("StageEntry"),
    ]
