"""The belts of sla: policies, grants, composite keys."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("sla", "0001_initial"), ("tenants", "0002_tenancy")]

    operations = [
        TenantTable("Calendar"),
        TenantTable("CalendarVersion"),
        TenantTable("AgreementVersion"),
        TenantTable("Signature", append_only=True),
        TenantTable("Target"),
        TenantTable("Subject"),
        TenantTable("Clock"),
        TenantTable("CreditEntry", append_only=True),
    ]
