"""How long the joint dashboard takes on the server, with 1,000,000 handovers in the organisation.

Run it as `python benchmarks/bench_dashboard.py [handovers …]`; it starts a database of its own and fills it as its
superuser. Each size is one organisation among a hundred, its handovers spread over 24 months, with their clocks, points
and events. Printed per size: how fast everything was counted, then queries, median and 95th percentile in milliseconds
of the page, its parts, the lists behind its cards and an unchanged poll, through the real views as the role sm_web;
in the end the ratio between the largest size and the smallest.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from smarketing.services import instance, postgres, roles  # noqa: E402 -- the path comes first

SIZES = (10_000, 1_000_000)
OTHERS = 98
RUNS = 20
MOST_QUERIES, MOST_MS, MOST_MS_UNCHANGED = 25, 150, 10
BEGINNING = datetime(2024, 4, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
ZONE = "Europe/Vienna"
MONTH = date(2026, 3, 1)
# What belongs to a request whatever it shows: opening the scope, the session, savepoints.
UNCOUNTED = ("set_config", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")

# What nothing here reads may be empty: a new column must not break the filling.
EMPTY = """
do $$ declare one record; begin
  for one in select table_name, column_name, data_type from information_schema.columns
    where table_schema = 'public' and is_nullable = 'NO' and column_default is null and is_generated = 'NEVER'
      and table_name in ('leads_lead', 'leads_handover', 'leads_campaign', 'leads_rejection', 'sla_subject',
        'sla_clock', 'sla_creditentry', 'events_event', 'tenants_user', 'tenants_membership')
      and data_type in ('text', 'jsonb', 'boolean', 'smallint', 'integer', 'bigint')
  loop
    execute format('alter table %I alter column %I set default %s', one.table_name, one.column_name,
      case one.data_type when 'text' then quote_literal('') when 'jsonb' then quote_literal('{}')
        when 'boolean' then 'false' else '0' end);
  end loop;
end $$
"""

PEOPLE = """
with made as (
  insert into tenants_user (id, password, email, name, zone, language, theme, single_key_shortcuts, is_active)
  select uuidv7(), '!', 'rep' || n || '-' || %(org)s || '@example.com', 'Rep ' || n, '', '', 'auto', true, true
  from generate_series(1, 20) n returning id, name, email
)
insert into tenants_membership (organisation_id, user_id, name, email, title, roles, is_active)
select %(org)s, id, name, email, '', array['sales_rep'], true from made;
insert into leads_campaign (organisation_id, name, utm_norm, channel, revision)
select %(org)s, 'Campaign ' || n, 'campaign_' || n, 'search', 1 from generate_series(1, 30) n;
update tenants_membership set roles = array['sales_manager', 'marketing_manager']
where organisation_id = %(org)s and 'administrator' = any (roles)
"""

# A handover every so often from the beginning to now: of ten, seven accepted, two rejected, one undecided; six are
# contacted, three qualified, one an opportunity. The newest hundredth still runs.
FILL = """
create temp table rep as
  select row_number() over (order by id) as n, id from tenants_membership
  where organisation_id = %(org)s and 'sales_rep' = any (roles);
create temp table campaign as
  select row_number() over (order by id) as n, id from leads_campaign where organisation_id = %(org)s;
create temp table made as
select n, uuidv7() as lead_id, uuidv7() as subject_id, uuidv7() as handover_id,
  %(from)s + (%(to)s - %(from)s) * n / %(size)s as at, n > %(size)s * 99 / 100 as is_new,
  case when n %% 5 = 0 then 'hand_raiser' else 'standard' end as tier, case when n %% 5 = 0 then 3 else 1 end as weight,
  case when n %% 10 < 7 then 'accepted' when n %% 10 < 9 then 'rejected' when n > %(size)s * 99 / 100 then 'pending'
    else 'deemed_accepted' end as decision,
  5 + (n::bigint * 7919 %% 2000)::int as minutes,
  (select id from rep where rep.n = 1 + made_n.n::bigint * 7919 %% 20) as member,
  (select id from campaign where campaign.n = 1 + made_n.n * 31 %% 30) as campaign
