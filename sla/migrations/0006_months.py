"""Months that close, and clocks that are judged by figures instead of by time."""

import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

GUARDS = """
create function sla_closed_month_is_final() returns trigger language plpgsql as $$
begin
  if old.state = 'closed' then
    raise exception 'a closed month never changes' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger closed_is_final before update or delete on sla_month
  for each row execute function sla_closed_month_is_final();
create function sla_closed_month_takes_no_line() returns trigger language plpgsql as $$
begin
  if exists (select from sla_month m where m.organisation_id = new.organisation_id and m.month = new.month
             and m.state = 'closed') then
    raise exception 'a closed month takes no further line' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger month_is_open before insert on sla_creditentry
  for each row execute function sla_closed_month_takes_no_line();
"""


class Migration(migrations.Migration):
    """Nothing is converted: months are opened by their round, from the first agreement on."""

    dependencies = [("sla", "0006_calendar_retired")]

    operations = [
        migrations.CreateModel(
            name="Month",
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
                ("month", models.DateField()),
                (
                    "state",
                    models.TextField(choices=[("open", "Open"), ("closed", "Closed")], default="open"),
                ),
                ("opened_at", models.DateTimeField()),
                ("at_risk_since", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("figures", models.JSONField(default=dict)),
                ("figures_hash", models.TextField(default="")),
                (
                    "subject",
                    smarketing.lib.tenancy.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sla.subject",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "month"), name="month_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="month_is_a_first"),
                    models.CheckConstraint(
                        condition=models.Q(("closed_at", None), ("figures_hash", ""), ("state", "open"))
                        | models.Q(
                            ("closed_at__isnull", False),
                            ("state", "closed"),
                            models.Q(("figures_hash", ""), _negated=True),
                        ),
                        name="month_closed_is_frozen",
                    ),
                ],
            },
        ),
        TenantTable("Month"),
        migrations.AlterField("clock", "amount", models.DecimalField(max_digits=16, decimal_places=4)),
        migrations.AddField("clock", "delivered", models.DecimalField(max_digits=16, decimal_places=4, null=True)),
        migrations.RemoveConstraint("clock", "clock_running_has_next_event"),
        migrations.AddConstraint(
            "clock",
            models.CheckConstraint(
                name="clock_running_has_next_event",
                condition=models.Q(("state", "running"), _negated=True)
                | models.Q(("next_event_at__isnull", False))
                | models.Q(("unit__in", ["points", "share"])),
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
