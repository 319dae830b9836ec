"""The belts of arbitration: policies, grants, composite keys."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("arbitration", "0001_initial"), ("leads", "0002_tenancy")]

    operations = [
        TenantTable("Seat"),
        TenantTable("CaseNumber"),
        TenantTable("Case"),
        TenantTable("Statement", append_only=True),
        TenantTable("Ruling", append_only=True),
        TenantTable("Precedent"),
    ]
