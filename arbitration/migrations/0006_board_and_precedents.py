"""Recusals, votes, notes, corrections, the words of rulings and the conditions of precedents."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0005_sealed_evidence"),
        ("leads", "0011_untouched_handovers"),
        ("sla", "0011_credit_of_subject"),
        ("tenants", "0006_stored_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="HearingNote",
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
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Recusal",
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
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="RulingWord",
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
                ("word", models.TextField()),
                ("part", models.PositiveSmallIntegerField(choices=[(1, "Holding"), (2, "Criterion"), (3, "Reasons")])),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Vote",
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
                ("choice", models.TextField(choices=[("upheld", "Upheld"), ("overturned", "Overturned")])),
                ("reasons", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="ruling",
            name="ruling_final_once",
        ),
        migrations.AddField(
            model_name="case",
            name="closing_told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="precedent",
            name="conditions",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="precedent",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="precedent",
            name="overruled_by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.ruling",
            ),
        ),
        migrations.AddField(
            model_name="precedent",
            name="superseded_by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sla.agreementversion",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="corrects",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.ruling",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="criterion",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="ruling",
            name="reason",
            field=models.TextField(default=""),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["organisation_id", "filed_at"], name="case_filed"),
        ),
        migrations.AddIndex(
            model_name="precedent",
            index=models.Index(fields=["organisation_id", "reason", "-published_at"], name="precedent_of_reason"),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(fields=["organisation_id", "case", "at"], name="ruling_of_case"),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(fields=["organisation_id", "criterion", "-at"], name="ruling_of_criterion"),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(fields=["organisation_id", "reason", "-at"], name="ruling_of_reason"),
        ),
        migrations.AddConstraint(
            model_name="precedent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state", "valid")),
                    models.Q(("state", "valid"), _negated=True),
                    _connector="OR",
                ),
                name="precedent_ended_is_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("outcome", "remanded"), _negated=True), ("corrects", None)),
                fields=("organisation_id", "case"),
                name="ruling_final_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.UniqueConstraint(fields=("organisation_id", "corrects"), name="ruling_corrected_once"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects", None), models.Q(("outcome", "remanded"), _negated=True), _connector="OR"
                ),
                name="ruling_correction_decides",
            ),
        ),
        migrations.AddField(
            model_name="hearingnote",
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
            model_name="hearingnote",
            name="case",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.case",
            ),
        ),
        migrations.AddField(
            model_name="recusal",
            name="case",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.case",
            ),
        ),
        migrations.AddField(
            model_name="recusal",
            name="member",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="rulingword",
            name="ruling",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.ruling",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="case",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="arbitration.case",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="member",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddIndex(
            model_name="hearingnote",
            index=models.Index(fields=["organisation_id", "case", "at"], name="hearing_note_of_case"),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.UniqueConstraint(fields=("organisation_id", "case", "member"), name="recusal_once"),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="recusal_gives_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="rulingword",
            constraint=models.UniqueConstraint(fields=("organisation_id", "word", "ruling"), name="ruling_word_once"),
        ),
        migrations.AddIndex(
            model_name="vote",
            index=models.Index(fields=["organisation_id", "case", "member", "-at"], name="vote_newest"),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons", ""), _negated=True), name="vote_gives_reasons"
            ),
        ),
    ]
