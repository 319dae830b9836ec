"""The belts of the organisations themselves: what is visible before an organisation is known."""

from django.db import migrations

from smarketing.lib.migrations import GlobalTable, TenantTable

APPEND_ONLY = """
create function sm_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end $$;
"""

# An organisation's row: inside its scope, for who names its slug, for its members.
ORGANISATION = """
alter table tenants_organisation enable row level security;
alter table tenants_organisation force row level security;
create policy visible on tenants_organisation for select to sm_web, sm_worker using (
  id = current_setting('app.tenant_id')::bigint
  or slug = current_setting('app.lookup', true)
  or id in (select organisation_id from tenants_membership
            where user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  or id in (select organisation_id from tenants_directory
            where public_id = current_setting('app.lookup', true)));
create policy own on tenants_organisation for update to sm_web, sm_worker
  using (id = current_setting('app.tenant_id')::bigint)
  with check (id = current_setting('app.tenant_id')::bigint);
create policy made on tenants_organisation for insert to sm_web, sm_worker with check (true);
create policy keys on tenants_organisation to sm_owner using (true);
grant select on tenants_organisation to sm_web, sm_worker;
grant update (name, zone, country, currency, muted) on tenants_organisation to sm_worker;
grant update (name) on tenants_organisation to sm_web;
grant insert on tenants_organisation to sm_web, sm_worker;
"""

# A person sees their own memberships everywhere; the rest stays inside its organisation.
MEMBERSHIP = """
create policy own_memberships on tenants_membership for select to sm_web, sm_worker
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
"""

DIRECTORY = """
alter table tenants_directory enable row level security;
alter table tenants_directory force row level security;
create policy known on tenants_directory for select to sm_web, sm_worker using (
  public_id = current_setting('app.lookup', true)
  or organisation_id = current_setting('app.tenant_id')::bigint);
create policy own on tenants_directory for insert to sm_web, sm_worker
  with check (organisation_id = current_setting('app.tenant_id')::bigint);
grant select, insert on tenants_directory to sm_web, sm_worker;
"""


class Migration(migrations.Migration):
    """Policies, grants and composite keys."""

    dependencies = [
        ("tenants", "0001_initial"),
        ("sessions", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunSQL(APPEND_ONLY, "drop function sm_append_only()"),
        TenantTable("Team"),
        TenantTable("Membership"),
        TenantTable("Key"),
        TenantTable("Invitation"),
        TenantTable("IdempotencyRecord", grants="select, insert, update, delete"),
        migrations.RunSQL(MEMBERSHIP, migrations.RunSQL.noop),
        migrations.RunSQL(DIRECTORY, migrations.RunSQL.noop),
        migrations.RunSQL(ORGANISATION, migrations.RunSQL.noop),
        GlobalTable("tenants_user", grants="select, insert, update"),
        GlobalTable("django_session"),
        GlobalTable("account_emailaddress"),
        GlobalTable("account_emailconfirmation"),
        GlobalTable("django_content_type", grants="select"),
        GlobalTable("django_migrations", grants="select"),
        migrations.RunSQL("grant usage on all sequences in schema public to sm_web, sm_worker", migrations.RunSQL.noop),
    ]
