"""What is said in answer to a breach, and when a clock's next escalation step is due."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable


def _reference(to: str, *, null: bool = True) -> smarketing.lib.tenancy.TenantKey:
    return smarketing.lib.tenancy.TenantKey(
        db_constraint=False,
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    """Clocks that run already have no escalation steps: theirs were announced by the breach alone."""

    dependencies = [("sla", "0007_agreement_drafts")]

    operations = [
        migrations.AddField("clock", "escalate_shares", models.JSONField(default=list)),
        migrations.AddField("clock", "escalation_step", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("clock", "escalate_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["escalate_at"], name="clock_escalation", condition=Q(("escalate_at__isnull", False))
            ),
        ),
        migrations.CreateModel(
            name="Plea",
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
                ("kind", models.TextField(choices=[("excuse", "Excuse"), ("evidence", "Evidence")])),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("open", "Open"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                    ),
                ),
                ("reason", models.TextField(default="")),
                ("happened_at", models.DateTimeField(null=True)),
                ("waives", models.BooleanField(default=False)),
                ("by_machine", models.BooleanField(default=False)),
                ("requested_at", models.DateTimeField()),
                ("consented_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.TextField(default="")),
                ("clock", _reference("sla.clock", null=False)),
                ("requested_by", _reference("tenants.membership")),
                ("consented_by", _reference("tenants.membership")),
                ("decided_by", _reference("tenants.membership")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("state", "open")),
                        fields=("organisation_id", "clock", "kind"),
                        name="plea_one_open",
                    ),
                    models.CheckConstraint(
                        condition=Q(("kind", "excuse"), ("happened_at__isnull", False), _connector="OR"),
                        name="plea_evidence_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=Q(("decided_at", None), ("state", "open"))
                        | (Q(("state", "open"), _negated=True) & Q(("decided_at__isnull", False))),
                        name="plea_decided_is_dated",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["organisation_id", "clock", "requested_at"], name="plea_of_clock"),
                    models.Index(
                        condition=Q(("state", "open")), fields=["organisation_id", "requested_at"], name="plea_open"
                    ),
                ],
            },
        ),
        TenantTable("Plea"),
    ]
