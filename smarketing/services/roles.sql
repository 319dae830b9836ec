-- The roles of the product and its database, for psql; can be run again at any time.
-- Read from the environment: SM_DATABASE and SM_{MIGRATE,WEB,WORKER,SWEEPER}_PASSWORD.
-- Rights on tables are not given here but by the migrations that make the tables.
\set ON_ERROR_STOP on
\getenv db SM_DATABASE
\getenv migrate_password SM_MIGRATE_PASSWORD
\getenv web_password SM_WEB_PASSWORD
\getenv worker_password SM_WORKER_PASSWORD
\getenv sweeper_password SM_SWEEPER_PASSWORD

set client_min_messages = warning;
set password_encryption = 'scram-sha-256';

select format('create role %I', name)
  from unnest(array['sm_owner', 'sm_migrate', 'sm_web', 'sm_worker', 'sm_sweeper']) as name
 where not exists (select from pg_roles where rolname = name)
\gexec

-- Nobody signs in as the owner: the migrations act as it, and only they may.
alter role sm_owner nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role sm_migrate login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'migrate_password';
alter role sm_web login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'web_password';
alter role sm_worker login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'worker_password';
alter role sm_sweeper login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'sweeper_password';
grant sm_owner to sm_migrate with inherit false, set true;

-- A forgotten transaction may not hold locks for ever. Migrations are exempt: they may think long.
alter role sm_web set idle_in_transaction_session_timeout = '60s';
alter role sm_worker set idle_in_transaction_session_timeout = '60s';
alter role sm_sweeper set idle_in_transaction_session_timeout = '60s';
alter role sm_web set statement_timeout = '30s';
alter role sm_web set lock_timeout = '10s';
alter role sm_worker set lock_timeout = '20s';
alter role sm_sweeper set statement_timeout = '30s';
alter role sm_sweeper set lock_timeout = '10s';
-- What the pages read is in memory or on a disk without arms: looking up costs hardly more than reading on.
alter role sm_web set random_page_cost = 1.1;
alter role sm_worker set random_page_cost = 1.1;
-- A page's query that takes milliseconds is not made faster by processes that take as long to start, and the estimates
-- for what is open among what has ended are always too high.
alter role sm_web set parallel_setup_cost = 100000;
-- Its claims read the head of an index again and again: only a plain scan marks what it found dead there,
-- so that the next second need not look at it any more.
alter role sm_sweeper set enable_bitmapscan = off;

select format('create database %I owner sm_owner', :'db')
 where not exists (select from pg_database where datname = :'db')
\gexec

alter database :"db" owner to sm_owner;
alter database :"db" set timezone to 'UTC';
revoke all on database :"db" from public;
grant connect on database :"db" to sm_migrate, sm_web, sm_worker, sm_sweeper;

\connect :"db"
set client_min_messages = warning;
alter schema public owner to sm_owner;
revoke all on schema public from public;
grant usage on schema public to sm_web, sm_worker, sm_sweeper;
