"""The belts of leads: policies, grants, composite keys."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("leads", "0001_initial"), ("sla", "0002_tenancy")]

    operations = [
        TenantTable("Company"),
        TenantTable("Campaign"),
        TenantTable("Lead"),
        TenantTable("LeadNumber"),
        TenantTable("Behaviour"),
        TenantTable("Consent"),
        TenantTable("Handover"),
        TenantTable("Rejection"),
        TenantTable("Attempt"),
        TenantTable("RoutingTurn"),
    ]
