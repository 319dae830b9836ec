"""How long the inbox, the list of leads and a lead's page take on the server, with 1,000,000 leads in the organisation.

Run it as `python benchmarks/bench_pages.py [leads …]`; it starts a database of its own and fills it as its superuser.
Each size is one organisation among a hundred; 40 % of its leads were handed over during 24 months. Printed per page:
queries, median and 95th percentile in milliseconds, through the real views as the role sm_web; then the plans that do
not use an index, and the ratio between the largest size and the smallest.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from smarketing.services import instance, postgres, roles  # noqa: E402 -- the path comes first

SIZES = (10_000, 1_000_000)
OTHERS = 98
RUNS = 15
REPS = 100
MOST_QUERIES = 12
# A lead's own page reads one lead from every side; its count is fixed, not bounded by the aim of the lists.
MOST_QUERIES_OF_LEAD = 15
MOST_MS = 150
BEGINNING = datetime(2024, 4, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
ZONE = "Europe/Vienna"
# What belongs to a request whatever it shows: opening the scope, the session, savepoints.
UNCOUNTED = ("set_config", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")

# What the pages do not read may be empty: a new column must not break the filling.
EMPTY = """
do $$ declare one record; begin
  for one in select table_name, column_name, data_type from information_schema.columns
    where table_schema = 'public' and is_nullable = 'NO' and column_default is null and is_generated = 'NEVER'
      and table_name in ('leads_lead', 'leads_handover', 'leads_campaign', 'leads_rejection', 'sla_subject',
        'sla_clock', 'events_event', 'tenants_user', 'tenants_membership')
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
  from generate_series(1, %(reps)s) n returning id, name, email
)
insert into tenants_membership (organisation_id, user_id, name, email, title, roles, is_active)
select %(org)s, id, name, email, '',
  case when name in ('Rep 1', 'Rep 2') then array['marketer'] else array['sales_rep'] end, true from made
"""

CAMPAIGNS = """
insert into leads_campaign (organisation_id, name, utm_norm, channel, revision)
select %(org)s, 'Campaign ' || n, 'campaign_' || n, 'search', 1 from generate_series(1, 60) n
"""

# Of ten leads four were handed over, the later the more; of those, the newest are undecided or still worked on.
FILL = """
create temp table person as
  select row_number() over (order by id) as n, id, roles from tenants_membership
  where organisation_id = %(org)s and 'sales_rep' = any (roles);
create temp table marketer as
  select row_number() over (order by id) as n, id from tenants_membership
  where organisation_id = %(org)s and 'marketer' = any (roles);
create temp table campaign as
  select row_number() over (order by id) as n, id from leads_campaign where organisation_id = %(org)s;
create temp table made as
select n, uuidv7() as lead_id, uuidv7() as subject_id, uuidv7() as handover_id, n %% 5 < 2 as sent,
  %(from)s + (%(to)s - %(from)s) * n / %(size)s as at, n > %(size)s - greatest(%(size)s / 100, 200) as is_new,
  case when n %% 9 = 0 then 'hand_raiser' else 'standard' end as tier, case when n %% 9 = 0 then 3 else 1 end as weight,
  case when n > %(size)s - greatest(%(size)s / 200, 100) then 'pending' when n %% 10 = 1 then 'rejected'
    else 'accepted' end as decision,
  n %% 10 < 3 and n > %(size)s * 9 / 10 or n > %(size)s - greatest(%(size)s / 50, 400) as is_open,
  (select id from person where person.n = 1 + made_n.n::bigint * 7919 %% (select count(*) from person)) as rep,
  (select id from marketer where marketer.n = 1 + made_n.n %% (select count(*) from marketer)) as marketer,
  (select id from campaign where campaign.n = 1 + made_n.n * 31 %% (select count(*) from campaign)) as campaign
from generate_series(1, %(size)s) made_n(n);
insert into leads_lead (id, organisation_id, number, email, email_norm, given_name, family_name, phone, phone_e164,
  job_title, country, company_name, message, custom, stage, stage_since, origin, cycle, fit_grade, fit_points,
  readiness_grade, readiness_points, tier, wants_sales_talk, score_reasons, first_touch, last_touch, created_at,
  updated_at, revision, campaign_id, marketer_id, sales_owner_id, scored_at)
