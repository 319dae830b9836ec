"""What was added up from handovers in bulk: the product's rollups, written set by set, and whether they are the same.

Counting a million handovers takes the product many minutes; a database adds them up in one. ``differences`` lets the
product count a small organisation and compares row by row: the formulas are those of dashboards.rollups.parts.
"""

from typing import Any

from ground import Ground

BUCKET = "(case when {0} < 1 then 0 else floor(ln({0}::float8) / ln(1.05::float8))::int + 1 end)::text"
BAND = "width_bucket({0}, array[900, 3600, 14400, 43200, 86400])::text"
REASON = 'format(\'["reason-%%s", "Reason %%s", "definitional"]\', reason_no, reason_no)'

# One row for each figure of a handover, as ``parts`` has them, in the order in which they are kept: by month, day,
# measure and detail. ``measure`` is null where it brings nothing.
PARTS = f"""lateral (values
  (month, day, case when took is not null then 'business' end, {BUCKET.format("worked")}, worked * 100),
  (month, day, case when took is not null then 'business_band' end, {BAND.format("worked")}, 0),
  (month, day, case when worked <= 3600 then 'business_within_hour' end, '', 0),
  (month, day, case when credit <> 'reversed' then 'credit' end, tier || '|' || weight, 0),
  (month, day, case when credit = 'counted' and decided_at is null then 'credit_pending' end, tier || '|' || weight,
    (weight * 100)::int),
  (month, day, case when credit = 'suspended' then 'credit_suspended' end, tier || '|' || weight, (weight * 100)::int),
  (month, day, 'criteria', format('%%s|%%s|%%s|%%s', %(number)s, decision, case when won then 'won' else '' end,
    array_to_string(judged, ' ')), 0),
  (month, day, 'decision', decision, (weight * 100)::int),
  (month, day, case when rejection = 'appealed' then 'disputed' end, '', 0),
  (month, day, case when took is not null then 'elapsed' end, {BUCKET.format("took")}, took * 100),
  (month, day, case when took is not null then 'elapsed_band' end, {BAND.format("took")}, 0),
  (month, day, case when took <= 3600 then 'elapsed_within_hour' end, '', 0),
  (month, day, 'points', day::text, (weight * 100)::int),
  (month, day, case when contacted_at is not null then 'reached' end, 'contacted', worth),
  (month, day, case when opportunity then 'reached' end, 'opportunity', worth),
  (month, day, case when qualified then 'reached' end, 'qualified', worth),
  (month, day, case when won then 'reached' end, 'won', worth),
  (month, day, case when rejection is not null then 'rejection' end, {REASON}, 0),
  (month, day, case when contacted_at is null and decision <> 'rejected' then 'untouched' end,
    floor(extract(epoch from at) / 3600)::int::text, 0),
  (month, taken_back_day, case when credit = 'reversed' and due_month > month then 'points' end, taken_back_day::text,
    (-weight * 100)::int),
  (due_month, due_day, 'promise', 'sales|decision|' || deciding, 0),
  (due_month, due_day, 'promise', 'sales|first_contact|' || contacting, 0),
  (month, taken_back_day, case when credit = 'reversed' and due_month = month then 'points' end, taken_back_day::text,
    (-weight * 100)::int)
) p(of_month, of_day, measure, detail, amount)"""

COUNTED = f"""
insert into dashboards_counted (organisation_id, subject_id, by, parts)
select %(org)s, subject_id,
  jsonb_build_array(coalesce(campaign::text, ''), team, source, tier, country, last_touch),
  (select jsonb_agg(jsonb_build_array(of_month, of_day, member, measure, detail, 1, amount))
    from {PARTS} where measure is not null)
from bench_made
"""

# What one slice has is added up first, then written as one row.
ROWS = """
insert into dashboards_slice (organisation_id, dimension, month, key, part, figures)
select %(org)s, dimension, of_month, key, part, jsonb_object_agg(measure, details) from (
  select dimension, of_month, key, part, measure, jsonb_object_agg(detail, jsonb_build_array(n, amount)) as details
  from ({sums}) summed group by dimension, of_month, key, part, measure
) told group by dimension, of_month, key, part
"""

