"""Known handovers say how they were judged and which campaign came last, as their snapshots hold it."""

from django.db import migrations

# As leads.normal.fold does. While their force is lifted, the policies let the owner see the rows there are.
FILL = r"""
alter table leads_handover no force row level security;
alter table leads_lead no force row level security;
update leads_lead set last_utm =
  trim(both '_' from regexp_replace(lower(coalesce(last_touch ->> 'campaign', '')), '[^[:alnum:]_]+', '_', 'g'))
  where last_touch ? 'campaign';
update leads_handover set last_utm = trim(both '_' from regexp_replace(
    lower(coalesce(snapshot -> 'last_touch' ->> 'campaign', '')), '[^[:alnum:]_]+', '_', 'g')),
  judged = array(select (reason ->> 'key') || ':' || (reason ->> 'state')
    from jsonb_array_elements(snapshot -> 'score_reasons') reason)
  where snapshot ? 'score_reasons';
alter table leads_handover force row level security;
alter table leads_lead force row level security;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0019_judged_and_last_touch"),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
