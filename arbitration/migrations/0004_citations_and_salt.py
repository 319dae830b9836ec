"""A citation per precedent that a ruling takes a stance on; the salt of the evidence; what a remand asks."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0003_guards"),
        ("tenants", "0002_tenancy"),
    ]

    operations = [
        migrations.CreateModel(
            name="Citation",
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
                    "stance",
                    models.TextField(choices=[("follows", "Follows"), ("departs", "Departs"), ("none", "None")]),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="evidence_salt",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="ruling",
            name="answer_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="ruling",
            name="question",
            field=models.TextField(default=""),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "remanded"), _negated=True),
                    models.Q(models.Q(("question", ""), _negated=True), ("answer_by__isnull", False)),
                    _connector="OR",
                ),
                name="ruling_remand_asks",
            ),
        ),
        migrations.AddField(
            model_name="citation",
            name="precedent",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.precedent",
            ),
        ),
        migrations.AddField(
            model_name="citation",
            name="ruling",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.ruling",
            ),
        ),
        migrations.AddIndex(
            model_name="citation",
            index=models.Index(fields=["organisation_id", "precedent"], name="citation_of_precedent"),
        ),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.UniqueConstraint(fields=("organisation_id", "ruling", "precedent"), name="citation_once"),
        ),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.CheckConstraint(
                condition=models.Q(("stance__in", ["follows", "departs"])), name="citation_takes_a_stance"
            ),
        ),
    ]
