"""Handovers in bulk, with their leads, clocks, points, events and the figures added up from them.

Everything follows from ``bench_made``, one row for each handover, drawn by hashes of its number, so that every run
fills the same: of ten handovers seven are accepted, two rejected, one accepted by silence; most accepted ones are
contacted within minutes to a day and a half, fewer qualified, few won. Every statement fills a table of its own, two
at a time.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from bulk_rollups import ROLLUP, SUMS
from ground import Ground

BEGINNING = datetime(2024, 4, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
ZONE = "Europe/Vienna"

TABLES = (
    "leads_lead", "leads_handover", "leads_campaign", "leads_rejection", "sla_subject", "sla_clock", "sla_creditentry",
    "events_event", "tenants_user", "tenants_membership", "tenants_team", "dashboards_slice", "dashboards_counted",
)  # fmt: skip

# What nothing here reads may be empty: a new column must not break the filling.
EMPTY = """
do $$ declare one record; begin
  for one in select table_name, column_name, data_type from information_schema.columns
    where table_schema = 'public' and is_nullable = 'NO' and column_default is null and is_generated = 'NEVER'
      and table_name = any (%(tables)s)
      and data_type in ('text', 'jsonb', 'boolean', 'smallint', 'integer', 'bigint')
  loop
    execute format('alter table %%I alter column %%I set default %%s', one.table_name, one.column_name,
      case one.data_type when 'text' then quote_literal('') when 'jsonb' then quote_literal('{}')
        when 'boolean' then 'false' else '0' end);
  end loop;
end $$
"""

# Made again when the rows are there.
INDEXES = """
select indexname, indexdef from pg_indexes
join pg_class c on c.relname = indexname join pg_index i on i.indexrelid = c.oid
where schemaname = 'public' and not i.indisunique and tablename = any (%(tables)s)
"""

PEOPLE = """
insert into tenants_team (organisation_id, name, side)
select %(org)s, 'Team ' || n, 'sales' from generate_series(1, 4) n;
with made as (
  insert into tenants_user (id, password, email, name, zone, language, theme, single_key_shortcuts, is_active)
  select uuidv7(), '!', 'rep' || n || '-' || %(org)s || '@example.com', 'Rep ' || n, '', '', 'auto', true, true
  from generate_series(1, 20) n returning id, name, email
)
insert into tenants_membership (organisation_id, user_id, name, email, title, roles, is_active)
select %(org)s, id, name, email, '', array['sales_rep'], true from made;
insert into leads_campaign (organisation_id, name, utm_norm, channel, revision)
select %(org)s, 'Campaign ' || n, 'campaign_' || n, 'search', 1 from generate_series(1, 40) n;
update tenants_membership set roles = array['sales_manager', 'marketing_manager']
where organisation_id = %(org)s and 'administrator' = any (roles);
update tenants_membership r set manager_id = m.id from tenants_membership m
where r.organisation_id = %(org)s and m.organisation_id = %(org)s and 'sales_rep' = any (r.roles)
  and 'sales_manager' = any (m.roles)
