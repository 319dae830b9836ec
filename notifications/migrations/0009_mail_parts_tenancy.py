"""The belts of what goes along with mails; it is forgotten with them."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable


class Migration(migrations.Migration):
    """Parents before children."""

    dependencies = [("notifications", "0008_mail_parts"), ("tenants", "0006_stored_files")]

    operations = [TenantTable("MailPart", grants="select, insert, delete")]
