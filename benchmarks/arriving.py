"""Leads that arrive at a steady rate while they are counted, and how soon they are."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from bulk_handovers import NOW
from ground import Ground

RATE = 200
# As the beat runs the worker.
EVERY_SECONDS = 2.0
MOST_LAG = 5.0

# One lead that is handed over: what the product writes of it, in one transaction.
ARRIVE = """
create or replace function bench_arrive(org bigint, nth bigint, moment timestamptz) returns bigint
language plpgsql as $$
declare
  lead_id uuid := uuidv7(); subject_id uuid := uuidv7(); handover_id uuid := uuidv7(); m record; clock_id uuid;
begin
  select l.version_id, l.assigned_to_id, l.tier, l.weight, l.judged, l.last_utm, x.campaign_id, x.country, s.team_id
    into m from bench_model l join leads_lead x on x.id = l.lead_id join sla_subject s on s.id = l.subject_id
    where l.n = nth % (select count(*) from bench_model);
  insert into leads_lead (id, organisation_id, number, email, email_norm, given_name, family_name, country,
    company_name, stage, stage_since, origin, cycle, fit_grade, fit_points, readiness_points, tier, score_reasons,
    first_touch, created_at, updated_at, revision, campaign_id)
  values (lead_id, org, nth, nth || '@example.com', nth || '@example.com', 'Jane', 'Doe', m.country,
    'Example GmbH', 'mql', moment, 'marketing', 1, 'A', 80, 40, m.tier, '[]', '{"source": "source-1"}', moment, moment,
    1, m.campaign_id);
  insert into sla_subject (id, organisation_id, kind, thread_id, version_id, tier, weight, owner_id, team_id,
    counted_month, counted_on, opened_at, required_fields, present_fields, credit, credit_key)
  values (subject_id, org, 'handover', lead_id, m.version_id, m.tier, m.weight, m.assigned_to_id, m.team_id,
    date_trunc('month', moment)::date, moment::date, moment, 3, 3, 'counted', lead_id || ':1');
  insert into sla_creditentry (organisation_id, subject_id, kind, month, day, points, at)
  values (org, subject_id, 'given', date_trunc('month', moment)::date, moment::date, m.weight, moment);
  insert into leads_handover (id, organisation_id, lead_id, number, subject_id, version_id, tier, weight, cycle,
    sent_at, assigned_to_id, counted_month, snapshot, decision, progress, updated_at, revision, routed, judged,
    last_utm)
  values (handover_id, org, lead_id, 1, subject_id, m.version_id, m.tier, m.weight, 1, moment, m.assigned_to_id,
    date_trunc('month', moment)::date, '{}', 'pending', 'new', moment, 1, '{}', m.judged, m.last_utm);
  insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, via, at, data)
  values (org, 'lead.received', 'lead', lead_id, lead_id, 'api', moment, '{}'),
    (org, 'handover.sent', 'handover', handover_id, lead_id, 'web', moment, '{}');
  for i in 1..2 loop
    insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
      target_seconds, warn_shares, state, started_at, used_seconds, running_since, due_at, warn_at, step,
      next_event_at, owner_id)
    values (org, subject_id, lead_id, (array['decision', 'first_contact'])[i], 'sales', m.version_id, 1, 26,
      'elapsed_hours', 93600, '[]', 'running', moment, 0, moment, moment + interval '26 hours', '[]', 0,
      moment + interval '26 hours', m.assigned_to_id) returning id into clock_id;
    insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, via, at, data)
    values (org, 'clock.started', 'clock', clock_id, lead_id, 'system', moment, '{}');
  end loop;
  return pg_current_xact_id()::text::bigint;
end $$
"""
# Arriving leads take after those of the last days.
MODEL = """
drop table if exists bench_model;
create unlogged table bench_model as
select row_number() over () - 1 as n, h.* from (
  select * from leads_handover where organisation_id = %(org)s order by sent_at desc limit 500) h
"""


@dataclass
class Arrivals:
    """Transactions as they were committed, in order, with the moment; written by a thread of its own."""

    place: Ground
    organisation_id: int
    first: int
    seconds: int
    committed: list[tuple[int, float]] = field(default_factory=list)

    def run(self) -> None:
        """Write leads one by one, each in its transaction, at an even rate."""
        connection = psycopg2.connect(self.place.server.url("admin"))
        connection.autocommit = True
        began = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")
            for n in range(RATE * self.seconds):
                time.sleep(max(began + n / RATE - time.monotonic(), 0))
                cursor.execute("select bench_arrive(%s, %s, %s)", [self.organisation_id, self.first + n, NOW])
                self.committed.append((cursor.fetchone()[0], time.monotonic()))
        connection.close()


def lag_while_arriving(place: Ground, organisation: Any, size: int, *, seconds: int) -> None:
    """Let leads arrive and the product count them as its beat does; print how long each waited."""
    place.ask(ARRIVE)
    place.ask(MODEL, {"org": organisation.pk})
    arrivals = Arrivals(place, organisation.pk, size + 1, seconds)
    writer = threading.Thread(target=arrivals.run)
    began = time.monotonic()
    writer.start()
    counted, working, folds = [], 0.0, 0
    while writer.is_alive() or not counted or counted[-1][0] <= arrivals.committed[-1][0]:
        time.sleep(max(began + folds * EVERY_SECONDS - time.monotonic(), 0))
        folds += 1
        start = time.monotonic()
        counted.append((_folded(organisation), time.monotonic()))
        working += counted[-1][1] - start
    writer.join()
    _tell(arrivals, counted, working)


def _folded(organisation: Any) -> int:
    """Count what there is; return the transaction before which everything is counted."""
    from dashboards.models import Rollup
    from dashboards.rollups import fold
    from smarketing.lib.clock import now
    from smarketing.lib.scope import tenant_scope

    fold(organisation.pk, at=now())
    with tenant_scope(organisation.pk):
        return Rollup.objects.get().horizon


def _tell(arrivals: Arrivals, counted: list[tuple[int, float]], working: float) -> None:
    lags, done = [], iter(counted)
    horizon, moment = next(done)
    for txid, committed in arrivals.committed:
        while horizon <= txid:
            horizon, moment = next(done)
        lags.append(moment - committed)
    lags.sort()
    number = len(lags)
    took = arrivals.committed[-1][1] - arrivals.committed[0][1]
    p99 = lags[number * 99 // 100 - 1]
    print(
        f"  {number:,} leads at {number / took:.0f} a second: counted after {lags[number // 2]:.2f} s (p50), "
        f"{p99:.2f} s (p99; aim {MOST_LAG:.0f}){'  MISSED' if p99 > MOST_LAG else ''}; "
        f"counting took {working:.1f} s, {number / working:,.0f} a second",
        flush=True,
    )
