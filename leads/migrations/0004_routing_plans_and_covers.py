"""Routing by rules: plans, turns per pool, covers of absences; what a handover keeps of it."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_routing_turns_and_reroutes"),
        ("sla", "0005_proof_of_the_engine"),
        ("tenants", "0005_absence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cover",
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
                ("side", models.TextField()),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="RoutingPlan",
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
                ("content", models.JSONField()),
                ("change", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="routingturn",
            name="routing_turn_once",
        ),
        migrations.AddField(
            model_name="handover",
            name="clocks_start_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handover",
            name="routed",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="routingturn",
            name="pool",
            field=models.TextField(default="reps"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(
                    models.Q(("progress", "closed"), _negated=True), models.Q(("decision", "rejected"), _negated=True)
                ),
                fields=["organisation_id", "assigned_to", "sent_at"],
                name="handover_in_hand",
            ),
        ),
        migrations.AddConstraint(
            model_name="routingturn",
            constraint=models.UniqueConstraint(fields=("organisation_id", "pool", "member"), name="routing_turn_once"),
        ),
        migrations.AddField(
            model_name="cover",
            name="absence",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.absence",
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="absent",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="deputy",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="handover",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.handover",
            ),
        ),
        migrations.AddField(
            model_name="routingplan",
            name="made_by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddIndex(
            model_name="cover",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["organisation_id", "absence"], name="cover_of_absence"
            ),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("organisation_id", "handover", "side", "absent"),
                name="cover_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="routingplan",
            constraint=models.UniqueConstraint(fields=("organisation_id", "number"), name="routing_plan_once"),
        ),
        TenantTable("RoutingPlan", append_only=True),
        TenantTable("Cover"),
    ]