select lead_id, %(org)s, n, mail, mail,
  (array['Anna', 'Bert', 'Clara', 'David', 'Eva', 'Frank', 'Greta', 'Hugo', 'Ida', 'Jonas'])[1 + n %% 10] ,
  family, '+43 1 ' || n, '+431' || lpad(n::text, 8, '0'), 'CTO',
  (array['AT', 'DE', 'CH', 'FR', 'IT', 'NL', 'PL', 'CZ', 'SE', 'IS'])[1 + (n * 13 %% 100) / 12],
  'Company ' || n %% 50000 || ' GmbH', '', '{}',
  case when not sent then (array['lead', 'lead', 'prospect', 'nurture', 'mql'])[1 + n %% 5 * 7 %% 5]
    when decision = 'pending' then 'mql' when decision = 'rejected' then 'nurture' else 'sal' end,
  at, 'marketing', 1, (array['A', 'B', 'C', 'D'])[1 + n * 17 %% 4], 40, 1 + n * 3 %% 4, 30,
  case when sent then tier else '' end,
  false, '[]', jsonb_build_object('source', 'source-' || n * 7 %% 40, 'medium', 'cpc'), '{}', at,
  at + interval '2 hours',
  1, campaign, marketer, case when sent and decision = 'accepted' then rep end, at
from (select *, 'person' || n || '@company' || n %% 50000 || '.example' as mail,
  (array['Meier', 'Huber', 'Bauer', 'Wagner', 'Gruber', 'Steiner'])[1 + n %% 6] || (n::bigint * 7919 %% 20000)
    as family from made) m;
-- What the trigger keeps of each, without its care: these names are plain.
insert into leads_leadword (organisation_id, lead_id, word)
select organisation_id, id, word from leads_lead cross join lateral unnest(array[lower(given_name), lower(family_name),
  'company', split_part(company_name, ' ', 2), 'gmbh', email_norm, split_part(email_norm, '@', 2), phone_e164]) word
where organisation_id = %(org)s;
insert into sla_subject (id, organisation_id, kind, thread_id, version_id, tier, weight, owner_id, counted_month,
  counted_on, opened_at, decided_at, required_fields, present_fields, credit, credit_key)
select subject_id, %(org)s, 'handover', lead_id, %(version)s, tier, weight, rep,
  date_trunc('month', at at time zone %(zone)s)::date, (at at time zone %(zone)s)::date, at,
  case when decision <> 'pending' then at + interval '3 hours' end, 3, 3, 'counted', lead_id || ':1'
from made where sent;
insert into leads_handover (id, organisation_id, lead_id, number, subject_id, version_id, tier, weight, cycle, sent_at,
  assigned_to_id, counted_month, note, override_reason, snapshot, decision, decided_at, progress, contacted_at,
  outcome, outcome_reason, closed_at, updated_at, revision, routed)
select handover_id, %(org)s, lead_id, 1, subject_id, %(version)s, tier, weight, 1, at, rep,
  date_trunc('month', at at time zone %(zone)s)::date, '', '', '{"score_reasons": []}', decision,
  case when decision <> 'pending' then at + interval '3 hours' end,
  case when decision = 'pending' then 'new' when is_open then 'contacted' else 'closed' end,
  case when decision = 'accepted' and not is_new
    then at + make_interval(mins => 5 + (n::bigint * 7919 %% 2000)::int) end,
  case when decision = 'accepted' and not is_open then 'lost' end, '',
  case when decision = 'accepted' and not is_open then at + interval '20 days' end, at, 1, '{}'
from made where sent;
insert into leads_rejection (organisation_id, handover_id, reason_class, reason, reason_label, criterion,
  criterion_label, note, evidence_url, by_id, at, state)
select %(org)s, handover_id, 'definitional', 'not_fitting', 'Does not fit', '', '', '', '', rep,
  at + interval '3 hours',
  case when is_new then 'open' else 'upheld' end
