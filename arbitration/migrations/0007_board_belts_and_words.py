"""What the database itself refuses of rulings and votes, and the word stems by which rulings are found."""

from django.db import migrations

from smarketing.lib.migrations import TenantKeyConstraint, TenantTable

INVOLVED = """
-- Who has a hand in a case: sent, was ever assigned, decided, rejected, filed, or manages one of those directly.
-- Whose ruling made the handover accepted has decided the case, not the handover that it is about.
create function arbitration_involved(org bigint, the_case uuid, member uuid) returns boolean
language sql stable as $$
  select exists (
    select 1 from arbitration_case c
    join leads_handover h on h.organisation_id = c.organisation_id and h.id = c.handover_id
    join leads_rejection r on r.organisation_id = c.organisation_id and r.id = c.rejection_id
    join tenants_membership m on m.organisation_id = c.organisation_id and (
      m.id in (h.sent_by_id, h.assigned_to_id, r.by_id, c.filed_by_id)
      or (m.id = h.decided_by_id and h.decision <> 'accepted_by_ruling')
      or m.id::text in (
        select e.data ->> 'assigned_to' from events_event e
        where e.organisation_id = c.organisation_id and e.subject_id = h.id and e.data ? 'assigned_to'))
    where c.organisation_id = org and c.id = the_case and (m.id = member or m.manager_id = member))
$$;
create function arbitration_recused(org bigint, the_case uuid, member uuid) returns boolean
language sql stable as $$
  select exists (select 1 from arbitration_recusal where organisation_id = org and case_id = the_case
    and member_id = member)
$$;
"""

RULING = """
create or replace function arbitration_may_rule() returns trigger language plpgsql as $$
declare
  the_roles text[];
  the_seat text;
begin
  select roles into the_roles from tenants_membership
    where organisation_id = new.organisation_id and id = new.by_id and is_active;
  if the_roles is null or not ('executive' = any (the_roles))
     or the_roles && array['marketer', 'marketing_manager', 'sales_rep', 'sales_manager'] then
    raise exception 'only a neutral executive rules' using errcode = 'insufficient_privilege';
  end if;
  select kind into the_seat from arbitration_seat s where s.organisation_id = new.organisation_id
    and s.member_id = new.by_id and s.kind in ('chair', 'deputy') and s.until is null and s.since <= new.at;
  if the_seat is null then
    raise exception 'only the chair or a deputy rules' using errcode = 'insufficient_privilege';
  end if;
  if arbitration_involved(new.organisation_id, new.case_id, new.by_id) then
    raise exception 'a person involved in the case cannot rule' using errcode = 'insufficient_privilege';
  end if;
  if arbitration_recused(new.organisation_id, new.case_id, new.by_id) then
    raise exception 'who is recused cannot rule' using errcode = 'insufficient_privilege';
  end if;
  if new.corrects_id is not null and (the_seat <> 'chair' or not exists (
      select 1 from arbitration_ruling r where r.organisation_id = new.organisation_id and r.id = new.corrects_id
      and r.case_id = new.case_id and r.outcome <> 'remanded')) then
    raise exception 'the chair corrects a decision of the same case' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
"""

VOTE = """
create function arbitration_may_vote() returns trigger language plpgsql as $$
begin
  if not exists (
      select 1 from arbitration_seat s
      join tenants_membership m on m.organisation_id = s.organisation_id and m.id = s.member_id and m.is_active
      where s.organisation_id = new.organisation_id and s.member_id = new.member_id and s.until is null
      and s.since <= new.at) then
    raise exception 'only the board votes' using errcode = 'insufficient_privilege';
  end if;
  if arbitration_involved(new.organisation_id, new.case_id, new.member_id)
     or arbitration_recused(new.organisation_id, new.case_id, new.member_id) then
    raise exception 'who is not neutral cannot vote' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger may_vote before insert on arbitration_vote for each row execute function arbitration_may_vote();
"""

