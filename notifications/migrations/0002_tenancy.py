"""The belts of notifications: policies, grants, composite keys."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("notifications", "0001_initial"), ("tenants", "0002_tenancy")]

    operations = [
        TenantTable("Notification"),
        TenantTable("Mail"),
    ]