from made where sent and decision = 'rejected';
insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
  target_seconds, warn_shares, state, started_at, used_seconds, running_since, due_at, warn_at, step, next_event_at,
  pause_reason, stopped_at, breached_at, owner_id)
select %(org)s, subject_id, lead_id, commitment, 'sales', %(version)s, 1, 24, 'elapsed_hours', 86400, '[]',
  case when owed and at + interval '30 hours' > %(to)s then 'running'
    when (owed or n %% 12 = 0) and at + interval '30 hours' <= %(to)s then 'breached' else 'met' end,
  at, 0, at, at + interval '30 hours', '[]', 0,
  case when owed and at + interval '30 hours' > %(to)s then at + interval '30 hours' end, '',
  case when not owed then at + interval '40 hours' end,
  case when (owed or n %% 12 = 0) and at + interval '30 hours' <= %(to)s then at + interval '30 hours' end, rep
from made cross join unnest(array['decision', 'first_contact', 'attempts']) commitment
cross join lateral (select commitment = 'decision' and decision = 'pending'
  or commitment = 'first_contact' and is_new and decision <> 'rejected' as owed) o
where sent;
insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, by_id, via, at, data)
select %(org)s, kind, 'lead', lead_id, lead_id, marketer, 'web', at, data::jsonb
from made cross join (values ('lead.received', '{}'),
  ('lead.scored', '{"fit_grade": "A", "readiness_grade": 1, "tier": "standard"}')) e(kind, data);
insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, by_id, via, at, data)
select %(org)s, kind, 'handover', handover_id, lead_id, rep, 'web', at + interval '3 hours', '{}'
from made cross join unnest(array['handover.sent', 'handover.accepted']) kind where sent;
drop table person, marketer, campaign, made;
"""


def main() -> None:
    """Fill, measure each size in an organisation of its own, compare; fails when an aim is missed."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="smarketing-bench-", dir=os.environ.get("BENCH_DIR")) as folder:
        data = Path(folder)
        data.chmod(0o755)
        with postgres.start(data) as server:
            _prepare(server, data)
            made = _filled(server, sizes)
            figures = [_measure(server, *one) for one in made]
    _compare(sizes, figures)


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
    """Run statements as the superuser; return what the last one answers."""
    import psycopg2

    connection = psycopg2.connect(server.admin_url(instance.DATABASE))
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in filter(str.strip, statements):
            cursor.execute(statement, facts or None)
        answer = cursor.fetchall() if cursor.description else []
    connection.close()
    return answer


def _sign_up(email: str, name: str) -> None:
    from smarketing.lib.scope import global_scope
    from tenants.models import User

    with global_scope():
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, None, name=name)


def _organisation(name: str, number: int) -> Any:
    from tenants.actions import create_organisation

    _sign_up(f"admin{number}@example.com", f"Admin {number}")
    return create_organisation(
        name=name, country="AT", zone=ZONE, admin_email=f"admin{number}@example.com", at=BEGINNING
    )


def _filled(server: Any, sizes: list[int]) -> list[tuple[Any, int]]:
    """Fill every organisation without the indexes of large tables, then make them again."""
    _admin(server, EMPTY)
    indexes = _admin(server, INDEXES)
    _admin(server, *(f"drop index {name}" for name, _text in indexes))
    made = [_fill(server, size, number) for number, size in enumerate(sizes)]
    _others(server)
    began = time.perf_counter()
    _admin(server, "set maintenance_work_mem = '512MB'", *(text for _name, text in indexes), "vacuum analyze")
    print(f"indexed in {time.perf_counter() - began:.0f} s", flush=True)
    return made


INDEXES = """
select indexname, indexdef from pg_indexes
join pg_class c on c.relname = indexname join pg_index i on i.indexrelid = c.oid
where schemaname = 'public' and not i.indisunique and tablename in ('leads_lead', 'leads_leadword', 'leads_handover',
  'leads_rejection', 'sla_clock', 'sla_subject', 'events_event')
"""