from generate_series(1, %(size)s) made_n(n);
insert into leads_lead (id, organisation_id, number, email, email_norm, given_name, family_name, country, company_name,
  stage, stage_since, origin, cycle, fit_grade, fit_points, readiness_points, tier, score_reasons, first_touch,
  created_at, updated_at, revision, campaign_id)
select lead_id, %(org)s, n, n || '@example.com', n || '@example.com', 'Jane', 'Doe ' || n, 'AT', 'Example GmbH', 'mql',
  at, 'marketing', 1, 'A', 80, 40, tier, '[]',
  jsonb_build_object('source', 'source-' || n * 7 %% 12), at, at, 1, campaign
from made;
insert into sla_subject (id, organisation_id, kind, thread_id, version_id, tier, weight, owner_id, counted_month,
  counted_on, opened_at, decided_at, required_fields, present_fields, credit, credit_key)
select subject_id, %(org)s, 'handover', lead_id, %(version)s, tier, weight, member,
  date_trunc('month', at at time zone %(zone)s)::date, (at at time zone %(zone)s)::date, at,
  case when decision <> 'pending' then at + interval '3 hours' end, 3, 3,
  case when decision = 'rejected' then 'suspended' else 'counted' end, lead_id || ':1'
from made;
insert into sla_creditentry (organisation_id, subject_id, kind, month, day, points, at)
select %(org)s, subject_id, 'given', date_trunc('month', at at time zone %(zone)s)::date,
  (at at time zone %(zone)s)::date, weight, at
from made;
insert into leads_handover (id, organisation_id, lead_id, number, subject_id, version_id, tier, weight, cycle, sent_at,
  assigned_to_id, counted_month, snapshot, decision, decided_at, progress, contacted_at, qualified_at, opportunity_at,
  amount, updated_at, revision, routed)
select handover_id, %(org)s, lead_id, 1, subject_id, %(version)s, tier, weight, 1, at, member,
  date_trunc('month', at at time zone %(zone)s)::date, '{}', decision,
  case when decision <> 'pending' then at + interval '3 hours' end, case when is_new then 'new' else 'closed' end,
  case when n %% 10 < 6 then at + make_interval(mins => minutes) end,
  case when n %% 10 < 3 then at + interval '5 days' end, case when n %% 10 < 1 then at + interval '9 days' end,
  case when n %% 10 < 1 then 5000 end, at, 1, '{}'
from made;
insert into leads_rejection (organisation_id, handover_id, reason_class, reason, reason_label, by_id, at, state)
select %(org)s, handover_id, 'definitional', 'reason-' || n %% 4, 'Reason ' || n %% 4, member, at + interval '3 hours',
  case when is_new then 'open' else 'upheld' end
from made where decision = 'rejected';
insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
  target_seconds, warn_shares, state, started_at, used_seconds, running_since, due_at, warn_at, step, next_event_at,
  stopped_at, breached_at, owner_id)
select %(org)s, subject_id, lead_id, commitment, 'sales', %(version)s, 1, 24, 'elapsed_hours', 86400, '[]',
  case when n %% 10 < 6 then 'met' when is_new and at + interval '1 day' > %(to)s then 'running'
    when n %% 10 < 8 then 'breached' else 'cancelled' end,
  at, 0, at, at + interval '1 day', '[]', 0,
  case when n %% 10 >= 6 and is_new and at + interval '1 day' > %(to)s then at + interval '1 day' end,
  case when n %% 10 < 6 then at + interval '2 hours' when n %% 10 < 8 and not is_new then at + interval '2 days' end,
  case when n %% 10 between 6 and 7 and not (is_new and at + interval '1 day' > %(to)s) then at + interval '1 day' end,
  member
from made cross join unnest(array['decision', 'first_contact']) commitment;
insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, by_id, via, at, data)
select %(org)s, kind, 'handover', handover_id, lead_id, member, 'web', at + interval '3 hours', '{}'
from made cross join unnest(array['handover.sent', 'handover.accepted', 'handover.attempted']) kind;
drop table rep, campaign, made
"""

# What a few busy seconds bring: the newest handovers were touched and nobody has counted them yet.
TOUCH = """
insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, via, at, data)
select organisation_id, 'handover.attempted', 'handover', id, lead_id, 'web', %(at)s, '{}'
from leads_handover where organisation_id = %(org)s order by sent_at desc limit %(number)s;
update leads_handover set contacted_at = coalesce(contacted_at, %(at)s) where id in (
  select id from leads_handover where organisation_id = %(org)s order by sent_at desc limit %(number)s)
