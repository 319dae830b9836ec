"""Two records of one person: keys that suggest it, suggestions, and merges that can be undone."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantKeyConstraint, TenantTable

OPTIONS = {"abstract": False, "base_manager_name": "objects", "default_manager_name": "objects"}


def own_columns():
    return [
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
    ]


def reference(to, *, null=False):
    return smarketing.lib.tenancy.TenantKey(
        db_constraint=False,
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    """Keys, suggestions and merges; a handover that ended in another."""

    dependencies = [
        ("leads", "0007_attributes_and_stages"),
        ("tenants", "0005_absence"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadKey",
            fields=[
                *own_columns(),
                ("lead", reference("leads.lead")),
                ("kind", models.TextField()),
                ("value", models.TextField()),
            ],
            options={
                **OPTIONS,
                "indexes": [models.Index(fields=["organisation_id", "kind", "value"], name="lead_key_value")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "lead", "kind"), name="lead_key_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Duplicate",
            fields=[
                *own_columns(),
                ("lead", reference("leads.lead")),
                ("other", reference("leads.lead")),
                ("kinds", models.JSONField(default=list)),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "Open"), ("dismissed", "Dismissed"), ("merged", "Merged")], default="open"
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", reference("tenants.membership", null=True)),
            ],
            options={
                **OPTIONS,
                "indexes": [
                    models.Index(
                        F("organisation_id"), F("found_at").desc(), name="duplicate_open", condition=Q(state="open")
                    ),
                    models.Index(
                        fields=["organisation_id", "other"], name="duplicate_of_other", condition=Q(state="open")
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "lead", "other"), name="duplicate_pair_once"),
                    models.CheckConstraint(name="duplicate_of_two", condition=~Q(lead=F("other"))),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                *own_columns(),
                ("survivor", reference("leads.lead")),
                ("dropped", reference("leads.lead")),
                ("moved", models.JSONField()),
                ("by", reference("tenants.membership")),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", reference("tenants.membership", null=True)),
            ],
            options={
                **OPTIONS,
                "indexes": [
                    models.Index(F("organisation_id"), F("survivor"), F("at").desc(), name="merge_of_survivor")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "dropped"), name="merge_once", condition=Q(undone_at=None)
                    ),
                    models.CheckConstraint(name="merge_of_two", condition=~Q(survivor=F("dropped"))),
                ],
            },
        ),
        migrations.AddField(model_name="handover", name="merged_into", field=reference("leads.handover", null=True)),
        migrations.RemoveConstraint(model_name="handover", name="handover_one_undecided_per_lead"),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "lead"),
                name="handover_one_undecided_per_lead",
                condition=Q(decision="pending", merged_into=None),
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["organisation_id", "merged_into"], name="lead_went_on_as", condition=~Q(merged_into=None)
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["organisation_id", "email_norm"], name="lead_email_of_merged", condition=~Q(merged_into=None)
            ),
        ),
        TenantTable("LeadKey", grants="select, insert, update, delete"),
        TenantTable("Duplicate"),
        TenantTable("Merge"),
        TenantKeyConstraint("Handover", "merged_into"),
    ]