def _fill(server: Any, size: int, number: int) -> tuple[Any, int]:
    from sla import queries
    from smarketing.lib.scope import tenant_scope

    began = time.perf_counter()
    made = _organisation(f"bench {size}", number)
    with tenant_scope(made.organisation.pk):
        version = queries.agreement_in_force(at=NOW)
    assert version is not None
    facts = {"size": size, "org": made.organisation.pk, "version": version.pk.hex, "from": BEGINNING, "to": NOW}
    facts |= {"zone": ZONE, "reps": REPS}
    # Checked row by row, a million rows take an hour; they are right by how they are made.
    _admin(server, "set session_replication_role = replica", PEOPLE, CAMPAIGNS, *FILL.split(";\n"), **facts)
    print(f"filled {size:,} leads in {time.perf_counter() - began:.0f} s", flush=True)
    return made.organisation, size


def _others(server: Any) -> None:
    """Make the other organisations, each with a few leads."""
    from sla import queries
    from smarketing.lib.scope import tenant_scope

    for number in range(100, 100 + OTHERS):
        made = _organisation(f"other {number}", number)
        with tenant_scope(made.organisation.pk):
            version = queries.agreement_in_force(at=NOW)
        facts = {"size": 1000, "org": made.organisation.pk, "version": version.pk.hex, "from": BEGINNING, "to": NOW}
        fast = "set session_replication_role = replica"
        _admin(server, fast, PEOPLE, CAMPAIGNS, *FILL.split(";\n"), **facts, zone=ZONE, reps=5)


def _client(email: str) -> Any:
    from django.test import Client

    from smarketing.lib.scope import global_scope
    from tenants.models import User

    client = Client()
    with global_scope():
        client.force_login(User.objects.get(email=email))
    return client


def _seats(server: Any, organisation: Any) -> dict[str, Any]:
    """Return a browser of a manager who sees everything, and one of a rep."""
    admin = Membership_of(organisation, "administrator")
    _admin(
        server,
        "update tenants_membership set roles = array['sales_manager', 'marketing_manager'] where id = %(id)s",
        id=str(admin.pk),
    )
    rep = Membership_of(organisation, "sales_rep")
    return {"manager": _client(admin.email), "rep": _client(rep.email), "rep_member": rep}


def Membership_of(organisation: Any, role: str) -> Any:  # noqa: N802 -- reads as what it returns
    """Return somebody with this role."""
    from smarketing.lib.scope import tenant_scope
    from tenants.models import Membership

    with tenant_scope(organisation.pk):
        return Membership.objects.filter(roles__contains=[role]).order_by("pk")[:1].get()


def _measure(server: Any, organisation: Any, size: int) -> dict[str, float]:
    import time_machine

    people = _seats(server, organisation)
    slug, found = organisation.slug, {}
    with time_machine.travel(NOW, tick=True):
        print(f"\n{size:,} leads: queries, ms median and p95", flush=True)
        for name, (who, path) in _pages(organisation, people).items():
            found[name] = _timed(name, people[who], f"/o/{slug}/{path}", _headers(name))
    return found


def _headers(name: str) -> dict[str, str]:
    if name.startswith("views"):
        return {"HX-Request": "true", "HX-Target": "views"}
    if name.startswith("poll"):
        return {"HX-Request": "true", "HX-Target": "queue"}
    return {}