"""

SIZE = """
select count(*), (select count(*) from dashboards_counted where organisation_id = %(org)s)
from dashboards_slice where organisation_id = %(org)s
"""


def main() -> None:
    """Fill, count, measure each size in an organisation of its own, compare."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="smarketing-bench-", dir=os.environ.get("BENCH_DIR")) as folder:
        data = Path(folder)
        data.chmod(0o755)
        with postgres.start(data) as server:
            _prepare(server, data)
            made = _filled(server, sizes)
            pages = [_measure(server, *one) for one in made]
    print(f"joint dashboard, {sizes[-1]:,} against {sizes[0]:,} handovers: {pages[-1] / pages[0]:.2f} x (aim 2)")


def _prepare(server: Any, data: Path) -> None:
    # Nothing here needs Valkey; the settings want an address all the same.
    kept = instance.read(data) | {"valkey_port": 1}
    roles.ensure(server.admin_url(), db=instance.DATABASE, passwords=kept["passwords"])
    migrate = os.environ | instance.variables(kept, "migrate", data)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=migrate, check=True)
    os.environ.update(instance.variables(kept, "web", data))
    os.environ.update({"DJANGO_SETTINGS_MODULE": "smarketing.settings", "ALLOWED_HOSTS": "testserver"})
    import django

    django.setup()


def _admin(server: Any, *statements: str, **facts: Any) -> list[Any]:
    """Run statements as the superuser, past policies and foreign keys; return what the last one answers."""
    import psycopg2

    connection = psycopg2.connect(server.admin_url(instance.DATABASE))
    connection.autocommit = True
    with connection.cursor() as cursor:
        # What the rows refer to is there: nobody needs to look a million times.
        cursor.execute("set session_replication_role = replica")
        for statement in filter(str.strip, statements):
            cursor.execute(statement, facts or None)
        answer = cursor.fetchall() if cursor.description else []
    connection.close()
    return answer


def _filled(server: Any, sizes: list[int]) -> list[tuple[Any, int]]:
    _admin(server, EMPTY)
    made = [(_organisation(f"bench {size}"), size) for size in sizes]
    for number in range(OTHERS):
        _organisation(f"other {number}")
    for organisation, size in made:
        began = time.perf_counter()
        facts = {"org": organisation.pk, "size": size, "version": _version_of(organisation).hex, "zone": ZONE}
        facts |= {"from": BEGINNING, "to": NOW}
        _admin(server, *PEOPLE.split(";"), *FILL.split(";"), **facts)
        print(f"{size:,} handovers filled in {time.perf_counter() - began:.0f} s")
    _admin(server, "vacuum analyze")
    return made


def _organisation(name: str) -> Any:
    from smarketing.lib.scope import global_scope
    from tenants.actions import create_organisation
    from tenants.models import User

    email = f"{name.replace(' ', '-')}@example.com"
    with global_scope():
        User.objects.create_user(email, None, name="Bench")
    return create_organisation(name=name, country="AT", zone=ZONE, admin_email=email, at=BEGINNING).organisation


def _version_of(organisation: Any) -> Any:
    from sla import queries
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(organisation.pk):
        version = queries.agreement_in_force(at=NOW)
    assert version is not None
    return version.pk


