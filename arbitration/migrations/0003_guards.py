"""Who may rule, refused by the database itself: a neutral executive who was not involved."""

from django.db import migrations

RULING = """
create function arbitration_may_rule() returns trigger language plpgsql as $$
declare
  the_roles text[];
  involved boolean;
begin
  select roles into the_roles from tenants_membership where organisation_id = new.organisation_id and id = new.by_id;
  if the_roles is null or not ('executive' = any (the_roles))
     or the_roles && array['marketer', 'marketing_manager', 'sales_rep', 'sales_manager'] then
    raise exception 'only a neutral executive rules' using errcode = 'insufficient_privilege';
  end if;
  if not exists (select 1 from arbitration_seat s where s.organisation_id = new.organisation_id
                 and s.member_id = new.by_id and s.kind in ('chair', 'deputy') and s.until is null) then
    raise exception 'only the chair or a deputy rules' using errcode = 'insufficient_privilege';
  end if;
  -- Involved: sent, assigned, decided, filed, or the direct manager of one of them.
  select exists (
    select 1 from arbitration_case c
    join leads_handover h on h.organisation_id = c.organisation_id and h.id = c.handover_id
    join leads_rejection r on r.organisation_id = c.organisation_id and r.id = c.rejection_id
    join tenants_membership m on m.organisation_id = c.organisation_id
      and m.id in (h.sent_by_id, h.assigned_to_id, h.decided_by_id, r.by_id, c.filed_by_id)
    where c.organisation_id = new.organisation_id and c.id = new.case_id
      and (m.id = new.by_id or m.manager_id = new.by_id)) into involved;
  if involved then
    raise exception 'a person involved in the case cannot rule' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger may_rule before insert on arbitration_ruling for each row execute function arbitration_may_rule();
"""


class Migration(migrations.Migration):
    """The trigger on rulings."""

    dependencies = [("arbitration", "0002_tenancy")]

    operations = [migrations.RunSQL(RULING, migrations.RunSQL.noop)]
