"""The belts of intake: policies, grants, composite keys."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("intake", "0001_initial"), ("leads", "0002_tenancy")]

    operations = [
        TenantTable("Form"),
        TenantTable("Submission"),
    ]
