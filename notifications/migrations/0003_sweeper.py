"""The worker may find, over all organisations, which mails wait to be sent; nothing else of them."""

from django.db import migrations

SWEEPER = """
create policy sweep_waiting on notifications_mail for select to sm_sweeper using (state = 'waiting');
grant select (id, organisation_id, state, available_at) on notifications_mail to sm_sweeper;
"""


class Migration(migrations.Migration):
    """One policy and one grant by column."""

    dependencies = [("notifications", "0002_tenancy")]

    operations = [migrations.RunSQL(SWEEPER, migrations.RunSQL.noop)]
