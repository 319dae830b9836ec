"""The heading of a point on an agenda is struck while a person is erased, and never changed otherwise."""

from django.db import migrations

GUARD = """
create function dashboards_title_stays() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('app.erasing', true), '') <> 'on' then
    raise exception 'permission denied: the title of a point stays' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger title_stays before update of title on dashboards_reviewitem
  for each row when (new.title is distinct from old.title) execute function dashboards_title_stays();
"""
UNDO = """
drop trigger title_stays on dashboards_reviewitem;
drop function dashboards_title_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0008_struck_titles"),
    ]

    operations = [migrations.RunSQL(GUARD, UNDO)]