# By everything but day and person; the rest of the dimensions are sums of these.
CELLS = f"""
drop table if exists bench_cell;
create unlogged table bench_cell as
select of_month, coalesce(campaign::text, '') as campaign, team::text as team, country, tier, source, last_touch,
  measure, detail, count(*) as n, sum(amount) as amount
from bench_made cross join {PARTS} where measure is not null and measure <> 'criteria'
group by of_month, campaign, team, country, tier, source, last_touch, measure, detail
"""

OF_CELLS = ROWS.format(
    sums="""
  select dimension, of_month, key, part, measure, detail, sum(n) as n, sum(amount) as amount
  from bench_cell cross join lateral (values
    ('all', '', ''), ('all', '', team || '|' || country || '|' || tier), ('campaign', campaign, ''),
    ('campaign', campaign, team || '|' || country || '|' || tier), ('team', team, ''), ('segment', country, ''),
    ('tier', tier, ''), ('source', source, ''),
    ('last_touch', case when measure in ('decision', 'reached') then last_touch end, '')
  ) place(dimension, key, part)
  where key is not null
  group by dimension, of_month, key, part, measure, detail
"""
)

OF_DAYS = ROWS.format(
    sums=f"""
  select 'day' as dimension, of_month, of_day::text as key, '' as part, measure, detail, count(*) as n,
    sum(amount) as amount
  from bench_made cross join {PARTS} where measure is not null and measure <> 'criteria'
  group by of_month, of_day, measure, detail
"""
)

OF_OWNERS = ROWS.format(
    sums=f"""
  select 'owner' as dimension, of_month, member::text as key, part, measure, detail, count(*) as n,
    sum(amount) as amount
  from bench_made cross join {PARTS} cross join lateral (values (''), (team || '|' || country || '|' || tier)) o(part)
  where measure not in ('criteria', 'untouched') and measure not like 'elapsed%%' and measure not like 'business%%'
  group by of_month, member, part, measure, detail
"""
)

OF_CRITERIA = ROWS.format(
    sums="""
  select 'criteria' as dimension, month as of_month, %(number)s::text as key, '' as part, 'judged' as measure,
    format('%%s|%%s|%%s', criterion, decision, case when won then 'won' else '' end) as detail, count(*) as n,
    0 as amount
  from bench_made cross join unnest(judged) criterion
  group by month, criterion, decision, won
"""
)

# The longest first: each needs nothing of the others.
SUMS = (f"{CELLS}; {OF_CELLS}; drop table bench_cell", COUNTED, OF_DAYS, OF_OWNERS, OF_CRITERIA)

ROLLUP = """
insert into dashboards_rollup (organisation_id, horizon, revision, built_at, zone, form, folded_at, next_at)
values (%(org)s, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 1, %(to)s, %(zone)s, %(form)s, %(to)s, %(to)s)
"""

KEPT = """
create table kept_slice as select dimension, month, key, part, figures from dashboards_slice
  where organisation_id = %(org)s and figures <> '{}';
create table kept_counted as select subject_id, by, parts from dashboards_counted where organisation_id = %(org)s
"""

DIFFERENCES = """
with slice as (
  select dimension, month, key, part, figures from dashboards_slice
  where organisation_id = %(org)s and figures <> '{}'
), counted as (
  select subject_id, by, parts from dashboards_counted where organisation_id = %(org)s
), other as (
  select 'slice in bulk only' as of, row_to_json(x)::text from (table kept_slice except table slice) x
  union all select 'slice counted only', row_to_json(x)::text from (table slice except table kept_slice) x
  union all select 'subject in bulk only', row_to_json(x)::text from (table kept_counted except table counted) x
  union all select 'subject counted only', row_to_json(x)::text from (table counted except table kept_counted) x
)
select (select count(*) from slice), (select count(*) from counted), (select count(*) from other),
  (select array_agg(o::text) from (select * from other limit 4) o)
"""


def differences(place: Ground, organisation: Any) -> tuple[int, int, int, list[str]]:
    """Let the product count again; return slices, subjects, how many are otherwise, and some of those."""
    from dashboards.rollups import rebuild

    facts = {"org": organisation.pk}
    place.ask(KEPT, facts)
    rebuild(organisation.pk, at=organisation.created_at)
    ((slices, counted, differing, some),) = place.ask(DIFFERENCES, facts)
    place.ask("drop table kept_slice, kept_counted")
    return slices, counted, differing, some or []
