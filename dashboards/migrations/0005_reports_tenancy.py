"""The belts of reports; editions and sendings are forgotten when they are old."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("dashboards", "0004_reports"), ("tenants", "0006_stored_files")]

    operations = [
        TenantTable("ReportPlan"),
        TenantTable("ReportEdition", grants="select, insert, delete"),
        TenantTable("ReportSending", grants="select, insert, update, delete"),
    ]
