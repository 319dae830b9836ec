"""The worker may find, over all organisations, which submissions still wait to be judged; nothing else of them."""

from django.db import migrations

SWEEPER = """
create policy sweep_unjudged on intake_submission for select to sm_sweeper using (state = 'received');
grant select (id, organisation_id, state, received_at, attempts) on intake_submission to sm_sweeper;
"""


class Migration(migrations.Migration):
    """One policy and one grant by column."""

    dependencies = [("intake", "0002_tenancy")]

    operations = [migrations.RunSQL(SWEEPER, migrations.RunSQL.noop)]
