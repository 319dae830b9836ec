"""Storing a form's post with its Idempotency-Key in one call, whose plans the server keeps."""

from django.db import migrations

# Runs with the rights of who calls it, inside the policies. A twin at this moment waits in the insert until the first
# has committed, and goes ahead when it was rolled back.
STORE = """
create function intake_store_form_post(
  form uuid, mark text, source text, external_id text, raw jsonb, content_type text, ip text, user_agent text,
  received_at timestamptz, credential text, route text, key_hash text, body_hash text
) returns table (outcome text, submission uuid) language plpgsql as $$
#variable_conflict use_column
declare
  organisation bigint := current_setting('app.tenant_id')::bigint;
  fresh uuid := uuidv7();
  known uuid;
begin
  perform from intake_form f join tenants_key k on k.organisation_id = f.organisation_id and k.id = f.key_id
    where f.organisation_id = organisation and f.id = $1 and concat(f.ctid, f.xmin, k.ctid, k.xmin) = $2;
  if not found then
    return query select 'changed', null::uuid;
    return;
  end if;
  if $12 is not null then
    insert into tenants_idempotencyrecord (id, organisation_id, route, credential, key_hash, body_hash, created_at,
        headers, status, response)
      values (uuidv7(), organisation, $11, $10, $12, $13, $9, '{}', 202, to_jsonb(format('{"id":"%s"}', fresh)))
      on conflict (organisation_id, credential, route, key_hash) do nothing;
    if not found then
      return query select 'repeated', null::uuid;
      return;
    end if;
  end if;
  insert into intake_submission (id, organisation_id, form_id, source, external_id, raw, content_type, ip, user_agent,
      received_at, state, reasons, warnings, created_lead, attempts)
    values (fresh, organisation, $1, $3, $4, $5, $6, $7, $8, $9, 'received', '[]', '[]', false, 0)
    on conflict (organisation_id, source, external_id) do nothing;
  if found then
    return query select 'stored', fresh;
    return;
  end if;
  select id into strict known from intake_submission s
    where s.organisation_id = organisation and s.source = $3 and s.external_id = $4;
  update tenants_idempotencyrecord r set response = to_jsonb(format('{"id":"%s"}', known))
    where r.organisation_id = organisation and r.credential = $10 and r.route = $11 and r.key_hash = $12;
  return query select 'known', known;
end
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0007_adapters"), ("tenants", "0008_figure_rule")]

    operations = [migrations.RunSQL(STORE, "drop function intake_store_form_post")]
