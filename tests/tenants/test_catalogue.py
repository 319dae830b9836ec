"""The catalogue guard: what PostgreSQL itself says about every table, policy, key, index and role."""

from typing import Any

import psycopg2
import pytest

# Each query lists what must not exist; a row is a hole.
GUARDS = {
    "a tenant's table without forced policies": """
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and a.attname = 'organisation_id' and not a.attisdropped
          and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)""",
    "a tenant's table without a policy that reads the setting bare": """
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and a.attname = 'organisation_id' and c.relkind in ('r', 'p')
          and c.relname <> 'tenants_directory'
          and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant'
            and pg_get_expr(p.polqual, c.oid) = '(organisation_id = (current_setting(''app.tenant_id''::text))::bigint)'
            and pg_get_expr(p.polwithcheck, c.oid)
              = '(organisation_id = (current_setting(''app.tenant_id''::text))::bigint)')""",
    "a role of the application above the policies": """
        select rolname from pg_roles where rolname in ('sm_web', 'sm_worker', 'sm_sweeper')
          and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)""",
    "a role of the application that belongs to the owner": """
        select r from unnest(array['sm_web', 'sm_worker', 'sm_sweeper']) r
        where pg_has_role(r, 'sm_owner', 'member') or pg_has_role(r, 'sm_migrate', 'member')""",
    "a table that does not belong to the owner": """
        select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
          and pg_get_userbyid(relowner) <> 'sm_owner'""",
    "a view that runs as its owner": """
        select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
          and not coalesce('security_invoker=true' = any (reloptions), false)""",
    "a materialised view that the application reads": """
        select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'm'
          and has_table_privilege('sm_web', oid, 'select')""",
    "a function that runs as its owner": """
        select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
          and has_function_privilege('sm_web', oid, 'execute')""",
    "a reference between tenants' tables without the organisation": """
        select k.conname from pg_constraint k
        join pg_attribute parent on parent.attrelid = k.confrelid and parent.attname = 'organisation_id'
        where k.contype = 'f' and k.connamespace = 'public'::regnamespace and cardinality(k.conkey) = 1""",
    "a reference column without a composite key": """
        select c.relname || '.' || a.attname from pg_class c
        join pg_attribute o on o.attrelid = c.oid and o.attname = 'organisation_id'
        join pg_attribute a on a.attrelid = c.oid and a.attname like '%\\_id' and a.atttypid = 'uuid'::regtype
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and a.attname not in ('user_id') and c.relname not in ('events_event')
          and a.attname not in ('thread_id')
          and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
                          and a.attnum = any (k.conkey) and o.attnum = any (k.conkey))""",
    "a unique index that could clash between organisations": """
        select i.indexrelid::regclass::text from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'organisation_id'
        join pg_class c on c.oid = i.indrelid
        where c.relnamespace = 'public'::regnamespace and i.indisunique and not i.indisprimary
          and i.indkey[0] <> a.attnum""",
    "an event that the application could change": """
        select t || ' ' || p from unnest(array['events_event', 'sla_signature', 'sla_creditentry',
          'arbitration_ruling', 'arbitration_statement']) t, unnest(array['update', 'delete', 'truncate']) p,
          unnest(array['sm_web', 'sm_worker', 'sm_sweeper']) r
        where has_table_privilege(r, t, p)""",
    "a table that the application could empty": """
        select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
          and (has_table_privilege('sm_web', oid, 'truncate') or has_table_privilege('sm_worker', oid, 'truncate'))""",
}


@pytest.fixture(scope="module")
def catalogue(services: Any) -> Any:
    connection = psycopg2.connect(services.url("admin"))
    yield connection
    connection.close()


@pytest.mark.parametrize("hole", GUARDS)
def test_there_is_no(hole: str, catalogue: Any, django_db_setup: None) -> None:
    with catalogue.cursor() as cursor:
        cursor.execute(GUARDS[hole])
        found = [row[0] for row in cursor.fetchall()]
    assert found == []


HOLES = {
    "a tenant's table without forced policies": "alter table leads_lead no force row level security",
    "a tenant's table without a policy that reads the setting bare": "drop policy tenant on leads_lead",
    "a role of the application above the policies": "alter role sm_web bypassrls",
    "a role of the application that belongs to the owner": "grant sm_owner to sm_web",
    "a table that does not belong to the owner": "create table stray (id int)",
    "a view that runs as its owner": "create view v as select 1 as one",
    "a materialised view that the application reads": "create materialized view m as select 1 as one;"
    " grant select on m to sm_web",
    "a function that runs as its owner": "create function f() returns int language sql security definer as 'select 1'",
    "a reference between tenants' tables without the organisation": "alter table leads_lead add constraint bad"
    " foreign key (company_id) references leads_company (id)",
    "a reference column without a composite key": "alter table leads_lead add column stray_id uuid",
    "a unique index that could clash between organisations": "create unique index bad on leads_lead (email_norm)",
    "an event that the application could change": "grant update on events_event to sm_web",
    "a table that the application could empty": "grant truncate on leads_lead to sm_web",
}


@pytest.mark.parametrize("hole", HOLES)
def test_the_guard_sees(hole: str, catalogue: Any, django_db_setup: None) -> None:
    with catalogue.cursor() as cursor:
        try:
            cursor.execute(HOLES[hole])
            cursor.execute(GUARDS[hole])
            assert cursor.fetchall()
        finally:
            catalogue.rollback()


def test_every_guard_is_proved() -> None:
    assert set(HOLES) == set(GUARDS)
