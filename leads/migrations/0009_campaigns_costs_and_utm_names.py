"""What campaigns cost, which names visits bring that nobody knows, and what sales thinks of a campaign's leads."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0008_merges_and_duplicates"),
        ("tenants", "0005_absence"),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignCost",
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
                ("booked_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("note", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CampaignFeedback",
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
                    "verdict",
                    models.TextField(choices=[("buyers", "Buyers"), ("mixed", "Mixed"), ("no_buyers", "No Buyers")]),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="UtmName",
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
                ("norm", models.TextField()),
                ("example", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("unknown", "Unknown"), ("mapped", "Mapped"), ("ignored", "Ignored")],
                        default="unknown",
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="campaign",
            name="budget",
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="first_day",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="last_day",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="retired_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="revision",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="lead",
            name="utm_unknown",
            field=models.TextField(default=""),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("utm_unknown", ""), _negated=True),
                fields=["organisation_id", "utm_unknown"],
                name="lead_utm_unknown",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_day", None), ("first_day", None), ("last_day__gte", models.F("first_day")), _connector="OR"
                ),
                name="campaign_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget", None), ("budget__gte", 0), _connector="OR"),
                name="campaign_budget_not_negative",
            ),
        ),
        migrations.AddField(
            model_name="campaigncost",
            name="by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="campaigncost",
            name="campaign",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaigncost",
            name="withdrawn_by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="campaignfeedback",
            name="by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="campaignfeedback",
            name="campaign",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.campaign",
            ),
        ),
        migrations.AddField(
            model_name="utmname",
            name="campaign",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="campaigncost",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)),
                fields=["organisation_id", "campaign", "booked_on"],
                name="campaign_cost_of",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigncost",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="campaign_cost_is_money"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignfeedback",
            index=models.Index(
                models.F("organisation_id"),
                models.F("campaign"),
                models.OrderBy(models.F("at"), descending=True),
                name="campaign_feedback_of",
            ),
        ),
        migrations.AddConstraint(
            model_name="utmname",
            constraint=models.UniqueConstraint(fields=("organisation_id", "norm"), name="utm_name_once"),
        ),
        migrations.AddConstraint(
            model_name="utmname",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("campaign__isnull", False), ("state", "mapped")),
                    models.Q(models.Q(("state", "mapped"), _negated=True), ("campaign", None)),
                    _connector="OR",
                ),
                name="utm_name_mapped_to_one",
            ),
        ),
        migrations.AddField(
            model_name="campaignfeedback",
            name="lead",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.lead",
            ),
        ),
        TenantTable("CampaignCost"),
        TenantTable("CampaignFeedback"),
        TenantTable("UtmName"),
    ]
