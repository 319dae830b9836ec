"""How long the joint dashboard takes on the server.

Run it as `python benchmarks/bench_dashboard.py [handovers …]`; it starts a database of its own. Handovers spread
over the six months that the page's small lines show. Printed per size: the page and its parts in milliseconds.
"""

import os
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

SIZES = (1_000, 10_000)
RUNS = 30
# The organisation begins half a year before the present month, in whose middle the page is read.
BEGINNING = datetime(2025, 10, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
ZONE = "Europe/Vienna"

# A handover every so often from the beginning to now: of ten, seven accepted, two rejected, one undecided.
FILL = """
with sent as (
  select n, uuidv7() as lead_id, uuidv7() as subject_id, uuidv7() as handover_id,
    %(from)s + (%(to)s - %(from)s) * n / %(size)s as at,
    case when n %% 5 = 0 then 'hand_raiser' else 'standard' end as tier,
    case when n %% 5 = 0 then 3 else 1 end as weight,
    case when n %% 10 < 7 then 'accepted' when n %% 10 < 9 then 'rejected' else 'pending' end as decision,
    (select id from tenants_membership where organisation_id = %(org)s) as member
  from generate_series(0, %(size)s - 1) n
), leads as (
  insert into leads_lead (id, organisation_id, number, email, email_norm, given_name, family_name, phone, phone_e164,
    job_title, country, company_name, message, custom, stage, stage_since, origin, cycle, fit_grade, fit_points,
    readiness_points, tier, wants_sales_talk, score_reasons, first_touch, last_touch, created_at, updated_at, revision)
  select lead_id, %(org)s, n + 1, n || '@example.com', n || '@example.com', 'Jane', 'Doe ' || n, '', '', '', 'AT',
    'Example GmbH', '', '{}', 'mql', at, 'marketing', 1, 'A', 80, 40, tier, false, '[]', '{}', '{}', at, at, 1
  from sent
), subjects as (
  insert into sla_subject (id, organisation_id, kind, thread_id, version_id, tier, weight, owner_id, counted_month,
    counted_on, opened_at, decided_at, required_fields, present_fields, credit, credit_key)
  select subject_id, %(org)s, 'handover', lead_id, %(version)s, tier, weight, member,
    date_trunc('month', at at time zone %(zone)s)::date, (at at time zone %(zone)s)::date, at,
    case when decision <> 'pending' then at + interval '3 hours' end, 3, 3,
    case when decision = 'rejected' then 'suspended' else 'counted' end, lead_id || ':1'
  from sent
), credits as (
  insert into sla_creditentry (organisation_id, subject_id, kind, month, day, points, at)
  select %(org)s, subject_id, 'given', date_trunc('month', at at time zone %(zone)s)::date,
    (at at time zone %(zone)s)::date, weight, at
  from sent
), handovers as (
  insert into leads_handover (id, organisation_id, lead_id, number, subject_id, version_id, tier, weight, cycle,
    sent_at, assigned_to_id, counted_month, note, override_reason, snapshot, decision, decided_at, progress,
    contacted_at, qualified_at, opportunity_at, amount, outcome_reason, updated_at, revision)
  select handover_id, %(org)s, lead_id, 1, subject_id, %(version)s, tier, weight, 1, at, member,
    date_trunc('month', at at time zone %(zone)s)::date, '', '', '{}', decision,
    case when decision <> 'pending' then at + interval '3 hours' end, 'new',
    case when n %% 10 < 6 then at + make_interval(mins => 5 + n * 7919 %% 2000) end,
    case when n %% 10 < 3 then at + interval '5 days' end, case when n %% 10 < 1 then at + interval '9 days' end,
    case when n %% 10 < 1 then 5000 end, '', at, 1
  from sent
), rejections as (
  insert into leads_rejection (organisation_id, handover_id, reason_class, reason, reason_label, criterion,
    criterion_label, note, evidence_url, by_id, at, state)
  select %(org)s, handover_id, 'definitional', 'reason-' || n %% 4, 'Reason ' || n %% 4, '', '', '', '', member,
    at + interval '3 hours', 'open'
  from sent where decision = 'rejected'
)
insert into sla_clock (organisation_id, subject_id, thread_id, commitment, side, version_id, cycle, amount, unit,
  target_seconds, warn_shares, state, started_at, used_seconds, running_since, due_at, warn_at, step, next_event_at,
  pause_reason, stopped_at, breached_at, owner_id)
select %(org)s, subject_id, lead_id, commitment, 'sales', %(version)s, 1, 24, 'elapsed_hours', 86400, '[]',
  case when n %% 10 < 6 then 'met' when n %% 10 < 8 then 'breached' else 'cancelled' end, at, 0, null,
  at + interval '1 day', '[]', 0, null, '', case when n %% 10 < 8 then at + interval '2 days' end,
  case when n %% 10 between 6 and 7 then at + interval '1 day' end, member
from sent cross join unnest(array['decision', 'first_contact', 'attempts']) commitment
"""


def main() -> None:
    """Measure each size in an organisation of its own and print the milliseconds and their ratio."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="smarketing-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with postgres.start(data) as server:
            _prepare(server, data)
            pages = [_measure(server, size) for size in sizes]
    print(f"joint dashboard, {sizes[-1]:,} against {sizes[0]:,} handovers: {pages[-1] / pages[0]:.2f} x")


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


def _measure(server: Any, size: int) -> float:
    import time_machine

    organisation = _fill(server, size)
    client = _client()
    slug = organisation.slug
    with time_machine.travel(NOW, tick=True):
        print(f"{size:,} handovers ({size // 6:,} a month)")
        page = _timed("joint dashboard", lambda: client.get(f"/o/{slug}/dashboard/"))
        _timed("one panel", lambda: client.get(f"/o/{slug}/dashboard/", headers=PANEL))
        tag = client.get(f"/o/{slug}/nav-counts/")["ETag"]
        _timed("unchanged counts", lambda: client.get(f"/o/{slug}/nav-counts/", headers={"If-None-Match": tag}), 304)
        _parts(organisation)
    return page


PANEL = {"HX-Request": "true", "HX-Target": "funnel"}


def _fill(server: Any, size: int) -> Any:
    import psycopg2

    from sla import queries
    from smarketing.lib.scope import tenant_scope
    from tenants.actions import create_organisation

    _sign_up(size)
    made = create_organisation(
        name=f"bench {size}", country="AT", zone=ZONE, admin_email="bench@example.com", at=BEGINNING
    )
    with tenant_scope(made.organisation.pk):
        version = queries.agreement_in_force(at=NOW)
    assert version is not None
    facts = {"size": size, "org": made.organisation.pk, "version": version.pk.hex, "from": BEGINNING, "to": NOW}
    connection = psycopg2.connect(server.admin_url(instance.DATABASE))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(FILL, facts | {"zone": ZONE})
        cursor.execute("vacuum analyze")
    connection.close()
    return made.organisation


def _sign_up(size: int) -> None:
    from smarketing.lib.scope import global_scope
    from tenants.models import User

    with global_scope():
        if not User.objects.filter(email="bench@example.com").exists():
            User.objects.create_user("bench@example.com", None, name="Bench")


def _client() -> Any:
    from django.test import Client

    from smarketing.lib.scope import global_scope
    from tenants.models import User

    client = Client()
    with global_scope():
        client.force_login(User.objects.get(email="bench@example.com"))
    return client


def _parts(organisation: Any) -> None:
    from datetime import date

    from dashboards import queries
    from sla.queries import open_breach_clocks, open_breaches
    from smarketing.lib.scope import tenant_scope

    cut = queries.Cut(date(2026, 3, 1))
    parts: dict[str, Callable[[], Any]] = {
        "delivery": lambda: queries.delivery(cut, at=NOW, zone=ZONE),
        "cohorts": lambda: queries.cohorts(cut),
        "promises": lambda: queries.promises(cut, at=NOW, zone=ZONE),
        "speeds": lambda: queries.speeds_of(cut, at=NOW),
        "medians": lambda: queries.medians(cut),
        "rejections": lambda: queries.rejections(cut),
        "breached now": lambda: open_breaches(at=NOW, zone=ZONE, limit=6),
        "breaches, counted": lambda: open_breach_clocks(at=NOW).count(),
    }
    with tenant_scope(organisation.pk):
        for name, part in parts.items():
            _timed(f"  {name}", part)


def _timed(name: str, call: Callable[[], Any], status: int = 200) -> float:
    """Run it often, print median and 95th percentile, return the latter."""
    call()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - began) * 1000)
        assert getattr(answer, "status_code", status) == status, answer
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"  {name:<20} {statistics.median(times):7.1f} ms   p95 {p95:7.1f} ms")
    return p95


if __name__ == "__main__":
    main()
