"""Meetings of the board with their dockets, and criteria that were worded anew because of rulings."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0007_board_belts_and_words"),
        ("sla", "0011_credit_of_subject"),
        ("tenants", "0007_key_replaces"),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
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
                ("criterion", models.TextField()),
                ("was", models.JSONField()),
                ("becomes", models.JSONField()),
                ("at", models.DateTimeField()),
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
                    "version",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sla.agreementversion",
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
            name="AmendmentPrecedent",
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
                (
                    "amendment",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="arbitration.amendment",
                    ),
                ),
                (
                    "precedent",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="arbitration.precedent",
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
            name="Sitting",
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
                    "order",
                    models.TextField(
                        choices=[("oldest", "Oldest"), ("value", "Value"), ("quota", "Quota")], default="oldest"
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("planned", "Planned"), ("held", "Held"), ("cancelled", "Cancelled")],
                        default="planned",
                    ),
                ),
                ("minutes", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "planned_by",
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
            },
        ),
        migrations.CreateModel(
            name="SittingCase",
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
                    "case",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="arbitration.case",
                    ),
                ),
                (
                    "sitting",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="arbitration.sitting",
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
            model_name="amendment",
            index=models.Index(fields=["organisation_id", "-at"], name="amendment_newest"),
        ),
        migrations.AddIndex(
            model_name="amendmentprecedent",
            index=models.Index(fields=["organisation_id", "precedent"], name="amendment_of_precedent"),
        ),
        migrations.AddConstraint(
            model_name="amendmentprecedent",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "amendment", "precedent"), name="amendment_precedent_once"
            ),
        ),
        migrations.AddIndex(
            model_name="sitting",
            index=models.Index(fields=["organisation_id", "-starts_at"], name="sitting_newest"),
        ),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes_for__gte", 5), ("minutes_for__lte", 600)), name="sitting_lasts"
            ),
        ),
        migrations.AddConstraint(
            model_name="sittingcase",
            constraint=models.UniqueConstraint(fields=("organisation_id", "sitting", "case"), name="sitting_case_once"),
        ),
        TenantTable("Sitting"),
        TenantTable("SittingCase", grants="select, insert, update, delete"),
        TenantTable("Amendment", append_only=True),
        TenantTable("AmendmentPrecedent", append_only=True),
    ]
