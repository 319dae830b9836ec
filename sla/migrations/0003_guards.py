"""What the database itself refuses: changing a signed agreement, overlapping versions; what the sweeper may do."""

from django.db import migrations

SIGNED = """
create function sla_signed_is_final() returns trigger language plpgsql as $$
begin
  if old.state = 'signed' and (
       new.content is distinct from old.content or new.content_hash is distinct from old.content_hash
       or new.number is distinct from old.number or new.starts_at is distinct from old.starts_at
       or new.signed_at is distinct from old.signed_at or new.state is distinct from old.state
       or (old.ends_at is not null and new.ends_at is distinct from old.ends_at)) then
    raise exception 'a signed agreement version never changes' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger signed_is_final before update on sla_agreementversion
  for each row execute function sla_signed_is_final();
alter table sla_agreementversion add constraint agreement_versions_never_overlap exclude using gist (
  int8range(organisation_id, organisation_id, '[]') with &&,
  tstzrange(starts_at, ends_at) with &&) where (state = 'signed');
create function sla_calendar_version_is_final() returns trigger language plpgsql as $$
begin
  raise exception 'a calendar version never changes' using errcode = 'insufficient_privilege';
end $$;
create trigger version_is_final before update or delete on sla_calendarversion
  for each row execute function sla_calendar_version_is_final();
alter table sla_clock set (fillfactor = 85);
"""

# The sweeper moves only what is due: to the next warning, or to a breach dated at the deadline.
SWEEPER = """
create policy sweep_select on sla_clock for select to sm_sweeper using (true);
create policy sweep_update on sla_clock for update to sm_sweeper
  using (state = 'running')
  with check ((state = 'breached' and breached_at = due_at) or (state = 'running' and breached_at is null));
grant select on sla_clock to sm_sweeper;
grant update (state, breached_at, detected_at, next_event_at, step) on sla_clock to sm_sweeper;
"""


class Migration(migrations.Migration):
    """Triggers, the exclusion constraint and the sweeper's policies."""

    dependencies = [("sla", "0002_tenancy")]

    operations = [
        migrations.RunSQL(SIGNED, migrations.RunSQL.noop),
        migrations.RunSQL(SWEEPER, migrations.RunSQL.noop),
    ]
