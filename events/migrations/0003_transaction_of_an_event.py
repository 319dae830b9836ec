"""Every new event says which transaction wrote it; those before stay without, and none is rewritten."""

from django.db import migrations, models

import smarketing.lib.tenancy

# The default comes after the column: together they would rewrite the table and date all of history today.
COLUMN = """
alter table events_event add column txid bigint;
alter table events_event alter column txid set default (pg_current_xact_id()::text::bigint);
"""


class Migration(migrations.Migration):
    """The column, its default for new rows, and the index of readers that go on from a mark."""

    dependencies = [("events", "0002_tenancy")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMN, "alter table events_event drop column txid")],
            state_operations=[
                migrations.AddField(
                    "event",
                    "txid",
                    models.BigIntegerField(
                        db_default=smarketing.lib.tenancy.TransactionNumber(), editable=False, null=True
                    ),
                ),
            ],
        ),
        migrations.AddIndex("event", models.Index(fields=["organisation_id", "txid"], name="event_since")),
    ]