# Both languages' stems of every word, without the stop words of either; stems compare by plain equality.
WORDS = """
create function arbitration_stems(told text) returns setof text language sql immutable parallel safe as $$
  select distinct left(stem, 60)
  from unnest(tsvector_to_array(to_tsvector('simple', left(told, 50000)))) token,
    lateral unnest(ts_lexize('english_stem', token) || ts_lexize('german_stem', token)) stem
  where ts_lexize('english_stem', token) <> '{}' and ts_lexize('german_stem', token) <> '{}'
$$;
create function arbitration_keep_words(org bigint, the_ruling uuid, the_part integer, told text) returns void
language sql as $$
  insert into arbitration_rulingword as w (organisation_id, ruling_id, word, part)
    select org, the_ruling, stem, the_part from arbitration_stems(told) stem
    on conflict (organisation_id, word, ruling_id) do update set part = least(w.part, excluded.part)
    where w.part > excluded.part
$$;
create function arbitration_words_of_ruling() returns trigger language plpgsql as $$
begin
  perform arbitration_keep_words(new.organisation_id, new.id, 2, r.criterion_label || ' ' || r.reason_label)
    from arbitration_case c
    join leads_rejection r on r.organisation_id = c.organisation_id and r.id = c.rejection_id
    where c.organisation_id = new.organisation_id and c.id = new.case_id;
  perform arbitration_keep_words(new.organisation_id, new.id, 3, new.reasons);
  return null;
end $$;
create trigger words_of_ruling after insert on arbitration_ruling for each row
  when (new.outcome <> 'remanded') execute function arbitration_words_of_ruling();
create function arbitration_words_of_precedent() returns trigger language plpgsql as $$
begin
  perform arbitration_keep_words(new.organisation_id, new.ruling_id, 1, new.holding);
  return null;
end $$;
create trigger words_of_precedent after insert on arbitration_precedent for each row
  execute function arbitration_words_of_precedent();
"""

# The policies are for the application's roles; while their force is lifted the owner sees the rows there are.
BACKFILL = """
alter table arbitration_ruling no force row level security;
alter table arbitration_precedent no force row level security;
alter table arbitration_rulingword no force row level security;
alter table arbitration_case no force row level security;
alter table leads_rejection no force row level security;
alter table arbitration_ruling disable trigger append_only;
update arbitration_ruling ruling set criterion = r.criterion, reason = r.reason
  from arbitration_case c join leads_rejection r on r.organisation_id = c.organisation_id and r.id = c.rejection_id
  where c.organisation_id = ruling.organisation_id and c.id = ruling.case_id;
alter table arbitration_ruling enable trigger append_only;
select arbitration_keep_words(p.organisation_id, p.ruling_id, 1, p.holding) from arbitration_precedent p;
select arbitration_keep_words(u.organisation_id, u.id, 2, r.criterion_label || ' ' || r.reason_label)
  from arbitration_ruling u
  join arbitration_case c on c.organisation_id = u.organisation_id and c.id = u.case_id
  join leads_rejection r on r.organisation_id = c.organisation_id and r.id = c.rejection_id
  where u.outcome <> 'remanded';
select arbitration_keep_words(u.organisation_id, u.id, 3, u.reasons) from arbitration_ruling u
  where u.outcome <> 'remanded';
alter table arbitration_ruling force row level security;
alter table arbitration_precedent force row level security;
alter table arbitration_rulingword force row level security;
alter table arbitration_case force row level security;
alter table leads_rejection force row level security;
"""


class Migration(migrations.Migration):
    """Belts of the new tables, the guards of rulings and votes, the words."""

    dependencies = [
        ("arbitration", "0006_board_and_precedents"),
        ("events", "0002_tenancy"),
        ("tenants", "0002_tenancy"),
    ]

    operations = [
        TenantTable("Recusal", append_only=True),
        TenantTable("Vote", append_only=True),
        TenantTable("HearingNote", append_only=True),
        TenantTable("RulingWord"),
        TenantKeyConstraint("Ruling", "corrects"),
        TenantKeyConstraint("Precedent", "overruled_by"),
        TenantKeyConstraint("Precedent", "superseded_by"),
        migrations.RunSQL(INVOLVED, migrations.RunSQL.noop),
        migrations.RunSQL(RULING, migrations.RunSQL.noop),
        migrations.RunSQL(VOTE, migrations.RunSQL.noop),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