def _measure(server: Any, organisation: Any, size: int) -> float:
    import time_machine

    print(f"{size:,} handovers ({size // 24:,} a month), {_load()}")
    _count(server, organisation, size)
    client, home = _client(organisation, size), f"/o/{organisation.slug}"
    with time_machine.travel(NOW, tick=True):
        page = _timed("joint dashboard", lambda: client.get(f"{home}/dashboard/"), most=MOST_MS)
        _timed("one tier", lambda: client.get(f"{home}/dashboard/?tier=standard"), most=MOST_MS)
        _timed("a year before", lambda: client.get(f"{home}/dashboard/?month=2025-03"), most=MOST_MS)
        _timed("one panel", lambda: client.get(f"{home}/dashboard/", headers=PANEL), most=MOST_MS)
        tag = client.get(f"{home}/nav-counts/")["ETag"]
        poll = {"If-None-Match": tag}
        _timed("unchanged counts", lambda: client.get(f"{home}/nav-counts/", headers=poll), 304, MOST_MS_UNCHANGED)
        for chosen in ("decision=accepted", "reached=contacted", "reached=opportunity", "reason=reason-1"):
            url = f"{home}/leads/?month=2026-03&{chosen}"
            _timed(f"leads, {chosen}", lambda url=url: client.get(url), most=MOST_MS)
        _parts(organisation)
        _busy(server, organisation, lambda: client.get(f"{home}/dashboard/"))
    return page


PANEL = {"HX-Request": "true", "HX-Target": "funnel"}


def _count(server: Any, organisation: Any, size: int) -> None:
    from dashboards.models import Rollup
    from dashboards.rollups import rebuild
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(organisation.pk):
        Rollup.objects.create(next_at=NOW)
    began = time.perf_counter()
    rebuild(organisation.pk, at=NOW)
    took = time.perf_counter() - began
    _admin(server, "vacuum analyze dashboards_slice, dashboards_counted, dashboards_rollup")
    ((slices, counted),) = _admin(server, SIZE, org=organisation.pk)
    print(f"  counted in {took:.0f} s ({size / took:,.0f} a second): {slices:,} slices, {counted:,} subjects")


def _client(organisation: Any, size: int) -> Any:
    from django.test import Client

    from smarketing.lib.scope import global_scope
    from tenants.models import User

    client = Client()
    with global_scope():
        client.force_login(User.objects.get(email=f"bench-{size}@example.com"))
    return client


def _parts(organisation: Any) -> None:
    from dashboards.queries import Cut, Direct, source_of
    from smarketing.lib.scope import tenant_scope

    cut = Cut(MONTH)
    with tenant_scope(organisation.pk):
        rolled, direct = source_of(cut, at=NOW, zone=ZONE), Direct(cut, NOW, ZONE)
        _timed("  slices and tail", lambda: source_of(cut, at=NOW, zone=ZONE))
        for part in ("cohorts", "promises", "speeds", "medians", "rejections", "ledger", "credits"):
            _timed(f"  {part}", getattr(rolled, part))
            _timed(f"  {part}, from the rows", getattr(direct, part), runs=5)


def _busy(server: Any, organisation: Any, page: Callable[[], Any]) -> None:
    """Two busy seconds of 200 handovers each: the page before they are counted, and how long counting takes."""
    from dashboards.rollups import fold

    _admin(server, *TOUCH.split(";"), org=organisation.pk, at=NOW, number=200)
    _timed("with 200 uncounted", page, most=MOST_MS)
    _admin(server, *TOUCH.split(";"), org=organisation.pk, at=NOW, number=400)
    began = time.perf_counter()
    changed = fold(organisation.pk, at=NOW)
    print(f"  {changed} changed handovers counted in {(time.perf_counter() - began) * 1000:.0f} ms")


def _timed(name: str, call: Callable[[], Any], status: int = 200, most: float | None = None, runs: int = RUNS) -> float:
    """Run it often, print queries, median, 95th percentile and the mean of Python's own time; return the percentile."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        call()
    queries = [one for one in asked if not re.search("|".join(UNCOUNTED), one["sql"][:60])]
    times, begun = [], time.process_time()
    for _ in range(runs):
        began = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - began) * 1000)
        assert getattr(answer, "status_code", status) == status, answer
    own = (time.process_time() - begun) * 1000 / runs
    p95 = statistics.quantiles(times, n=20)[-1]
    missed = "" if (most is None or p95 <= most) and len(queries) <= MOST_QUERIES else "  MISSED"
    aim = f"  (aim {most:.0f})" if most else ""
    print(
        f"  {name:<28} {len(queries):3} queries {statistics.median(times):8.1f} ms   p95 {p95:8.1f} ms"
        f"   of its own {own:6.1f} ms{aim}{missed}",
        flush=True,
    )
    return p95


def _load() -> str:
    return f"load average {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