"""

# A lot from 0 on, the same in every run.
LOT = "abs(mod(hashint4extended(n, {seed}), {of}))::int"

# Sales' hours as rows, to count business time in the database.
HOURS = """
drop table if exists bench_open;
create unlogged table bench_open (begins timestamptz primary key, ends timestamptz, before float8)
"""
EACH = "(select array_agg(id order by id) from {table} organisation_id = %(org)s)"
WORKED = """coalesce((select before + extract(epoch from least(ends, {moment}) - begins) from bench_open
  where begins <= {moment} order by begins desc limit 1), 0)"""

DRAWN = f"""
drop table if exists bench_made;
create unlogged table bench_made as
with drawn as materialized (
  select n, n > %(size)s * 99 / 100 as is_new,
    date_trunc('second', %(from)s::timestamptz + (%(to)s::timestamptz - %(from)s) * n / %(size)s) as at,
    {LOT.format(seed=1, of=100)} as fate, {LOT.format(seed=2, of=100)} as luck,
    {LOT.format(seed=3, of=100)} as place, 1 + {LOT.format(seed=4, of=42)} as campaign_no,
    {LOT.format(seed=5, of=25)} = 0 as is_elsewhere, {LOT.format(seed=6, of=5)} as person,
    {LOT.format(seed=7, of=5)} = 0 as raised, {LOT.format(seed=8, of=4)} as reason_no,
    floor(300 * exp(6 * {LOT.format(seed=9, of=10000)} / 10000.0))::int as seconds,
    1 + {LOT.format(seed=10, of=5)} as hours, {LOT.format(seed=11, of=27)} as criteria
  from generate_series(1, %(size)s) n
), placed as materialized (
  select *, case when place < 40 then 1 when place < 70 then 2 when place < 80 then 3 when place < 86 then 4
    when place < 91 then 5 when place < 95 then 6 when place < 98 then 7 else 8 end as country_no,
    at + make_interval(hours => hours) as would_decide
  from drawn
), decided as materialized (
  select *, 1 + mod(country_no + is_elsewhere::int, 4) as team_no,
    case when fate < 70 and would_decide <= %(to)s then 'accepted'
      when fate < 90 and would_decide <= %(to)s then 'rejected'
      when at + interval '26 hours' > %(to)s then 'pending' else 'deemed_accepted' end as decision
  from placed
), touched as materialized (
  select *, case decision when 'pending' then null when 'deemed_accepted' then at + interval '26 hours'
      else would_decide end as decided_at,
    case when decision in ('accepted', 'deemed_accepted') and luck < 85
      and at + make_interval(secs => seconds) <= %(to)s then at + make_interval(secs => seconds) end as contacted_at
  from decided
)
select n, uuidv7() as lead_id, uuidv7() as subject_id, uuidv7() as handover_id, is_new, at, decision, decided_at,
  contacted_at, seconds, reason_no, at + interval '26 hours' as due_at,
  date_trunc('month', at at time zone %(zone)s)::date as month, (at at time zone %(zone)s)::date as day,
  ((at + interval '26 hours') at time zone %(zone)s)::date as due_day,
  date_trunc('month', (at + interval '26 hours') at time zone %(zone)s)::date as due_month,
  ((at + interval '10 days') at time zone %(zone)s)::date as taken_back_day,
  case when raised then 'hand_raiser' else 'standard' end as tier, case when raised then 3 else 1 end::numeric(6, 2)
    as weight,
  (array['AT', 'DE', 'CH', 'FR', 'IT', 'NL', 'PL', 'SE'])[country_no] as country,
  case decision when 'rejected' then case when at + interval '10 days' > %(to)s then 'suspended' else 'reversed' end
    else 'counted' end as credit,
  case when decision = 'rejected' then case when at + interval '10 days' <= %(to)s then 'upheld'
    when mod(n, 3) = 0 then 'appealed' else 'open' end end as rejection,
  contacted_at is not null and luck < 30 and at + interval '5 days' <= %(to)s as qualified,
  contacted_at is not null and luck < 12 and at + interval '9 days' <= %(to)s as opportunity,
  contacted_at is not null and luck < 4 and at + interval '40 days' <= %(to)s as won,
  2000 + mod(n, 20) * 1000 as deal,
  case when contacted_at is not null and luck < 12 and at + interval '9 days' <= %(to)s
    then (2000 + mod(n, 20) * 1000) * 100 else 0 end as worth,
  array['industry:' || (array['met', 'not_met', 'unknown'])[1 + mod(criteria, 3)],
    'company_size:' || (array['met', 'not_met', 'unknown'])[1 + mod(criteria / 3, 3)],
    'pricing_viewed:' || (array['met', 'not_met', 'unknown'])[1 + mod(criteria / 9, 3)]] as judged,
  {EACH.format(table="tenants_membership where 'sales_rep' = any (roles) and")}[team_no * 5 - person] as member,
  {EACH.format(table="tenants_team where")}[team_no] as team,
  {EACH.format(table="leads_campaign where")}[campaign_no] as campaign,
  case when campaign_no > 40 then '' else 'campaign_' || campaign_no end as last_touch,
  case when campaign_no > 40 then 'direct' else 'source-' || mod(campaign_no, 12) end as source,
  case when contacted_at is not null then seconds end as took,
  case when contacted_at is not null
    then floor({WORKED.format(moment="contacted_at")} - {WORKED.format(moment="at")})::int end as worked,
  case decision when 'pending' then 'running' when 'deemed_accepted' then 'breached' else 'met' end as deciding,
  case when decision = 'rejected' then 'cancelled' when contacted_at <= at + interval '26 hours' then 'met'
    when at + interval '26 hours' <= %(to)s then 'breached' else 'running' end as contacting
from touched
"""

LEADS = """
insert into leads_lead (id, organisation_id, number, email, email_norm, given_name, family_name, country, company_name,
  stage, stage_since, origin, cycle, fit_grade, fit_points, readiness_points, tier, score_reasons, first_touch,
  created_at, updated_at, revision, campaign_id)
select lead_id, %(org)s, n, n || '@example.com', n || '@example.com', 'Jane', 'Doe ' || n, country, 'Example GmbH',
  'mql', at, 'marketing', 1, 'A', 80, 40, tier, '[]', jsonb_build_object('source', source), at, at, 1, campaign
from bench_made
"""

HANDOVERS = """
insert into leads_handover (id, organisation_id, lead_id, number, subject_id, version_id, tier, weight, cycle, sent_at,
  assigned_to_id, counted_month, snapshot, decision, decided_at, progress, contacted_at, qualified_at, opportunity_at,
  amount, outcome, closed_at, updated_at, revision, routed, judged, last_utm)
select handover_id, %(org)s, lead_id, 1, subject_id, %(version)s, tier, weight, 1, at, member, month, '{}', decision,
  decided_at, case when is_new then 'new' else 'closed' end, contacted_at,
  case when qualified then at + interval '5 days' end, case when opportunity then at + interval '9 days' end,
  case when opportunity then deal end, case when won then 'won' end,
  case when won then at + interval '40 days' end, at, 1, '{}', judged, last_touch