def _pages(organisation: Any, people: dict[str, Any]) -> dict[str, tuple[str, str]]:
    from leads.models import Campaign, Handover, Lead
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(organisation.pk):
        lead = Handover.objects.order_by("-sent_at")[:1].get().lead_id
        some = Lead.objects.order_by("-updated_at").exclude(email_norm="")[1000:1001].get()
        campaign, marketer = Campaign.objects.order_by("pk")[:1].get().pk, some.marketer_id
    rep = people["rep_member"].pk
    lists = {
        "list": "", "list, page 2": "page=2", "list, last page": "page=200", "list, oldest": "order=quiet",
        "list, by name": "order=name", "stage": "stage=mql", "to hand over": "view=to_send",
        "with sales": "view=with_sales", "nurture": "view=nurture", "mine": "view=mine", "owner": f"owner={rep}",
        "nobody's": "owner=none", "marketer": f"marketer={marketer}", "campaign": f"campaign={campaign}",
        "source": "source=source-7", "country": "country=IS", "tier": "tier=hand_raiser", "fit": "fit=A",
        "readiness": "readiness=1", "created": "created=30",
        "created, a month of old": "created=2024-09-01..2024-09-30",
        "updated": "updated=7", "stage and country": "stage=nurture&country=AT&fit=B",
        "nothing fits": "stage=opportunity&country=AT", "cohort": "month=2026-02", "cohort, long ago": "month=2024-06",
        "search name": "q=huber1234", "search two words": "q=anna+meier1", "search e-mail": f"q={some.email_norm}",
        "search company": "q=company+4711", "search a letter": "q=a", "search with filter": "q=huber&stage=mql",
    }  # fmt: skip
    pages = {name: ("manager", f"leads/?{query}") for name, query in lists.items()}
    pages["views' counts"] = ("manager", "leads/?view=all")
    pages |= {"rep's list": ("rep", "leads/"), "rep's search": ("rep", "leads/?q=huber")}
    pages |= {"lead": ("manager", f"leads/{lead}/")}
    for view in ("todo", "needs_contact", "accepted", "rejected"):
        pages[f"manager's inbox, {view}"] = ("manager", f"inbox/?view={view}")
    return pages | {"rep's inbox": ("rep", "inbox/"), "poll of the inbox": ("manager", "inbox/?part=queue")}


def _timed(name: str, client: Any, url: str, headers: dict[str, str]) -> float:
    """Ask often; print queries, median and 95th percentile; return the median."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def ask() -> Any:
        answer = client.get(url, headers=headers)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer

    ask()
    with CaptureQueriesContext(connection) as asked:
        ask()
    told = [one["sql"] for one in asked.captured_queries if not any(word in one["sql"] for word in UNCOUNTED)]
    times = _times(ask)
    median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    most = MOST_QUERIES_OF_LEAD if name == "lead" else MOST_QUERIES
    flag = "" if len(told) <= most and median <= MOST_MS else "  <-- over"
    print(f"  {name:<28} {len(told):3d} {median:8.1f} {p95:8.1f}{flag}", flush=True)
    _plans(told)
    return median


def _times(ask: Callable[[], Any]) -> list[float]:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
        # What is far too slow need not be shown fifteen times.
        if sum(times) > 15_000 and len(times) > 2:
            break
    return times


SCANNED = re.compile(r"Seq Scan on (leads_\w+|sla_clock|sla_subject|events_event)")


def _plans(told: list[str]) -> None:
    """Print which large table a query read from end to end."""
    import psycopg2
    from django.conf import settings

    found = settings.DATABASES["default"]
    connection = psycopg2.connect(
        host=found["HOST"], port=found["PORT"], user=found["USER"], password=found["PASSWORD"], dbname=found["NAME"]
    )
    with connection.cursor() as cursor:
        for sql in told:
            organisation = re.search(r"organisation_id\"? = (\d+)", sql)
            if not organisation or not sql.lstrip(" (\n").lower().startswith(("select", "with")):
                continue
            cursor.execute("select set_config('app.tenant_id', %s, true)", [organisation[1]])
            cursor.execute("explain " + sql)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            large = set(SCANNED.findall(plan)) & LARGE
            if large:
                print(f"      reads all of {', '.join(sorted(large))}: {sql[:160]}", flush=True)
    connection.close()


LARGE = {
    "leads_lead",
    "leads_leadword",
    "leads_handover",
    "leads_rejection",
    "sla_clock",
    "sla_subject",
    "events_event",
}


def _compare(sizes: list[int], figures: list[dict[str, float]]) -> None:
    if len(figures) < 2:
        return
    print(f"\n{sizes[-1]:,} against {sizes[0]:,} leads")
    for name, median in figures[-1].items():
        print(f"  {name:<28} {median / figures[0][name]:6.2f} x")
    slow = {name: median for name, median in figures[-1].items() if median > MOST_MS}
    print("over the aim:", ", ".join(f"{name} {median:.0f} ms" for name, median in slow.items()) or "none")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
