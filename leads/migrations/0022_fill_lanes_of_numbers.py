"""Give every organisation that has leads its sixteen counters, going on after its last number."""

from django.db import migrations

# The policies are for the application's roles; while its force is lifted the owner sees the rows there are.
FILL = """
alter table leads_leadnumber no force row level security;
insert into leads_leadnumber (id, organisation_id, lane, next)
  select uuidv7(), organisation_id, one, next + 1 + one from leads_leadnumber cross join generate_series(1, 15) one;
update leads_leadnumber set next = next + 1 where lane = 0;
alter table leads_leadnumber force row level security;
"""
DOWN = """
alter table leads_leadnumber no force row level security;
update leads_leadnumber n set next = (
  select max(next) - 1 from leads_leadnumber every where every.organisation_id = n.organisation_id) where lane = 0;
delete from leads_leadnumber where lane > 0;
alter table leads_leadnumber force row level security;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0021_lanes_of_numbers")]

    operations = [migrations.RunSQL(FILL, DOWN)]
