"""The belts of choices and gathered notices; mails are kept for a time and then forgotten."""

from django.db import migrations

from smarketing.lib.migrations import TenantKeyConstraint, TenantTable

FORGETTING = "grant delete on notifications_mail to sm_web, sm_worker"


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("notifications", "0006_choices_and_digests"), ("tenants", "0002_tenancy")]

    operations = [
        TenantKeyConstraint("Mail", "member"),
        TenantTable("Choice", grants="select, insert, update, delete"),
        TenantTable("Habit"),
        TenantTable("DigestLine", grants="select, insert, update, delete"),
        migrations.RunSQL(FORGETTING, migrations.RunSQL.noop),
    ]
