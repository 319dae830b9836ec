"""Which key a key came in the place of."""

import django.db.models.deletion
from django.db import migrations

import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantKeyConstraint


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0006_stored_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="key",
            name="replaces",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.key",
            ),
        ),
        TenantKeyConstraint("Key", "replaces"),
    ]