from bench_made
"""

SUBJECTS = """
insert into sla_subject (id, organisation_id, kind, thread_id, version_id, tier, weight, owner_id, team_id,
  counted_month, counted_on, opened_at, decided_at, required_fields, present_fields, credit, credit_key)
select subject_id, %(org)s, 'handover', lead_id, %(version)s, tier, weight, member, team, month, day, at, decided_at,
  3, 3, credit, lead_id || ':1'
from bench_made
"""

LEDGER = """
insert into sla_creditentry (organisation_id, subject_id, kind, month, day, points, at)
select %(org)s, subject_id, 'given', month, day, weight, at from bench_made
union all
select %(org)s, subject_id, 'reversed', month, taken_back_day, -weight, at + interval '10 days' from bench_made
where credit = 'reversed'
"""

REJECTIONS = """
insert into leads_rejection (organisation_id, handover_id, reason_class, reason, reason_label, by_id, at, state)
select %(org)s, handover_id, 'definitional', 'reason-' || reason_no, 'Reason ' || reason_no, member, decided_at,
  rejection
from bench_made where rejection is not null
"""

# Of what nobody did, somebody still waits for three days.
CLOCKS = """
insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
  target_seconds, warn_shares, state, started_at, used_seconds, running_since, due_at, warn_at, step, next_event_at,
  stopped_at, breached_at, closed_at, owner_id)
select %(org)s, subject_id, lead_id, commitment, 'sales', %(version)s, 1, 26, 'elapsed_hours', 93600, '[]', state,
  at, 0, at, due_at, '[]', 0, case when state = 'running' then due_at end,
  case when commitment = 'decision' and state in ('met', 'breached') then decided_at
    when commitment = 'first_contact' then contacted_at end,
  case when state = 'breached' then due_at end,
  case when state = 'breached' and at < %(to)s::timestamptz - interval '3 days' then due_at + interval '2 days' end,
  member
from bench_made
cross join lateral (values ('decision', deciding), ('first_contact', contacting)) c(commitment, state)
"""

EVENTS = """
insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, by_id, via, at, data)
select %(org)s, kind, 'handover', handover_id, lead_id, member, 'web', at + interval '3 hours', '{}'
from bench_made cross join unnest(array['handover.sent', 'handover.accepted']) kind
"""

GONE = "drop table bench_made, bench_open"


def fill(place: Ground, organisations: Sequence[tuple[Any, int]]) -> None:
    """Give each organisation so many handovers over 24 months, and what was added up from them."""
    place.ask(EMPTY, {"tables": list(TABLES)})
    indexes = place.ask(INDEXES, {"tables": list(TABLES)})
    for name, _text in indexes:
        place.ask(f"drop index {name}")
    for organisation, size in organisations:
        began = time.perf_counter()
        _fill(place, organisation, size)
        print(f"{size:,} handovers filled in {time.perf_counter() - began:.0f} s", flush=True)
    place.ask(GONE)
    began = time.perf_counter()
    _at_once(place, (f"set maintenance_work_mem = '512MB'; {text}" for _name, text in indexes))
    _at_once(place, (f"vacuum analyze {table}" for table in TABLES))
    print(f"indexed in {time.perf_counter() - began:.0f} s", flush=True)


def _fill(place: Ground, organisation: Any, size: int) -> None:
    facts = {"org": organisation.pk, "size": size, "zone": ZONE, "from": BEGINNING, "to": NOW}
    facts |= _agreed(organisation)
    for statements in (PEOPLE, HOURS):
        place.ask(statements, facts)
    place.ask("insert into bench_open select * from unnest(%(begins)s, %(ends)s, %(before)s)", _hours(organisation))
    place.ask("analyze bench_open")
    place.ask(DRAWN, facts)
    rows = (CLOCKS, EVENTS, HANDOVERS, LEADS, SUBJECTS, LEDGER, REJECTIONS)
    _at_once(place, (*SUMS, *rows), facts)
    place.ask(ROLLUP, facts)


def _at_once(place: Ground, statements: Iterable[str], facts: Mapping[str, Any] | None = None) -> None:
    """Run statements of which none needs another, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(place.ask, statement, facts) for statement in statements]:
            done.result()


def _agreed(organisation: Any) -> dict[str, Any]:
    from dashboards.rollups.parts import FORM
    from sla import queries
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(organisation.pk):
        version = queries.agreement_in_force(at=NOW)
    assert version is not None
    return {"version": str(version.pk), "number": version.number, "form": FORM}


def _hours(organisation: Any) -> dict[str, list[Any]]:
    from sla.queries import calendar_in_force, hours_for
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(organisation.pk):
        pieces = hours_for(calendar_in_force("sales")).segments_between(BEGINNING, NOW)
    before, worked = [], 0.0
    for begins, ends in pieces:
        before.append(worked)
        worked += (ends - begins).total_seconds()
    return {"begins": [begins for begins, _ends in pieces], "ends": [ends for _b, ends in pieces], "before": before}
